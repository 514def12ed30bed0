"""What happens to products of the register."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class ProductsMoved(Event):
    """What products are counted under changed: their place (these are the units they were in before and are in now; None:
    no place known), or whether they are a service."""

    unit_ids: tuple[int | None, ...]
