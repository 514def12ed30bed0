"""What the real servers of the tests have in common: kept where they were installed, started on a free port, ended with whoever started
them. Standard library only: scripts run it before anything else is there."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SERVERS = Path(os.environ.get("STATE_DIR", ROOT / "var")) / "servers"
_PR_SET_PDEATHSIG = 1


class NoRegistry(RuntimeError):
    """The packages cannot be fetched."""


def kept(name: str, made_from: str, make: Callable[[Path], None]) -> Path:
    """The folder of this server, made by `make` once for each `made_from`; others who want it meanwhile wait. Raises NoRegistry."""
    folder = SERVERS / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = folder / "stamp"
        if stamp.exists() and stamp.read_text() == made_from:
            return folder
        stamp.unlink(missing_ok=True)
        make(folder)
        stamp.write_text(made_from)
    return folder


def fetched(command: Sequence[str | Path], folder: Path, seconds: int = 900) -> None:
    """Run a package manager. Raises NoRegistry with its last line."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoRegistry(str(error)) from error
    if done.returncode:
        told = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise NoRegistry(told[-1] if told else str(command[0]))


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def process(
    command: Sequence[str | Path],
    home: Path,
    environment: Mapping[str, str],
    is_ready: Callable[[], bool],
    seconds: int,
) -> Iterator[subprocess.Popen[bytes]]:
    """A server that works in `home` (its words in `home/log`), once it answers; asked to end on leaving, and ended with this process
    whatever becomes of that."""
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            command, env=dict(environment), cwd=home, stdout=log, stderr=log, preexec_fn=_end_with_parent
        )
    try:
        end = time.monotonic() + seconds
        while not is_ready():
            if time.monotonic() > end or server.poll() is not None:
                raise RuntimeError(f"{command[0]} did not start:\n{(home / 'log').read_text()[-3000:]}")
            time.sleep(0.1)
        yield server
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def home_from(empty: Path) -> Iterator[Path]:
    """A folder of its own with a copy of what `empty` holds, gone on leaving."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(empty, folder, dirs_exist_ok=True)
        yield Path(folder)


def main(name: str, title: str, installed: Callable[[], Any], serve: Callable[[], Any], tests: Sequence[str]) -> int:
    """What `running.py NAME` does: install, then run the tests that concern this server, or with --serve one server until our input ends:
    a line of JSON with its `url` and the `answers` that a person types in to connect. Tests learn by `<NAME>_TESTS` that it is there.
    1 where it cannot be installed: nothing was proved then."""
    try:
        installed()
    except NoRegistry as reason:
        print(f"the packages of {name} cannot be fetched: {reason}", flush=True)
        return 1
    if sys.argv[1:] == ["--serve"]:
        with serve() as told:
            print(json.dumps(told), flush=True)
            sys.stdin.read()
        return 0
    print(f"the platform tests run on {title}", flush=True)
    environment = os.environ | {f"{name.upper()}_TESTS": "1", "MODE": "test"}
    given = sys.argv[1:]
    chosen = [] if any(argument.startswith("tests/") for argument in given) else tests
    command = [sys.executable, "-m", "pytest", *chosen, "-k", name, *given]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
