"""Nobody branches on which platform it is: what a platform can do is said by its capabilities, and by nothing else.

An adapter's own folder knows its own name, and so do the list of adapters and the reference data; no other product file may
compare, choose or look something up by the name of an adapter (nor, in the market, by the code of a platform).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from market.platforms.contract import registered_adapters
from tests.house.test_layout import ROOT, product_files

OWN = ("voso", "postmart", "santhu", "oscar", "medusa", "vendure", "kinto", "sandbox")
PLATFORMS = ROOT / "market" / "platforms"
# Where adapters are entered under their names, and where platforms get theirs.
LISTS = {ROOT / "market" / "apps.py", PLATFORMS / "reference.py"}
ADAPTER_NAME = re.compile(r"(^|[._])adapter$|adapter(\(\))?\.key$|adapter_key$|layout\.key$")
PLATFORM_CODE = re.compile(r"platform(s|_id)?\.code$|platform_code$")
_ASKING = {"startswith", "endswith", "get", "index", "count", "__contains__"}


def names_asked(source: str, *, of_platforms: bool = True) -> list[int]:
    """Lines that compare an adapter's name or a platform's code, choose by it, or look something up by it. A code may be
    compared with what somebody chose on a page (a plain variable): that names no platform."""

    def is_name(node: ast.AST) -> bool:
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"str", "getattr"} and node.args:
            return is_name(node.args[0])
        if not isinstance(node, ast.Attribute | ast.Name):
            return False
        text = ast.unparse(node)
        return bool((ADAPTER_NAME.search(text) and text != "adapter") or (of_platforms and PLATFORM_CODE.search(text)))

    def asked(node: ast.AST) -> Iterator[ast.AST]:
        if isinstance(node, ast.Compare) and not all(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            sides = (node.left, *node.comparators)
            is_choice = any(isinstance(side, ast.Name) and side.id.islower() for side in sides)
            yield from (side for side in sides if not (is_choice and PLATFORM_CODE.search(ast.unparse(side))))
        elif isinstance(node, ast.Match):
            yield node.subject
        elif isinstance(node, ast.Subscript):
            yield node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ASKING:
            yield from (node.func.value, *node.args)

    found = [node.lineno for node in ast.walk(ast.parse(source)) for each in asked(node) if is_name(each)]
    return sorted(set(found))


def names_spelled(source: str) -> list[int]:
    """Lines with a string that is just an adapter's name."""
    keys = set(registered_adapters())
    tree = ast.parse(source)
    return sorted({node.lineno for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in keys})


def folders_imported(source: str) -> list[int]:
    """Lines that import from an adapter's own folder."""
    prefixes = tuple(f"market.platforms.{name}" for name in OWN)
    found = []
    for node in ast.walk(ast.parse(source)):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module == "market.platforms":
            modules += [f"market.platforms.{alias.name}" for alias in node.names]
        if any(module == prefix or module.startswith(prefix + ".") for module in modules for prefix in prefixes):
            found.append(node.lineno)
    return found


def is_its_own(path: Path) -> bool:
    return path in LISTS or any(PLATFORMS / name in path.parents for name in OWN)


def lines(paths: Iterator[Path], look: object) -> list[str]:
    assert callable(look)
    return [f"{path.relative_to(ROOT)}:{line}" for path in paths for line in look(path.read_text(encoding="utf-8"))]


def test_nothing_is_decided_by_the_name_of_an_adapter() -> None:
    others = [path for path in product_files() if not is_its_own(path)]
    market = [path for path in others if ROOT / "market" in path.parents]
    elsewhere = [path for path in others if path not in market]
    assert len(market) > 100
    assert lines(iter(market), names_asked) == []
    assert lines(iter(elsewhere), lambda source: names_asked(source, of_platforms=False)) == []


def test_no_other_file_of_the_platforms_spells_or_imports_one() -> None:
    others = [path for path in product_files() if PLATFORMS in path.parents and not is_its_own(path)]
    assert len(others) > 40
    assert lines(iter(others), names_spelled) == []
    assert lines(iter(others), folders_imported) == []


@pytest.mark.parametrize(
    "source",
    [
        "if adapter.key == 'x': pass",
        "if way.adapter.key in {'x'}: pass",
        "if row.connection.adapter == name: pass",
        "if 'x' != connection.adapter: pass",
        "if adapter_key == KEY: pass",
        "match self.connection.adapter:\n    case _: pass",
        "RATES[connection.adapter]",
        "RATES.get(way.adapter.key, 5)",
        "if connection.adapter.startswith('x'): pass",
        "if str(connection.adapter) == 'x': pass",
        "rate = 5 if platform.code == 'x' else 9",
        "if connection.platform.code in NAMES: pass",
        "WORDS[row.connection.platform.code]",
    ],
)
def test_the_search_finds_what_asks_for_a_name(source: str) -> None:
    assert names_asked(source) == [1]


def test_the_search_leaves_flags_and_mere_mentions_alone() -> None:
    source = "\n".join(
        (
            "if capabilities.lists and adapter is not None: pass",
            "log.warning('platform %s', connection.adapter)",
            "adapter = adapter_for(connection.adapter)",
            "name = f'{adapter.key}-{number}'",
            "checked = each.platform.code == chosen",
            "rows.filter(adapter__in=registered_adapters(), platform__code=code)",
        )
    )
    assert names_asked(source) == []
    assert names_asked("if platform.code == 'x': pass", of_platforms=False) == []
    assert names_spelled("a = 'voso'\nb = 'voso.vn'\n") == [1]
    assert folders_imported("from market.platforms.santhu.adapter import X\nfrom market.platforms import voso\n") == [
        1,
        2,
    ]
