"""A real django-oscar with oscarapi for the platform tests: packages from the registry, one shop on a free port, the tests, the end.

    python tests/servers/oscar/running.py [pytest arguments]
    python tests/servers/oscar/running.py --serve

With --serve it tells its address and token in a line of JSON, and ends when its input ends.

What is installed stays in var/servers/oscar: an environment of its own and an empty shop. Every shop that is started is a copy
in a folder of its own, so that several may run at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
KEPT = Path(os.environ.get("STATE_DIR", ROOT / "var")) / "servers" / "oscar"
TESTS = ["tests/contracts", "tests/servers/oscar", "tests/market/platforms/oscar", "-k", "oscar"]
TOKEN = "0123456789abcdef0123456789abcdef01234567"
START_SECONDS = 60


class NoRegistry(RuntimeError):
    """The packages cannot be fetched."""


@dataclass(frozen=True)
class Shop:
    """A running shop: its address, its keeper's token, and the door for tests."""

    url: str
    token: str = field(repr=False)

    def control(self, what: str, given: Any = None) -> Any:
        """Open a door of `shop/control.py`."""
        request = urllib.request.Request(
            f"{self.url}/_control/{what}/", json.dumps(given or {}).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


def main() -> int:
    """Run the tests against a shop; returns the exit status."""
    why_not = ""
    try:
        installed()
    except NoRegistry as reason:
        why_not = f"the packages of django-oscar cannot be fetched: {reason}"
        print(why_not, flush=True)
    if sys.argv[1:] == ["--serve"]:
        with running() as shop:
            print(json.dumps({"url": shop.url, "token": shop.token}), flush=True)
            sys.stdin.read()
        return 0
    if not why_not:
        print(f"the platform tests run on {versions()}", flush=True)
    environment = os.environ | {"OSCAR_TESTS": why_not or "1", "MODE": "test"}
    command = [sys.executable, "-m", "pytest", *TESTS, *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def versions() -> str:
    """What is installed, in words."""
    pins = dict(line.split("==") for line in (HERE / "requirements.txt").read_text().split())
    return f"django-oscar {pins['django-oscar']} with oscarapi {pins['django-oscar-api']} on Django {pins['Django']}"


def installed() -> Path:
    """The folder with `venv` and the empty `shop`, made once for each set of versions and settings. Raises NoRegistry."""
    made_from = hashlib.sha256()
    for path in sorted([HERE / "requirements.txt", *(HERE / "shop").glob("*.py")]):
        made_from.update(path.name.encode() + path.read_bytes())
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = KEPT / "stamp"
        if stamp.exists() and stamp.read_text() == made_from.hexdigest():
            return KEPT
        stamp.unlink(missing_ok=True)
        _install()
        _make_shop()
        stamp.write_text(made_from.hexdigest())
    return KEPT


def _install() -> None:
    wanted, stamp = (HERE / "requirements.txt").read_text(), KEPT / "venv" / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(KEPT / "venv", ignore_errors=True)
    venv.create(KEPT / "venv", with_pip=True)
    done = subprocess.run(
        [_python(), "-m", "pip", "install", "-q", "--no-deps", "-r", str(HERE / "requirements.txt")],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NoRegistry(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip")
    stamp.write_text(wanted)


def _make_shop() -> None:
    home = KEPT / "empty"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    script = f"import django; django.setup(); from shop.control import seed; seed({TOKEN!r})"
    for command in (["-m", "django", "migrate", "-v0"], ["-c", script]):
        done = subprocess.run(
            [_python(), *command], env=_environment(home), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"the shop could not be made:\n{done.stderr[-3000:]}")


def _python() -> str:
    return str(KEPT / "venv" / "bin" / "python")


def _environment(home: Path) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("DJANGO", "PYTHON", "OSCAR"))}
    return kept | {
        "OSCAR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "shop.settings", "PYTHONPATH": str(HERE), "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


@contextmanager
def running() -> Iterator[Shop]:
    """A shop with storage of its own, stopped on leaving."""
    kept = installed()
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for file in (kept / "empty").iterdir():
            shutil.copy(file, home)
        command = [
            _python(),
            "-m",
            "gunicorn",
            "shop.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--threads",
            "8",
            "--keep-alive",
            "5",
        ]
        with (home / "log").open("w") as log:
            server = subprocess.Popen(command, env=_environment(home), cwd=home, stdout=log, stderr=log)
        try:
            shop = Shop(f"http://127.0.0.1:{port}", TOKEN)
            _wait(server, shop, home / "log")
            yield shop
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(server: subprocess.Popen[bytes], shop: Shop, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            shop.control("reset", {"token": shop.token})
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the shop did not start:\n{log.read_text()[-3000:]}")


if __name__ == "__main__":
    raise SystemExit(main())
