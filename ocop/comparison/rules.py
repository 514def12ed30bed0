"""Who may compare, and from when on figures are too few to say anything. Pure reading."""

from __future__ import annotations

from datetime import date, timedelta

from core.people.models import Role

# A comparison reads communes that a commune's officer does not see.
READERS = (Role.NATIONAL, Role.PROVINCE, Role.AUDITOR)
# Below this one commune, or a few households, move a rate by points (our proposal; no law sets it).
FEWEST_COMMUNES, FEWEST_ROWS = 5, 100
# A list of pilots may be typed in some weeks after they began; a month's figures are known by then.
TYPED_WITHIN = timedelta(days=30)


def is_thin(communes: int, denominator: int) -> bool:
    """Whether a group is so small that its rate says little: of so many communes with figures, out of so many rows."""
    return communes < FEWEST_COMMUNES or denominator < FEWEST_ROWS


def is_chosen_late(valid_from: date, recorded_on: date) -> bool:
    """Whether a pilot was written down so long after it is said to have begun that its figures may have been known."""
    return recorded_on > valid_from + TYPED_WITHIN


def tenths_between(first: tuple[int, int], second: tuple[int, int]) -> int:
    """Tenths of a percentage point from the second rate up to the first, each (numerator, denominator) with a denominator: of the
    integers themselves, not of rounded rates; half a tenth goes away from zero."""
    over = first[0] * second[1] - second[0] * first[1]
    under = first[1] * second[1]
    size = (abs(over) * 2000 + under) // (2 * under)
    return size if over >= 0 else -size
