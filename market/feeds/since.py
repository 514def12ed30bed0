"""The moment in `?updated_since=`. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# A plus sign that was not written as %2B arrives as a space.
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d{2}:?\d{2}$)")


class NotAMoment(ValueError):
    """What was asked for is no moment with its zone."""


def moment_of(text: str) -> datetime | None:
    """The moment (UTC) that somebody asks from, ISO 8601 with a zone ("2026-11-23T15:00:00+07:00"); None for no text.

    Raises NotAMoment, also for a moment without a zone: nobody knows which one was meant.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub("+", text.strip()))
        if moment.tzinfo is None:
            raise NotAMoment(text)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotAMoment(text) from error


def written(moment: datetime) -> str:
    """How we write one: UTC, to the microsecond, so that giving it back loses nothing."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
