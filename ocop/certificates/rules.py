"""How long a certificate holds, and what may be said of it on a day.

36 months from the day of issue; the file for re-assessment is due between 180 and 120 days before the end
(Decision 26/2026/QĐ-TTg, as the decisions before it).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.kit.clock import add_months
from core.people.models import Role
from core.people.queries import Viewer
from ocop.register.cells import WrittenDate
from ocop.register.models import OcopProduct
from ocop.register.queries import is_in_area

VALID_MONTHS = 36
RENEWAL_OPENS_DAYS = 180
RENEWAL_CLOSES_DAYS = 120
# The decisions do not say whether the day on which the 36 months are full still counts. We let it count.
EXPIRY_DAY_COUNTS = True


class State(StrEnum):
    """What a certificate is on a day. Computed, never stored."""

    NOT_YET = "not_yet"
    VALID = "valid"
    RENEWAL_DUE = "renewal_due"
    RENEWAL_LATE = "renewal_late"
    EXTENDED = "extended"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


HOLDING = frozenset({State.VALID, State.RENEWAL_DUE, State.RENEWAL_LATE, State.EXTENDED})
# When a product has several certificates, the first of these that one of them is in speaks for the product.
SPEAKING_ORDER = (
    State.VALID, State.RENEWAL_DUE, State.RENEWAL_LATE, State.EXTENDED, State.UNKNOWN, State.NOT_YET, State.EXPIRED,
    State.SUPERSEDED, State.REVOKED,
)  # fmt: skip


@dataclass(frozen=True)
class Extension:
    """From `since` until the day before `until`: how many days a paper still holds after its end while a file handed in before
    that end is under way."""

    since: date
    until: date | None
    days: int


# Điều 12.3 of 26/2026 stands among its transitional clauses, so it may end: then the line gets its `until`. Whether it helps files
# handed in later as well is not settled; we read it so, and show extended papers apart.
EXTENSIONS = (Extension(since=date(2026, 5, 22), until=None, days=180),)


def extension_days(on: date) -> int:
    """How long after its end a paper with a file under way still holds, by the rule in force on that day; 0 for no such rule."""
    return next((rule.days for rule in EXTENSIONS if rule.since <= on and (rule.until is None or on < rule.until)), 0)


@dataclass(frozen=True)
class Filing:
    """A file for re-assessment or upgrade: handed in on a day, and the day of its result (None while it is under way)."""

    submitted_on: date
    result_on: date | None

    def is_under_way(self, on: date) -> bool:
        """Whether it has been handed in and has no result by the end of that day."""
        return self.submitted_on <= on and (self.result_on is None or self.result_on > on)


@dataclass(frozen=True)
class Period:
    """What follows from an inexact start: the first day it can have begun, the earliest and the latest day it
    can have ended; all days included."""

    earliest_start: date
    earliest_end: date
    latest_end: date


def last_valid_day(start: date) -> date:
    """The last day on which a certificate issued on `start` holds."""
    full = add_months(start, VALID_MONTHS)
    return full if EXPIRY_DAY_COUNTS else full - timedelta(days=1)


def period(written: WrittenDate | None) -> Period | None:
    """The period of a certificate; None when nothing is known of its start.

    A year alone may mean 1 January as well as 31 December, a month its first as well as its last day.
    """
    if written is None:
        return None
    return Period(written.first_day, last_valid_day(written.first_day), last_valid_day(written.last_day))


def state_on(
    on: date,
    known: Period | None,
    revoked_on: date | None = None,
    *,
    superseded_on: date | None = None,
    filings: Iterable[Filing] = (),
) -> State:
    """The state on a day.

    Valid only if the earliest period covers the day: a year alone is taken as 1 January for the end. Expired
    only if even the latest end has passed. In between nobody can say: unknown. Revocation counts from its own day on, also
    during an extension; a later paper from the day it speaks. While a file is under way nothing is due; after the end the paper
    is then extended, for as long as the rule of that day says.
    """
    if revoked_on is not None and revoked_on <= on:
        return State.REVOKED
    if superseded_on is not None and superseded_on <= on:
        return State.SUPERSEDED
    if known is None:
        return State.UNKNOWN
    if on < known.earliest_start:
        return State.NOT_YET
    files = [file for file in filings if file.is_under_way(on)]
    if on > known.earliest_end:
        in_time = any(file.submitted_on <= known.earliest_end for file in files)
        if in_time and (on - known.earliest_end).days <= extension_days(on):
            return State.EXTENDED
        return State.EXPIRED if on > known.latest_end else State.UNKNOWN
    left = (known.earliest_end - on).days
    if files:
        return State.VALID
    if left < RENEWAL_CLOSES_DAYS:
        return State.RENEWAL_LATE
    return State.RENEWAL_DUE if left <= RENEWAL_OPENS_DAYS else State.VALID


def last_shown_day(end: date, superseded_on: date | None, filings: Iterable[Filing]) -> date:
    """The last day on which goods may bear a paper that ends on `end`: longer while a file handed in before the end is under
    way, shorter when a later paper speaks."""
    if any(file.result_on is None and file.submitted_on <= end for file in filings):
        end += timedelta(days=extension_days(end))
    return end if superseded_on is None else min(end, superseded_on - timedelta(days=1))


# Since the districts ended, provinces decide for 3 and 4 stars (1489/QĐ-TTg, 2025).
DISTRICTS_ENDED = date(2025, 7, 1)


def issuer_fits(level: str, stars: int, on: date) -> bool:
    """Whether this level ("district", "province", "ministry") could recognise so many stars on that day: districts 3 until
    30 June 2025, provinces 4, and 3 from 1 July 2025, the ministry 5."""
    if stars == 5:
        return level == "ministry"
    if stars == 4:
        return level == "province"
    return stars == 3 and level == ("district" if on < DISTRICTS_ENDED else "province")


def can_revoke(viewer: Viewer, product: OcopProduct) -> bool:
    """Whether the viewer may withdraw this product's certificates: staff of its province, and operators."""
    return is_in_area(viewer, product, Role.PROVINCE)
