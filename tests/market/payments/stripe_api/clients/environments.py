"""The official clients that are not in this environment: an old Python one and the Node one, installed on first use."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[5]
KEPT = Path(os.environ.get("STATE_DIR", ROOT / "var")) / "clients"
OLD_PYTHON, NODE = "7.14.0", "23.1.0"
SECONDS = 120  # a registry that takes longer is not there


class NotThereError(Exception):
    """Why a client cannot be had on this machine."""


def old_python() -> Path:
    """A Python with stripe 7.14.0, in an environment of its own. Raises NotThereError."""
    home = KEPT / f"python-{OLD_PYTHON}"
    python = home / "bin" / "python"
    with _one_at_a_time():
        if not (home / ".ready").exists():
            shutil.rmtree(home, ignore_errors=True)
            uv = str(Path(sys.executable).parent / "uv")
            _call([uv, "venv", "-q", "--python", sys.executable, str(home)])
            # requests is what its users have beside it; without it the client falls back to urllib.
            _call([uv, "pip", "install", "-q", "--python", str(python), f"stripe=={OLD_PYTHON}", "requests"])
            (home / ".ready").touch()
    return python


def node_client() -> Path:
    """The folder with stripe-node in its node_modules. Raises NotThereError."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise NotThereError(f"no {program} on this machine; .ci/run installs it")
    home = KEPT / f"node-{NODE}"
    with _one_at_a_time():
        if not (home / ".ready").exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            npm = ["npm", "install", "--prefix", str(home), "--no-audit", "--no-fund", "--ignore-scripts"]
            _call([*npm, f"stripe@{NODE}"])
            (home / ".ready").touch()
    return home


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _call(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.CalledProcessError as error:
        raise NotThereError(f"{command[0]} did not install: {error.stderr.strip()[-300:]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotThereError(f"{command[0]} did not install: {error}") from error
