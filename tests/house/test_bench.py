"""What `make bench` prints can be trusted: targets are judged, hand-written notes stay, parts are found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import table
from benchmarks.figure import Figure
from benchmarks.part import found_parts

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("value", "ratio", "target", "holds"),
    [
        (5, None, "< 5", False),
        (5, None, "<= 5", True),
        (98.2, None, ">= 98", True),
        (0, None, "= 0", True),
        (1, None, "= 0", False),
        (700, 2.9, "< 3x", True),
        (1, 3.0, "< 3x", False),
        (1, None, "", None),
    ],
)
def test_a_target_is_judged(value: float, ratio: float | None, target: str, holds: bool | None) -> None:
    assert Figure("a", value, "ms", "", ratio, target).holds() is holds


@pytest.mark.parametrize("target", ["fast", "< 5 ms", "< 3x"])
def test_a_target_nobody_can_judge_is_an_error(target: str) -> None:
    with pytest.raises(ValueError, match="a:"):
        Figure("a", 1, "ms", target=target)


def test_the_table() -> None:
    rows = table.rows("files", [Figure("photo", 812.4, "ms", "Pillow: 210 ms", 3.868, "< 1500"), Figure("b", 0.5, "s")])
    assert table.plain(rows) == (
        "part   figure  value  unit  peer            ratio  target\n"
        "files  photo     812  ms    Pillow: 210 ms  3.87x  < 1500  ok\n"
        "files  b         0.5  s"
    )


def test_notes_written_by_hand_and_other_parts_stay() -> None:
    rows = table.rows("a", [Figure("b|c", 1, "s")])
    page = table.replaced("# Performance\n\nOur notes.\n", "a", table.marked("a", rows, "first"))
    page = table.replaced(page + "\nMore notes.\n", "b", table.marked("b", [], "of b"))
    again = table.replaced(page, "a", table.marked("a", [], "second"))
    assert again.startswith("# Performance\n\nOur notes.\n") and again.count("## a\n") == again.count("## b\n") == 1
    assert "second" in again and "first" not in again and "of b" in again and "More notes." in again
    assert "| b/c | 1 | s |  |  |  |  |" in page


def test_every_part_has_a_name_and_runs() -> None:
    parts = found_parts()
    assert "photos" in parts
    assert all(callable(part.run) for part in parts.values())


def test_a_part_nobody_knows_says_which_there_are() -> None:
    command = [sys.executable, "manage.py", "bench", "no-such-part"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"MODE": "test"}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1 and "photos" in done.stderr


def test_nothing_is_measured_in_production() -> None:
    environment = {**os.environ, "MODE": "production", "SECRET_KEY": "x" * 50, "DATABASE_URL": "sqlite:////nowhere/x"}
    command = [sys.executable, "-m", "benchmarks", "photos"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "production" in done.stderr
