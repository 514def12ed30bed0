"""Counting tries: one mechanism for signing in, codes, searches and public checks, shared by all processes.

A period begins with the first try in it. Counting is one atomic statement, so that a hundred requests at once are a
hundred tries. It must not be called inside a transaction that may be taken back: the try would be given back with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import F
from django.utils.crypto import salted_hmac

from core.kit import clock
from core.people.limits.models import Counted

# Where the stored period is over, the row begins a new one with this try; else it has one try more.
_COUNT = """
INSERT INTO core_counted (key, started_at, ends_at, count) VALUES (%s, %s, %s, 1)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN core_counted.ends_at <= excluded.started_at THEN 1 ELSE core_counted.count + 1 END,
  started_at = CASE WHEN core_counted.ends_at <= excluded.started_at THEN excluded.started_at ELSE core_counted.started_at END,
  ends_at = CASE WHEN core_counted.ends_at <= excluded.started_at THEN excluded.ends_at ELSE core_counted.ends_at END
RETURNING count, ends_at
"""


@dataclass(frozen=True)
class Limit:
    """At most `amount` tries of `action` by one subject in `seconds`. An amount of 0 means no limit."""

    action: str
    amount: int
    seconds: int


class TooMany(Exception):
    """The limit is reached; `seconds` until the next try counts again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} s")
        self.seconds = seconds


def count_try(limit: Limit, subject: str) -> None:
    """Count one try by `subject` (a phone, an address, "user:7"). Raises TooMany when it is one too many."""
    if not limit.amount:
        return
    now = _seconds_now()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [_key(limit, subject), now, now + limit.seconds])
        count, ends_at = cursor.fetchone()
    if count > limit.amount:
        raise TooMany(max(1, ends_at - now))


def take_back(limit: Limit, subject: str) -> None:
    """The last try was a right one: it does not count, what was tried before does."""
    Counted.objects.filter(key=_key(limit, subject), count__gt=0).update(count=F("count") - 1)


def forget_tries(limit: Limit, subject: str) -> None:
    """Start again from nothing."""
    Counted.objects.filter(key=_key(limit, subject)).delete()


def clear_old_counts() -> int:
    """Delete counts whose period is over; a periodic job. Returns how many."""
    return Counted.objects.filter(ends_at__lte=_seconds_now()).delete()[0]


def _key(limit: Limit, subject: str) -> str:
    return salted_hmac("core.people.limits", f"{limit.action}:{subject}", algorithm="sha256").hexdigest()


def _seconds_now() -> int:
    return int(clock.now().timestamp())
