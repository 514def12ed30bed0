"""How long a certificate holds, and what may be said of it on a day.

36 months from the day of issue; the file for re-assessment is due between 180 and 120 days before the end
(Decision 26/2026/QĐ-TTg, as the decisions before it).
"""

from __future__ import annotations

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
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


HOLDING = frozenset({State.VALID, State.RENEWAL_DUE, State.RENEWAL_LATE})
# When a product has several certificates, the first of these that one of them is in speaks for the product.
SPEAKING_ORDER = (
    State.VALID, State.RENEWAL_DUE, State.RENEWAL_LATE, State.UNKNOWN, State.NOT_YET, State.EXPIRED,
    State.REVOKED,
)  # fmt: skip


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


def state_on(on: date, known: Period | None, revoked_on: date | None = None) -> State:
    """The state on a day.

    Valid only if the earliest period covers the day: a year alone is taken as 1 January for the end. Expired
    only if even the latest end has passed. In between nobody can say: unknown. Revocation counts from its own day on.
    """
    if revoked_on is not None and revoked_on <= on:
        return State.REVOKED
    if known is None:
        return State.UNKNOWN
    if on < known.earliest_start:
        return State.NOT_YET
    if on > known.latest_end:
        return State.EXPIRED
    if on > known.earliest_end:
        return State.UNKNOWN
    left = (known.earliest_end - on).days
    if left < RENEWAL_CLOSES_DAYS:
        return State.RENEWAL_LATE
    return State.RENEWAL_DUE if left <= RENEWAL_OPENS_DAYS else State.VALID


def can_revoke(viewer: Viewer, product: OcopProduct) -> bool:
    """Whether the viewer may withdraw this product's certificates: staff of its province, and operators."""
    return is_in_area(viewer, product, Role.PROVINCE)
