"""How fresh evidence must be, and who may say that a listing sells a product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.people.models import Role
from core.people.queries import Viewer
from market.listings.models import Listing
from ocop.register.models import OcopProduct
from ocop.register.rules import maker_key
from onboarding.producers.queries import may_act_for

# Codes of the two platforms that the provinces' target names.
VOSO = "voso"
POSTMART = "postmart"


@dataclass(frozen=True)
class Limits:
    """How old, in days, an observation of a product may be on the day that is reported on; how old evidence of an account
    may be says `onboarding.accounts.rules`. In force from `since`."""

    since: date
    product_days: int


# No law sets these numbers. A new proposal gets a line of its own, so that reports on earlier days stay what
# they were.
LIMITS = (Limits(since=date(2018, 1, 1), product_days=30),)
# Earlier days cannot be asked about: the programme began in 2018 (490/QĐ-TTg).
EARLIEST_DAY = LIMITS[0].since


def limits_on(on: date) -> Limits:
    """The limits in force on a day; before the first line, the first."""
    return next((limits for limits in reversed(LIMITS) if limits.since <= on), LIMITS[0])


def can_link(viewer: Viewer, product: OcopProduct, listing: Listing) -> bool:
    """Whether the viewer may link these two: staff of the product's or the shop's province or commune, and
    operators, but never somebody who acts for the shop: nobody certifies their own goods."""
    producer = listing.shop.producer
    if viewer.is_signed_in and may_act_for(viewer, producer.pk):
        return False
    return any(viewer.covers(unit, Role.PROVINCE, Role.COMMUNE) for unit in (product.unit, producer.commune))


def makers_differ(product: OcopProduct, listing: Listing) -> bool:
    """Whether the register and the shop do not name the same maker; also when the register names none."""
    producer = listing.shop.producer
    if product.producer_id is not None:
        return product.producer_id != producer.pk
    return maker_key(product.producer_name) != maker_key(producer.name)
