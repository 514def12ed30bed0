"""Addresses have names of their own: of two with one name, `reverse` would lead to whichever was added last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

OURS = ("core.", "onboarding.", "market.", "ocop.", "search.", "config.")


def _named(patterns: list[Any], space: str = "") -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _named(each.url_patterns, f"{space}{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern) and each.name and each.lookup_str.startswith(OURS):
            yield f"{space}{each.name}"


def test_no_two_addresses_share_a_name() -> None:
    names = Counter(_named(get_resolver().url_patterns))
    assert len(names) > 300
    assert [name for name, times in names.items() if times > 1] == []
