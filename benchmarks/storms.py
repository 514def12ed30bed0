"""Storms over the platform engine: random edits, faults, deaths and restarts, each ending in quiet with one of everything.

The test suite has 200 of them; FULL=1 sends 5,000, in as many processes as the machine has cores.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

from benchmarks.figure import Figure
from config import env

NAME = "storms"
DATABASE = False
_TEST = "tests/market/platforms/test_storms.py"


def run(full: bool) -> list[Figure]:
    """20 storms, `full` 5,000."""
    number = 5_000 if full else 20
    command = [
        sys.executable,
        "-m",
        "pytest",
        _TEST,
        "-n",
        str(os.cpu_count() or 1),
        "--dist",
        "load",
        "-k",
        "after_the_storm",
    ]
    began = time.perf_counter()
    ended = subprocess.run(
        command, cwd=env.ROOT, check=False, capture_output=True, text=True,
        env=os.environ | {"MODE": "test", "SLOW": "1", "STORMS": str(number)},
    )  # fmt: skip
    took = time.perf_counter() - began
    passed = re.search(r"(\d+) passed", ended.stdout)
    quiet = 10 * int(passed[1]) if passed else 0
    return [
        Figure("storms that ended in quiet, one of everything", float(quiet), "storms", "", None, f"= {number}"),
        Figure("… a second", number / took, "storms/s"),
    ]
