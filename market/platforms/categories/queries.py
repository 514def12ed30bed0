"""Reading which codes a platform has for our categories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from market.goods.queries import offered_categories
from market.goods.tree import nodes
from market.platforms.models import PlatformCategory
from onboarding.accounts.models import Platform


@dataclass(frozen=True)
class Named:
    """One of our categories and its code and name on the platform ("" where nobody has entered one)."""

    category_code: str
    path: str
    code: str
    name: str


def named_categories(platform: Platform) -> list[Named]:
    """All categories that sellers choose, in the order of the tree; two queries."""
    held = {row.category_id: row for row in PlatformCategory.objects.filter(platform=platform)}
    known = nodes()
    found = []
    for category in offered_categories():
        row = held.get(category.pk)
        node = known.get(category.code)
        path = " › ".join(node.path) if node else category.name
        found.append(Named(category.code, path, row.code if row else "", row.name if row else ""))
    return found


def category_codes(platform: Platform) -> Callable[[str], str]:
    """How to say our category codes on a platform: its code for a category, else for the nearest one above it that has one,
    else "". One query, none for each code."""
    held = dict(PlatformCategory.objects.filter(platform=platform).values_list("category__code", "code"))
    known = nodes() if held else {}

    def code_of(category_code: str) -> str:
        code = category_code
        while code:
            if code in held:
                return held[code]
            code = known[code].parent if code in known else ""
        return ""

    return code_of


def platform_category_code(platform: Platform, category_code: str) -> str:
    """The platform's code for one category; see `category_codes`."""
    return category_codes(platform)(category_code)
