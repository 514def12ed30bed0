"""What happens to applications."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class ApplicationConfirmed(Event):
    """An application has made a producer, with the applicant for its owner: what they ticked in it counts from now."""

    application_id: int
