"""What happens to teams."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class TeamsChanged(Event):
    """A team of the commune began, ended, or looks after other hamlets."""

    commune_id: int
