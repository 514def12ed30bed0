"""Finding the parts, and running one in a process of its own: `python -m benchmarks.part NAME FULL OUT`."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import django

import benchmarks
from benchmarks.figure import Figure

_HOUSE = {
    "figure",
    "table",
    "database",
    "part",
    "household_list",
    "bare_counts",
    "judged",
    "search_goods",
    "serving",
    "bare_row",
    "pushing",
    "__main__",
}


@dataclass(frozen=True)
class Part:
    """A module with `NAME` and `run`. `given`: the table by which a big database is known that is measured as it is, instead of a copy."""

    name: str
    module: str
    needs_database: bool
    given: str
    run: Callable[[bool], list[Figure]]


def found_parts() -> dict[str, Part]:
    """Every part by its name, in the order of names. Django must be set up."""
    parts = {}
    for info in pkgutil.iter_modules(benchmarks.__path__):
        if info.name in _HOUSE:
            continue
        module = importlib.import_module(f"benchmarks.{info.name}")
        if module.NAME in parts:
            raise ValueError(f"two parts are called {module.NAME}")
        parts[module.NAME] = Part(
            module.NAME, info.name, getattr(module, "DATABASE", True), getattr(module, "GIVEN", ""), module.run
        )
    return {name: parts[name] for name in sorted(parts)}


def main(name: str, full: str, out: str) -> int:
    """Run one part here and leave its figures in a JSON file."""
    figures = found_parts()[name].run(full == "1")
    Path(out).write_text(json.dumps([asdict(each) for each in figures]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    django.setup()
    sys.exit(main(*sys.argv[1:]))
