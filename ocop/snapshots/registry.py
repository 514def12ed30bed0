"""What is learned of a snapshot after it was frozen: slices above say it, the page of the snapshot shows it beside the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ocop.snapshots.models import Snapshot


@dataclass(frozen=True)
class BesideLine:
    """A line beside the figures: what it is about, what is said of it, and where there is more."""

    label: str
    value: str
    note: str
    url: str


Source = Callable[[Snapshot], Iterable[BesideLine]]
_sources: list[Source] = []


def register_beside(source: Source) -> None:
    """Add a source; called from `ready()`. It costs a fixed number of queries."""
    if source not in _sources:
        _sources.append(source)


def beside_of(snapshot: Snapshot) -> list[BesideLine]:
    """Everything that is said of a snapshot, in the order of the registrations."""
    return [line for source in _sources for line in source(snapshot)]
