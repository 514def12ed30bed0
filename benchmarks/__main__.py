"""`manage.py bench`: runs parts one after the other and prints one table."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django

from benchmarks import table
from benchmarks.database import Databases
from benchmarks.figure import Figure
from benchmarks.part import Part, found_parts
from config import env
from core.kit import clock

PAGE = env.ROOT / "docs" / "performance.md"


def main() -> int:
    """Returns the exit status: 1 when a part did not run to its end, whatever the targets say."""
    options = _options()
    if env.PRODUCTION:
        print("Không đo trên hệ thống thật. / Benchmarks do not run in production mode.", file=sys.stderr)
        return 1
    django.setup()
    parts = found_parts()
    unknown = [name for name in options.parts if name not in parts]
    if unknown:
        print(f"No part {', '.join(unknown)}; there are: {', '.join(parts)}", file=sys.stderr)
        return 1
    chosen = [parts[name] for name in options.parts or parts]
    full = os.environ.get("FULL", "") == "1"
    rows: dict[str, list[tuple[str, ...]]] = {}
    failed = []
    with tempfile.TemporaryDirectory(prefix="lensan-bench-") as folder:
        databases = Databases(Path(folder))
        try:
            for part in chosen:
                figures = _measure(part, full=full, databases=databases, folder=Path(folder))
                if figures is None:
                    failed.append(part.name)
                else:
                    rows[part.name] = table.rows(part.name, figures)
        finally:
            databases.close()
    every = [row for of_part in rows.values() for row in of_part]
    print(table.plain(every), flush=True)
    misses = sum(row[-1] == "miss" for row in every)
    print(f"\n{len(every)} figures, {misses} missed" + (f"; did not finish: {', '.join(failed)}" if failed else ""))
    if options.write:
        _write(rows, full=full)
    return 1 if failed else 0


def _measure(part: Part, *, full: bool, databases: Databases, folder: Path) -> list[Figure] | None:
    """Figures of one part from a process of its own; None when it fell."""
    state, out = folder / part.module, folder / f"{part.module}.json"
    state.mkdir()
    started = time.monotonic()
    print(f"{part.name} …", end=" ", file=sys.stderr, flush=True)
    # Also without a need: nothing may reach the database of the demo by mistake.
    address = f"sqlite:///{state / 'none.sqlite3'}"
    if part.needs_database:
        is_given = full and bool(part.given) and databases.holds(part.given)
        address = databases.address if is_given else databases.copy(part.module)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.part", part.name, "1" if full else "0", str(out)],
        cwd=env.ROOT,
        env=os.environ | {"DATABASE_URL": address, "STATE_DIR": str(state)},
        check=False,
    )
    print(f"{time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    if done.returncode or not out.exists():
        return None
    return [Figure(**each) for each in json.loads(out.read_text(encoding="utf-8"))]


def _write(rows: dict[str, list[tuple[str, ...]]], *, full: bool) -> None:
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Performance\n"
    database = "PostgreSQL" if env.DATABASE_URL.startswith("postgres") else "SQLite"
    for part, of_part in rows.items():
        if not of_part:
            continue  # it found nothing to measure here: what stands there stays
        command = f"{'FULL=1 ' if full else ''}manage.py bench {part} --write"
        facts = (
            f"{clock.now():%d/%m/%Y}, `{command}`: {os.cpu_count()} cores (load {os.getloadavg()[0]:.1f} at the end), "
            f"Python {platform.python_version()}, {database}."
        )
        page = table.replaced(page, part, table.marked(part, of_part, facts))
    PAGE.write_text(page, encoding="utf-8")


def _options() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="manage.py bench", description=__doc__)
    reader.add_argument("parts", nargs="*", help="names of parts; all when none is given")
    reader.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    return reader.parse_args()


if __name__ == "__main__":
    sys.exit(main())
