"""The categories of a Medusa shop. Pure.

A category's code is its handle, which is unique and speaks; where a handle is too long to be one, the category's number.
"""

from __future__ import annotations

from typing import Any

from market.platforms import foreign_json
from market.platforms.contract import CategoryPage, RemoteCategory, kept_text

CODE_LIMIT, NAME_LIMIT = 60, 160
FIELDS = "id,name,handle,parent_category_id"


def parse_categories(rows: list[dict[str, Any]]) -> CategoryPage:
    """The whole tree, parents before children, from its rows in any order. What hangs on nothing is left out. Raises ContractBroken."""
    below: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        below.setdefault(_above(row), []).append(row)
    found, waiting = list[RemoteCategory](), [("", row) for row in reversed(below.get("", []))]
    while waiting:
        above, row = waiting.pop()
        children = below.pop(foreign_json.text_in(row, "id"), [])
        name = kept_text(foreign_json.text_in(row, "name"), NAME_LIMIT)
        found.append(RemoteCategory(code_of(row), name, above, not children))
        waiting += [(code_of(row), child) for child in reversed(children)]
    return CategoryPage(tuple(found))


def code_of(row: dict[str, Any]) -> str:
    """The code of a category. Raises ContractBroken."""
    handle = foreign_json.text_in(row, "handle")
    return handle if 0 < len(handle) <= CODE_LIMIT else foreign_json.text_in(row, "id")


def _above(row: dict[str, Any]) -> str:
    return "" if row.get("parent_category_id") is None else foreign_json.text_in(row, "parent_category_id")
