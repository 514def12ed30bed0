"""How news travels up the house: a lower slice emits, an upper slice has subscribed in its `ready()`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import transaction


class Event:
    """Base of all typed events: frozen dataclasses named for what has happened, defined in the emitting
    slice's `events.py`."""


E = TypeVar("E", bound=Event)
_handlers: dict[type[Event], list[Callable[[Event], None]]] = defaultdict(list)
_together: dict[Callable[[Any], None], Callable[[Sequence[Any]], None]] = {}
_waiting: ContextVar[dict[Event, None] | None] = ContextVar("waiting", default=None)


def subscribe(
    kind: type[E], handler: Callable[[E], None], *, together: Callable[[Sequence[E]], None] | None = None
) -> None:
    """Call `handler` for every event of this kind; `together`, if there is one, instead for several at once (see
    `gathered`). Handlers touch the database only; repeating is harmless."""
    if handler not in _handlers[kind]:
        _handlers[kind].append(handler)  # type: ignore[arg-type]
    if together is not None:
        _together[handler] = together


def emit(event: Event) -> None:
    """Run the handlers now, in the writer's transaction: they and the change happen together or not at all. Within
    `gathered` they run at its end.

    Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{type(event).__name__} was emitted outside a transaction")
    waiting = _waiting.get()
    if waiting is None:
        _tell([event])
    else:
        waiting[event] = None


@contextmanager
def gathered() -> Iterator[None]:
    """Hold the news back until the end of this block, which lies in the writer's transaction: what was told several times
    is then told once, and all of it at once to handlers that take several together. For writing many rows, none of which
    reads what the handlers write. A block that breaks tells nothing."""
    if _waiting.get() is not None:
        yield
        return
    waiting: dict[Event, None] = {}
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    _tell(list(waiting))


def _tell(events: Sequence[Event]) -> None:
    by_kind: dict[type[Event], list[Event]] = defaultdict(list)
    for event in events:
        by_kind[type(event)].append(event)
    for kind, found in by_kind.items():
        for handler in _handlers[kind]:
            if len(found) > 1 and handler in _together:
                _together[handler](found)
            else:
                for event in found:
                    handler(event)
