"""What every action on markets begins with: one at a time in a market, and only by those who may."""

from __future__ import annotations

from core.audit.actions import record
from core.events.registry import emit
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.markets.events import StallsChanged
from onboarding.markets.models import Market, Stall
from onboarding.markets.rules import can_check, can_run_markets


class NotAllowed(PermissionError):
    """This person does not do that in this commune. Outsiders are answered as if it were not there."""


class MarketRefused(ValueError):
    """It makes no sense as asked; the message is a Vietnamese sentence with what to do."""


def lock_commune(commune: Unit, by: Viewer) -> Unit:
    """The commune, locked: its markets begin one after the other. Raises NotAllowed."""
    if not can_run_markets(by, commune):
        raise NotAllowed
    return Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=commune.pk)


def lock_market(market: Market, by: Viewer, *, to_check: bool = False) -> Market:
    """The market as it is now, locked; `to_check`: for those who look at codes as well. Raises NotAllowed."""
    found = Market.objects.select_for_update(no_key=True, of=("self",)).select_related("commune").get(pk=market.pk)
    if not (can_check if to_check else can_run_markets)(by, found.commune):
        raise NotAllowed
    return found


def lock_stall(stall: Stall, by: Viewer, *, to_check: bool = False) -> Stall:
    """The stall as it is now, its market locked. Raises NotAllowed."""
    market = lock_market(stall.market, by, to_check=to_check)
    found = Stall.objects.get(pk=stall.pk)
    found.market = market
    return found


def note(word: str, label: str, market: Market, by: Viewer, changes: dict[str, tuple[str, str]] | None = None) -> None:
    """One line in the trail; whoever counts is told. No name of a stallholder stands in it."""
    record(word, actor_id=by.user_id, object_label=label, unit_code=market.commune.code, changes=changes or {})
    emit(StallsChanged(market.commune_id))
