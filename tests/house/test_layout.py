"""The house rules about files: rooms, sizes, and no import inside a function."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STOREYS = ("benchmarks", "config", "core", "onboarding", "market", "ocop", "search")
FORBIDDEN = {"utils.py", "helpers.py", "services.py", "managers.py", "signals.py"}
LIMIT = 400


def product_files() -> list[Path]:
    """All Python files of the product, migrations left out: they are written by Django."""
    found = [path for storey in STOREYS for path in (ROOT / storey).rglob("*.py") if "migrations" not in path.parts]
    assert len(found) > 150, "the product's files are no longer found"
    return sorted(found)


def test_no_room_without_a_purpose() -> None:
    assert [str(path.relative_to(ROOT)) for path in product_files() if path.name in FORBIDDEN] == []


def test_files_stay_short() -> None:
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in product_files()
    }
    assert {name: count for name, count in lines.items() if count > LIMIT} == {}


def hidden_imports(source: str, *, in_ready: bool) -> list[int]:
    """Lines of imports inside a function; those of `ready` are right if `in_ready`."""
    found: list[int] = []
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and not (in_ready and function.name == "ready"):
            found += [node.lineno for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
    return sorted(set(found))


def test_no_import_hides_in_a_function() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in product_files()
        for line in hidden_imports(path.read_text(encoding="utf-8"), in_ready=path.name == "apps.py")
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "in_ready", "lines"),
    [
        ("import os\ndef f():\n    import re\n", False, [3]),
        ("class A:\n    async def f(self):\n        if 1:\n            from x import y\n", True, [4]),
        ("def ready(self):\n    import re\n", True, []),
        ("def ready(self):\n    import re\n", False, [2]),
        ("if TYPE_CHECKING:\n    import re\n", False, []),
    ],
)
def test_the_search_for_hidden_imports_finds_them(source: str, in_ready: bool, lines: list[int]) -> None:
    assert hidden_imports(source, in_ready=in_ready) == lines


def test_nothing_of_the_product_imports_the_tests() -> None:
    wrong = []
    for path in product_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            wrong += [
                f"{path.relative_to(ROOT)}: {name}" for name in names if name.split(".")[0] in {"tests", "pytest"}
            ]
    assert wrong == []


READING_ROOMS = {"views.py", "jobs.py", "queries.py", "rules.py", "forms.py", "pages.py"}
WRITES = {"create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "create_from_request"}


def writes_of(source: str) -> list[int]:
    """Lines that write through a manager ("….objects….delete()")."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES | {"update"}
        and ".objects." in f"{ast.unparse(node.func)}."
    ]


def test_every_write_is_an_action() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in product_files()
        if path.name in READING_ROOMS and path.relative_to(ROOT).parts[0] != "benchmarks"
        for line in writes_of(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_search_for_writes_finds_them() -> None:
    assert writes_of("A.objects.filter(x=1).delete()\nd.update(a=1)\nn = A.objects.create()[0]\n") == [1, 3]
