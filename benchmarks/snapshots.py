"""A province's day frozen by the command, as by the job: seconds and memory of a process of its own; then its files made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date

from django.db import connection

from benchmarks.boards import _fill
from benchmarks.figure import Figure
from config import env
from core.kit import clock
from core.people.queries import SYSTEM
from core.places.queries import unit_by_code
from ocop.indicators.queries import Scope, measure
from ocop.indicators.registry import INDICATORS

NAME = "snapshots"
_SOME, _ALL = (20_000, 200), (200_000, 2_000)
_FILES = {"xlsx": "workbook(s)", "csv of rows": "rows_csv(s)", "json of rows": "rows_json(s)"}
# The whole answer is read piece by piece and thrown away, as a server sends it.
_MAKE = """
import time
from ocop.snapshots.exports import rows_csv, rows_json, workbook
from ocop.snapshots.models import Snapshot
s = Snapshot.objects.get()
start, first, size = time.perf_counter(), 0.0, 0
for piece in {made}:
    first = first or time.perf_counter() - start
    size += len(piece)
print(first, time.perf_counter() - start, size)
"""
_FREEZE = """
from django.core.management import call_command
call_command("snapshot", "--unit", "68")
"""
# The peak of the process itself: what the system tells of a child counts the moment in which it was still a copy of this one.
_CHILD = """
import django
django.setup()
{work}
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def run(full: bool) -> list[Figure]:
    """20,000 households and 200 products; `full` 200,000 and 2,000."""
    households, products = _ALL if full else _SOME
    province = unit_by_code("province", "68", date(2026, 1, 1))
    assert province is not None, "load_reference first"
    _fill(province, households, products)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    start = time.perf_counter()
    measure(INDICATORS.values(), Scope(SYSTEM, clock.today(), province))
    counting = time.perf_counter() - start
    connection.close()

    _, _, idle = _child("")
    said, seconds, memory = _child(_FREEZE)
    made = json.loads(said)
    size = f"{households} households, {products} products, {made['rows']} rows"
    figures = [
        Figure(f"a day frozen, {size}", seconds, "s", f"counted live without keeping rows: {counting:.1f} s", seconds / counting),
        Figure("… peak memory of the process", memory, "MB", f"the same process idle: {idle:.0f} MB", memory / idle, "< 300"),
    ]  # fmt: skip
    for name, call in _FILES.items():
        said, _, peak = _child(_MAKE.format(made=call))
        first, whole, length = (float(each) for each in said.split())
        words = f"… its {name}, {length / 1e6:.1f} MB: until the first piece"
        figures.append(
            Figure(words, first * 1000, "ms", f"the whole: {whole:.1f} s, peak {peak:.0f} MB", None, "< 1000")
        )
    return figures


def _child(work: str) -> tuple[str, float, float]:
    """The last line that this work printed in a process of its own, seconds by the clock, peak memory in MB."""
    start = time.perf_counter()
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD.format(work=work)],
        cwd=env.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    *_, said, peak = ["", *done.stdout.splitlines()]
    return said, time.perf_counter() - start, int(peak) / 1024
