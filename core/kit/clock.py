"""The time, in one place so that tests can set it. Moments are aware UTC; days are Vietnam's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """This moment, aware, UTC."""
    return timezone.now()


def today() -> date:
    """The day it is in Vietnam, which a UTC server would get wrong for seven hours."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The day it was in Vietnam at this moment."""
    return moment.astimezone(VIETNAM).date()


def start_of(day: date) -> datetime:
    """The first moment of this day in Vietnam, aware."""
    return datetime.combine(day, time.min, VIETNAM)


def add_months(day: date, months: int) -> date:
    """The same day `months` later; 29 February and 31st days fall back to the month's last day."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")


@dataclass(frozen=True)
class Window:
    """Moments from `start` (included) to `end` (left out)."""

    start: datetime
    end: datetime


def window(on: date, days: int = 0) -> Window:
    """The moments whose Vietnamese date is at most `days` before `on` and not after it."""
    return Window(start_of(on - timedelta(days=days)), start_of(on + timedelta(days=1)))
