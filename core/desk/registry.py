"""The to-do registry: any slice may say what somebody has to do today; the home pages only gather and sort."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.people.queries import Viewer


@dataclass(frozen=True)
class Todo:
    """One thing to do: a sentence, where to do it, and how urgent (1 first). `kind` is a status kind of the
    design system (bad, warn, info, wait)."""

    sentence: str
    url: str
    label: str
    urgency: int = 5
    kind: str = "info"


TodoSource = Callable[[Viewer], Iterable[Todo]]
_sources: list[TodoSource] = []


def register_todos(source: TodoSource) -> None:
    """Add a source; called from `ready()`. It costs a fixed number of queries and returns a bounded list."""
    if source not in _sources:
        _sources.append(source)


def todos_for(viewer: Viewer) -> list[Todo]:
    """Everything this person has to do, most urgent first."""
    found = [todo for source in _sources for todo in source(viewer)]
    return sorted(found, key=lambda todo: todo.urgency)
