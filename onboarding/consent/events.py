"""What happens to consents."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class ConsentsRecorded(Event):
    """A producer answered, or took an answer back: whoever acts on consent looks again."""

    producer_id: int
