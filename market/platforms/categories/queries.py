"""Reading which codes a platform has for our categories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from market.goods.queries import offered_categories
from market.goods.tree import nodes
from market.platforms.models import PlatformCategory, PlatformTreeNode
from onboarding.accounts.models import Platform


@dataclass(frozen=True)
class Named:
    """One of our categories and its code and name on the platform ("" where nobody has entered one). `problem`: the platform's tree, where it
    tells one, does not have the code any more ("gone"), never had it ("unknown"), or divides it further ("inner")."""

    category_code: str
    path: str
    code: str
    name: str
    problem: str = ""


def named_categories(platform: Platform) -> list[Named]:
    """All categories that sellers choose, in the order of the tree; four queries."""
    held = {row.category_id: row for row in PlatformCategory.objects.filter(platform=platform)}
    known, problem_of = nodes(), _problems(platform, {row.code for row in held.values()})
    found = []
    for category in offered_categories():
        row = held.get(category.pk)
        node = known.get(category.code)
        path = " › ".join(node.path) if node else category.name
        code, name = (row.code, row.name) if row else ("", "")
        found.append(Named(category.code, path, code, name, problem_of.get(code, "")))
    return found


def _problems(platform: Platform, codes: set[str]) -> dict[str, str]:
    """What is wrong with these codes by the platform's own tree; nothing where it has told none. Two queries."""
    tree = PlatformTreeNode.objects.filter(platform=platform)
    if not tree.exists():
        return {}
    known = {node.code: node for node in tree.filter(code__in=codes)}
    problems = {}
    for code in codes - {""}:
        node = known.get(code)
        if node is None:
            problems[code] = "unknown"
        elif node.gone_at is not None:
            problems[code] = "gone"
        elif not node.is_leaf:
            problems[code] = "inner"
    return problems


def leaves_of(platform: Platform) -> QuerySet[PlatformTreeNode]:
    """The platform's own categories that take goods, by name; empty where it tells none."""
    return PlatformTreeNode.objects.filter(platform=platform, is_leaf=True, gone_at=None).order_by("name", "code")


def tree_read_at(platform: Platform) -> datetime | None:
    """When the platform last told its tree."""
    seen = PlatformTreeNode.objects.filter(platform=platform).aggregate(at=Max("seen_at"))["at"]
    return seen if isinstance(seen, datetime) else None


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
