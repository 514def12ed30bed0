"""Whose pages our robot looks at: listings of ours, and what upper storeys register."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from market.platforms.pages.judging import Verdict
from onboarding.accounts.models import OutsideLink


@dataclass(frozen=True)
class DuePage:
    """A page that is due for a look: the name that should stand there, the price in đồng (None: not known to us), and what is done
    with the verdict. `is_ours`: it is on this machine, as only the simulated platform is."""

    link: OutsideLink
    title: str
    price: int | None
    note: Callable[[Verdict], None]
    is_ours: bool = False


@dataclass(frozen=True)
class PageSource:
    """Rows with a page that is due now, the longest unseen first (`queries.due_for_a_look`); `link` is the field of the row that
    leads to its OutsideLink. `has_deadline`: its pages are asked first, for a look that comes late is worth nothing."""

    rows: Callable[[], QuerySet[Any]]
    link: str
    page_of: Callable[[Any], DuePage]
    has_deadline: bool = False


_sources: list[PageSource] = []


def register_pages(source: PageSource) -> None:
    """Add a source; called from `ready()`."""
    if source not in _sources:
        _sources.append(source)


def page_sources() -> tuple[PageSource, ...]:
    """All sources, those with a deadline first, else in the order of their registration."""
    return tuple(sorted(_sources, key=lambda source: not source.has_deadline))
