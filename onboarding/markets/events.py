"""What happens with markets."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class StallsChanged(Event):
    """Stalls of the commune came, went, were checked, or told how their code is used."""

    commune_id: int
