"""What happens with visits and sessions."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class VisitsChanged(Event):
    """A visit or session was written down or corrected in a hamlet of the commune."""

    commune_id: int
