"""The pages under /tai-khoan/: every slice may add one, the account page lists those that are for this person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from core.people.queries import Viewer


@dataclass(frozen=True)
class AccountPage:
    """A link with a sentence under it. `place` sorts (10 first); `is_for` says for whom."""

    label: str | Promise
    meta: str | Promise
    url: str
    place: int = 50
    is_for: Callable[[Viewer], bool] = lambda viewer: True


_pages: dict[str, AccountPage] = {}


def register_account_page(page: AccountPage) -> None:
    """Add a page; called from `ready()`. One page an address."""
    _pages[page.url] = page


def account_pages(viewer: Viewer) -> list[AccountPage]:
    """The pages for this person, in order."""
    return sorted(
        (page for page in _pages.values() if page.is_for(viewer)), key=lambda page: (page.place, str(page.label))
    )
