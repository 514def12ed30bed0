"""Draft → open → paused → closed, and back to open."""

from __future__ import annotations

from django.db import transaction

from core.events.registry import emit
from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.shops.actions.shared import held, held_by_owner, note
from market.shops.events import ShopChanged
from market.shops.models import Shop
from market.shops.queries import missing_steps
from market.shops.wording import Step
from onboarding.consent.events import ConsentsRecorded
from onboarding.consent.models import Purpose
from onboarding.consent.queries import has_consent


class PublicationNotAgreed(Exception):
    """The producer has not agreed to be shown in public."""


class NotReady(Exception):
    """Steps of the checklist are not done; `steps` says which."""

    def __init__(self, steps: list[Step]) -> None:
        super().__init__(", ".join(steps))
        self.steps = steps


class WrongState(Exception):
    """A shop in this state does not go there; `state` is where it is."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


@transaction.atomic
def open_shop(*, shop: Shop, by: Viewer) -> Shop:
    """Open a draft for buyers. Raises NotYourProducer, WrongState, NotReady, PublicationNotAgreed."""
    shop = held(shop, by)
    _leave(shop, {Shop.State.DRAFT})
    _check_ready(shop)
    return _enter(shop, Shop.State.OPEN, "shop.opened", by, opened_at=clock.now())


@transaction.atomic
def pause_shop(*, shop: Shop, note_for_buyers: str, by: Viewer) -> Shop:
    """Rest for a while: its page stays and says why, its goods leave sale. Raises NotYourProducer, WrongState."""
    shop = held(shop, by)
    _leave(shop, {Shop.State.OPEN})
    return _enter(shop, Shop.State.PAUSED, "shop.paused", by, pause_note=note_for_buyers)


@transaction.atomic
def close_shop(*, shop: Shop, by: Viewer) -> Shop:
    """Close: its page and goods are no longer there for buyers. Raises NotYourProducer, OnlyTheOwner, WrongState."""
    shop = held_by_owner(shop, by)
    _leave(shop, {Shop.State.OPEN, Shop.State.PAUSED})
    return _enter(shop, Shop.State.CLOSED, "shop.closed", by, closed_at=clock.now(), pause_note="")


@transaction.atomic
def reopen_shop(*, shop: Shop, by: Viewer) -> Shop:
    """Back to open from a pause, or by the owner from closed; asks again for everything an opening asks for. Raises
    NotYourProducer, OnlyTheOwner, WrongState, NotReady, PublicationNotAgreed."""
    shop = held(shop, by)
    if shop.state == Shop.State.CLOSED:
        shop = held_by_owner(shop, by)
    _leave(shop, {Shop.State.PAUSED, Shop.State.CLOSED})
    _check_ready(shop)
    return _enter(shop, Shop.State.OPEN, "shop.reopened", by, closed_at=None, pause_note="")


def _leave(shop: Shop, states: set[Shop.State]) -> None:
    if shop.state not in states:
        raise WrongState(shop.state)


def _check_ready(shop: Shop) -> None:
    if steps := missing_steps(shop):
        raise NotReady(steps)
    if not has_consent(shop.producer, Purpose.PUBLICATION):
        raise PublicationNotAgreed


def _enter(shop: Shop, state: Shop.State, word: str, by: Viewer, **fields: object) -> Shop:
    before = shop.get_state_display()
    shop.state = state
    for name, value in fields.items():
        setattr(shop, name, value)
    shop.save(update_fields=["state", *fields])
    note(word, shop, by, {"tình trạng": (before, shop.get_state_display())})
    emit(ShopChanged(shop.pk))
    return shop


def on_consents_recorded(event: ConsentsRecorded) -> None:
    """Who no longer agrees to be shown has no shop in public: it is closed, and reopened by a yes and its owner."""
    shop = Shop.objects.select_related("producer__commune").filter(producer_id=event.producer_id).first()
    if shop is None or shop.state not in {Shop.State.OPEN, Shop.State.PAUSED}:
        return
    if not has_consent(shop.producer, Purpose.PUBLICATION):
        close_shop(shop=shop, by=SYSTEM)
