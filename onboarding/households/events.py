"""What happens to households."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class HouseholdsChanged(Event):
    """Households were registered or their facts changed. `fields` are the names of the facts (all of them for new ones);
    one event for many rows, so that whoever listens can look at them together. `communes` are those in which they
    were until now (new ones: are), where that is known."""

    ids: tuple[int, ...]
    fields: frozenset[str]
    are_new: bool = False
    communes: tuple[int, ...] | None = None


@dataclass(frozen=True)
class HouseholdsEnded(Event):
    """Households that from today are not counted any more, for whatever reason."""

    ids: tuple[int, ...]
