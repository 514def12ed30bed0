"""How fresh evidence must be, and who may say that a listing sells a product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.kit.text import fold_words
from core.people.models import Role
from core.people.queries import Viewer
from market.listings.models import Listing
from ocop.register.models import OcopProduct
from ocop.register.rules import maker_key
from onboarding.producers.models import Producer
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


LINKERS = (Role.PROVINCE, Role.COMMUNE)


def can_link(viewer: Viewer, product: OcopProduct, listing: Listing) -> bool:
    """Whether the viewer may link these two: see `can_link_producer`."""
    return can_link_producer(viewer, product, listing.shop.producer)


def can_link_producer(viewer: Viewer, product: OcopProduct, producer: Producer) -> bool:
    """Whether the viewer may say that what this producer sells is the product: staff of the product's or the producer's province
    or commune, and operators, but never somebody who acts for the producer: nobody certifies their own goods."""
    if viewer.is_signed_in and may_act_for(viewer, producer.pk):
        return False
    return any(viewer.covers(unit, *LINKERS) for unit in (product.unit, producer.commune))


def makers_differ(product: OcopProduct, listing: Listing) -> bool:
    """Whether the register and the shop do not name the same maker; also when the register names none."""
    return makers_differ_from(product, listing.shop.producer)


def makers_differ_from(product: OcopProduct, producer: Producer) -> bool:
    """Whether the register does not name this producer as the maker; also when it names none."""
    if product.producer_id is not None:
        return product.producer_id != producer.pk
    return maker_key(product.producer_name) != maker_key(producer.name)


# Of the words of a product's name so many must stand in the name on a page: people shorten and lengthen names.
_SHARED = (2, 3)
_SAYS_NOTHING = frozenset({"san", "pham", "ocop", "sao", "dac", "hang", "chinh", "gia", "re"})


def names_match(name: str, shown: str) -> bool:
    """Whether a name on a page can be the product's: two thirds of the name's words stand in it, without regard to marks, case
    and order; words that say nothing («đặc sản OCOP 4 sao») are left out unless there is nothing else."""
    words = set(fold_words(name).split())
    words = {word for word in words if word not in _SAYS_NOTHING and not word.isdigit()} or words
    shared, of = _SHARED
    return bool(words) and of * len(words & set(fold_words(shown).split())) >= shared * len(words)
