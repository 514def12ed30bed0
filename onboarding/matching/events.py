"""What happens to phones that many share."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class SharedPhonesTurned(Event):
    """Phones began or ceased to keep the households that gave them out of the rates; the households live in these communes."""

    commune_ids: tuple[int, ...]
