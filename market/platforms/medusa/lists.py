"""Reading the lists of Medusa in parts. Pure.

Its pages are counted by rows, so that what comes or goes meanwhile moves the others. Here a list is read along a time that it is
sorted by: each part begins at the time where the one before has ended, and what was told with that very time already is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from market.platforms import foreign_json
from market.platforms.contract import Conflict, ConflictKind, ContractBroken


@dataclass(frozen=True)
class Place:
    """Where a reading stands: `at` was the last time that was told, `told` the numbers of what bears it."""

    at: datetime
    told: tuple[str, ...] = ()

    @property
    def cursor(self) -> str:
        """As `place_at` reads it."""
        return " ".join((self.at.isoformat(), *self.told))

    def query(self, name: str, most: int) -> dict[str, str]:
        """What to ask for so that `most` new rows come, sorted by the time under `name`."""
        since = self.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return {f"{name}[$gte]": since, "order": name, "limit": str(most + len(self.told)), "offset": "0"}


@dataclass(frozen=True)
class Part:
    """New rows of a list, and the place after them (None: this was the end)."""

    items: tuple[dict[str, Any], ...]
    after: Place | None


def place_at(cursor: str) -> Place:
    """The place that a cursor of ours names. Raises Conflict (VERSION) for one that is none."""
    moment, *told = cursor.split(" ")
    try:
        return Place(datetime.fromisoformat(moment).astimezone(UTC), tuple(told))
    except (ValueError, OverflowError) as error:
        raise Conflict(ConflictKind.VERSION, detail=cursor[:80]) from error


def part_of(body: bytes, plural: str, name: str, at: Place, most: int) -> Part:
    """What an answer to `at.query(name, most)` adds. Raises ContractBroken."""
    rows = foreign_json.objects_in(foreign_json.object_of(foreign_json.json_of(body), "answer"), plural)
    times = [foreign_json.moment_in(row, name) for row in rows]
    if list(times) != sorted(times) or (
        times and times[0] < at.at.replace(microsecond=at.at.microsecond // 1000 * 1000)
    ):
        # Without the order that was asked for, whatever comes next would leave something out.
        raise ContractBroken(f"{plural} do not stand by {name} from {at.at.isoformat()}")
    new = tuple(row for row in rows if foreign_json.text_in(row, "id") not in at.told)
    if len(rows) < most + len(at.told) or not new:
        return Part(new, None)
    return Part(new, _after(at, rows, times))


def _after(at: Place, rows: Sequence[dict[str, Any]], times: Sequence[datetime]) -> Place:
    last = times[-1]
    told = tuple(foreign_json.text_in(row, "id") for row, time in zip(rows, times, strict=True) if time == last)
    return Place(last, told if last != at.at else tuple(dict.fromkeys((*at.told, *told))))
