"""A real django-oscar with oscarapi for the platform tests: packages from the registry, one shop on a free port, the tests, the end.

    python tests/servers/oscar/running.py [pytest arguments]
    python tests/servers/oscar/running.py --serve

With --serve it tells its address and how to connect in a line of JSON, and ends when its input ends.

What is installed stays in var/servers/oscar: an environment of its own and an empty shop. Every shop that is started is a copy
in a folder of its own, so that several may run at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.servers import kept

HERE = Path(__file__).resolve().parent
KEPT = kept.SERVERS / "oscar"
TESTS = ["tests/contracts", "tests/servers/oscar", "tests/market/platforms/oscar"]
PARTNER = "htx-an"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
START_SECONDS = 60


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


def versions() -> str:
    """What is installed, in words."""
    pins = dict(line.split("==") for line in (HERE / "requirements.txt").read_text().split())
    return f"django-oscar {pins['django-oscar']} with oscarapi {pins['django-oscar-api']} on Django {pins['Django']}"


def installed() -> Path:
    """The folder with `venv` and the empty shop, made once for each set of versions and settings. Raises NoRegistry."""
    made_from = hashlib.sha256()
    for path in sorted([HERE / "requirements.txt", *(HERE / "shop").glob("*.py")]):
        made_from.update(path.name.encode() + path.read_bytes())
    return kept.kept("oscar", made_from.hexdigest(), _make)


def _make(folder: Path) -> None:
    _install()
    _make_shop()


def _install() -> None:
    wanted, stamp = (HERE / "requirements.txt").read_text(), KEPT / "venv" / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(KEPT / "venv", ignore_errors=True)
    venv.create(KEPT / "venv", with_pip=True)
    kept.fetched([_python(), "-m", "pip", "install", "-q", "--no-deps", "-r", HERE / "requirements.txt"], KEPT, 600)
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
    port = kept.free_port()
    shop = Shop(f"http://127.0.0.1:{port}", TOKEN)
    address = ["--bind", f"127.0.0.1:{port}", "--threads", "8", "--keep-alive", "5"]
    with kept.home_from(installed() / "empty") as home:
        command = [_python(), "-m", "gunicorn", "shop.wsgi", *address]
        with kept.process(command, home, _environment(home), lambda: _answers(shop), START_SECONDS):
            yield shop


def _answers(shop: Shop) -> bool:
    try:
        shop.control("reset", {"token": shop.token})
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"the shop cannot be emptied: {error}") from error
    except OSError:
        return False
    return True


@contextmanager
def serving() -> Iterator[dict[str, Any]]:
    """A shop for another program: its address, and what is typed in to connect."""
    with running() as shop:
        yield {"url": shop.url, "answers": {"token": shop.token, "partner": PARTNER}}


if __name__ == "__main__":
    raise SystemExit(kept.main("oscar", versions(), installed, serving, TESTS))
