"""A hostile file is opened by another process, with its own small memory and time: one that makes a reader spin, swell
or crash then takes down nothing but that process.

Also the program that does it: `python -I apart.py CPU_SECONDS MEMORY_BYTES PROGRAM ARGUMENT…` binds itself, then becomes
PROGRAM, which stands alone (it sees nothing of the product), reads standard input and writes standard output.
"""

from __future__ import annotations

import resource
import runpy
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass

WALL_SECONDS = 25
# Each may take some hundred megabytes for a moment; the others wait.
_AT_ONCE = threading.BoundedSemaphore(2)


class OutOfBounds(Exception):
    """The program was stopped: its time or memory was up, or it fell."""


@dataclass(frozen=True)
class Done:
    """How a program ended by itself, and what it wrote."""

    code: int
    output: bytes


def run_apart(
    program: str, arguments: Sequence[str], raw: bytes, *, cpu_seconds: int, memory_bytes: int
) -> Done:  # fmt: skip
    """Run one of our own programs over `raw`. `memory_bytes` is address space. Raises OutOfBounds."""
    command = [sys.executable, "-I", __file__, str(cpu_seconds), str(memory_bytes), program, *arguments]
    try:
        with _AT_ONCE:
            done = subprocess.run(  # noqa: S603  our own program, and arguments of our own making
                command, input=raw, capture_output=True, timeout=WALL_SECONDS, check=False, env={}
            )
    except subprocess.TimeoutExpired as error:
        raise OutOfBounds from error
    if done.returncode < 0:
        raise OutOfBounds
    return Done(done.returncode, done.stdout)


def main(cpu_seconds: str, memory_bytes: str, *program: str) -> None:
    """The program: limits first."""
    for kind, limit in (
        (resource.RLIMIT_CPU, int(cpu_seconds)),
        (resource.RLIMIT_AS, int(memory_bytes)),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
    sys.argv = list(program)
    runpy.run_path(program[0], run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
