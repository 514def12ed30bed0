"""How news travels up the house: a lower slice emits, an upper slice has subscribed in its `ready()`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction


class Event:
    """Base of all typed events: frozen dataclasses named for what has happened, defined in the emitting
    slice's `events.py`."""


E = TypeVar("E", bound=Event)
_handlers: dict[type[Event], list[Callable[[Event], None]]] = defaultdict(list)


def subscribe(kind: type[E], handler: Callable[[E], None]) -> None:
    """Call `handler` for every event of this kind. Handlers touch the database only; repeating is harmless."""
    if handler not in _handlers[kind]:
        _handlers[kind].append(handler)  # type: ignore[arg-type]


def emit(event: Event) -> None:
    """Run the handlers now, in the writer's transaction: they and the change happen together or not at all.

    Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{type(event).__name__} was emitted outside a transaction")
    for handler in _handlers[type(event)]:
        handler(event)
