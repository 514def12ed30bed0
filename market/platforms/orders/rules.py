"""How an order on a platform moves, and when a person should look at one. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from core.people.models import Role
from core.people.queries import Viewer
from market.listings.counting import Booked
from market.platforms.contract import OrderState

# What comes after what. Both ends (cancelled, returned) come after everything that may have happened before.
_STEP = {
    OrderState.UNKNOWN: 0,
    OrderState.PLACED: 1,
    OrderState.CONFIRMED: 2,
    OrderState.SHIPPED: 3,
    OrderState.DELIVERED: 4,
    OrderState.CANCELLED: 5,
    OrderState.RETURNED: 6,
}
# What was ordered and not called off: such an order proves trade. A word that nobody knows proves nothing, and neither does what came back.
PROVING = frozenset({OrderState.PLACED, OrderState.CONFIRMED, OrderState.SHIPPED, OrderState.DELIVERED})
UNDER_WAY = frozenset({OrderState.SHIPPED, OrderState.DELIVERED})
# What may still be sent or called off.
OPEN = frozenset({OrderState.UNKNOWN, OrderState.PLACED, OrderState.CONFIRMED, OrderState.SHIPPED})
_TO_SEND = frozenset({OrderState.PLACED, OrderState.CONFIRMED})


class Reason(StrEnum):
    """Why a person should look at an order."""

    STATUS = "status"
    GOODS = "goods"
    CANCELLED_LATE = "cancelled_late"
    WENT_BACK = "went_back"
    SHORT = "short"


def goes_back(held: OrderState, told: OrderState) -> bool:
    """Whether a status lies before the one that is known. A word that nobody knows lies nowhere."""
    return told is not OrderState.UNKNOWN and _STEP[told] < _STEP[held]


def status_after(held: OrderState, told: OrderState) -> OrderState:
    """What is known of an order after the platform has told a status: never less than before."""
    return held if told is OrderState.UNKNOWN or goes_back(held, told) else told


def booked_for(state: OrderState, quantity: int) -> Booked | None:
    """What an order that stands so takes of a listing of which it names `quantity`: goods to send lie in the store and are not for sale,
    sent ones are gone, those of a cancelled order that still lie there are for sale again, and what was sent stays gone, for nobody knows how
    it comes back. None: nothing is concluded."""
    if state in _TO_SEND:
        return Booked(quantity, quantity)
    if state in UNDER_WAY or state is OrderState.RETURNED:
        return Booked(quantity, 0)
    return Booked(0, 0) if state is OrderState.CANCELLED else None


def reasons_to_look(
    held: OrderState | None, told: OrderState, listings: Iterable[int | None], kept: Iterable[str] = ()
) -> list[str]:
    """Why a person should look, after the platform has told `told` of an order known as `held` (None: new), whose lines are of
    these `listings` (None: of nobody's). Of the reasons `kept` from before, the late cancellation stays as long as it is true."""
    reasons = []
    if told is OrderState.UNKNOWN:
        reasons.append(Reason.STATUS)
    goods = list(listings)
    if not goods or None in goods:
        reasons.append(Reason.GOODS)
    is_late = told is OrderState.CANCELLED and (held in UNDER_WAY or Reason.CANCELLED_LATE in kept)
    if is_late:
        reasons.append(Reason.CANCELLED_LATE)
    if held is not None and goes_back(held, told):
        reasons.append(Reason.WENT_BACK)
    return [reason.value for reason in reasons]


def may_see_orders(viewer: Viewer) -> bool:
    """Whether this person runs the platforms: orders of all sellers are on one list."""
    return viewer.is_system or viewer.has_role(Role.PLATFORM_OPERATOR)
