"""Starting a shop: a draft with a name and an address, which its steps then fill."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from core.kit import clock
from core.kit.text import slug as slug_of
from core.people.queries import Viewer
from market.shops.actions.shared import NotYourProducer, note
from market.shops.models import Shop
from market.shops.rules import can_work_in
from onboarding.producers.models import Producer

_TRIES = 5


class ShopExists(Exception):
    """The producer has a shop; `shop` is it."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop.slug)
        self.shop = shop


@transaction.atomic
def start_shop(*, producer: Producer, name: str, by: Viewer, story: str = "", is_demo: bool = False) -> Shop:
    """A draft of the producer's shop, under an address made from its name that stays for ever; nobody else sees it yet.

    Raises NotYourProducer, ShopExists.
    """
    if not can_work_in(by, producer.pk):
        raise NotYourProducer
    # The row lock (and SQLite's IMMEDIATE transaction) makes two clicks one after the other.
    Producer.objects.select_for_update().get(pk=producer.pk)
    existing = Shop.objects.filter(producer=producer).first()
    if existing is not None:
        raise ShopExists(existing)
    words = {"name": name, "story": story, "made_at": clock.now(), "is_demo": is_demo}
    shop = _with_free_slug(Shop(producer=producer, **words))
    note("shop.started", shop, by)
    return shop


def _with_free_slug(shop: Shop) -> Shop:
    """Kept under an address that nobody has; somebody who took the same one a moment ago only moves it on by a number."""
    for tries_left in reversed(range(_TRIES)):
        shop.slug = free_slug(shop.name)
        try:
            with transaction.atomic():
                shop.save(force_insert=True)
        except IntegrityError:
            if not tries_left:
                raise
        else:
            break
    return shop


def free_slug(name: str) -> str:
    """An address part nobody has yet: the name, then the name with a number."""
    base = slug_of(name) or "gian-hang"
    taken = set(Shop.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number = 2
    found = base
    while found in taken:
        found, number = f"{base}-{number}", number + 1
    return found
