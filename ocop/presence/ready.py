"""What presence adds to the registries below it, called once at start."""

from __future__ import annotations

from market.platforms.pages.registry import register_pages
from ocop.presence.checking import LINKED_PAGES


def register() -> None:
    """The robot looks at the pages of products."""
    register_pages(LINKED_PAGES)
