"""The last month's end of the demo province, frozen by the province and signed by a second person."""

from __future__ import annotations

from datetime import timedelta

from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.snapshots.actions import freeze, sign


def make_snapshot(*, province: Unit, officer: Viewer, second: Viewer) -> None:
    """What the register said that day: the demo's households and looks are younger, so their rates are still empty."""
    month_end = clock.today().replace(day=1) - timedelta(days=1)
    sign(snapshot=freeze(unit=province, on=month_end, by=officer), by=second)
