"""The categories of an oscar shop. Pure.

A product names its categories by their whole names ("Thực phẩm > Gia vị"), and a name that is not there is made on the spot: so
nothing is sent before the tree was asked. Our code of a category is the path of its slugs, which is short and stays when it is
respelled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from market.platforms import foreign_json
from market.platforms.contract import CategoryPage, RemoteCategory, kept_text

CODE_LIMIT, NAME_LIMIT, DEEPEST = 60, 160, 20
BETWEEN = " > "


def parse_categories(body: bytes) -> CategoryPage:
    """The whole tree, parents before children. Raises ContractBroken."""
    found = tuple(
        RemoteCategory(code_of(path), kept_text(names[-1], NAME_LIMIT), code_of(path[:-1]), is_leaf)
        for path, names, is_leaf in _walk(body)
    )
    return CategoryPage(found)


def name_of(body: bytes, code: str) -> str | None:
    """The whole name of the category with this code; None when there is none. Raises ContractBroken."""
    return next((BETWEEN.join(names) for path, names, _ in _walk(body) if code_of(path) == code), None)


def code_of(path: tuple[str, ...]) -> str:
    """The code of the category with these slugs from the top; a long one is cut, and told from others by a digest."""
    code = "/".join(path)
    if len(code) <= CODE_LIMIT:
        return code
    digest = hashlib.sha256(code.encode()).hexdigest()[:8]
    return f"{code[: CODE_LIMIT - 9]}~{digest}"


def _walk(body: bytes) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], bool]]:
    nodes = foreign_json.json_of(body)
    yield from _below({"children": nodes}, (), ())


def _below(
    node: dict[str, Any], path: tuple[str, ...], names: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], bool]]:
    if len(path) >= DEEPEST or "children" not in node:
        return
    for child in foreign_json.objects_in(node, "children"):
        data = foreign_json.object_of(child.get("data"), "data")
        name = foreign_json.text_in(data, "name")
        if BETWEEN.strip() in name:
            continue  # the API itself could not name it: it would be taken for two
        here, called = (*path, foreign_json.text_in(data, "slug")), (*names, name)
        yield here, called, not child.get("children")
        yield from _below(child, here, called)
