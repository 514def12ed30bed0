"""A real Vendure for the platform tests: packages from the registry, one shop on a free port, the tests, the end.

    python tests/servers/vendure/running.py [pytest arguments]
    python tests/servers/vendure/running.py --serve

With --serve it tells its address and how to connect in a line of JSON, and ends when its input ends.

What is installed stays in var/servers/vendure. A shop lives in memory, its photos in a folder of its own, so that several may run at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.servers import kept
from tests.servers.vendure import seed

HERE = Path(__file__).resolve().parent
TESTS = ["tests/contracts", "tests/servers/vendure", "tests/market/platforms/vendure"]
PACKAGES = ("package.json", "package-lock.json")
KEEPER = "keeper"
START_SECONDS = 120


@dataclass(frozen=True)
class Shop:
    """A running shop: its address, its owner's password, and the doors for tests."""

    url: str
    password: str = field(repr=False)

    def control(self, name: str, **given: Any) -> Any:
        """Open a door of `shop/doors.js`."""
        body, headers = json.dumps(given).encode(), {"Content-Type": "text/plain"}
        with urllib.request.urlopen(
            urllib.request.Request(f"{self.url}/_control/{name}", body, headers), timeout=60
        ) as answer:
            return json.load(answer)

    def sql(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the shop's own tables."""
        found: list[dict[str, Any]] = self.control("sql", statement=statement, values=list(values))
        return found

    def keeper(self) -> seed.Program:
        """The shop's owner at the admin API."""
        program = seed.Program(f"{self.url}/admin-api")
        program.log_in(KEEPER, self.password)
        return program

    def visitor(self) -> seed.Program:
        """Somebody who comes to buy."""
        return seed.Program(f"{self.url}/shop-api")


def versions() -> str:
    """What is installed, in words."""
    pins = json.loads((HERE / "shop" / "package.json").read_text())["dependencies"]
    return f"Vendure {pins['@vendure/core']} on sql.js {pins['sql.js']}"


def installed() -> Path:
    """The folder with the packages, made once for each set of versions. Raises NoRegistry."""
    made_from = hashlib.sha256()
    for name in PACKAGES:
        made_from.update((HERE / "shop" / name).read_bytes())
    return kept.kept("vendure", made_from.hexdigest(), _make)


def _make(folder: Path) -> None:
    for name in PACKAGES:
        shutil.copy(HERE / "shop" / name, folder)
    kept.fetched(["npm", "ci", "--no-audit", "--no-fund"], folder)


@contextmanager
def running() -> Iterator[Shop]:
    """A shop with storage of its own, stopped on leaving."""
    folder, port = installed(), kept.free_port()
    shop = Shop(f"http://127.0.0.1:{port}", secrets.token_hex(16))
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "PATH": os.environ.get("PATH", ""), "NODE_PATH": str(folder / "node_modules"), "VENDURE_HOME": home,
            "VENDURE_PORT": str(port), "VENDURE_KEEPER": KEEPER, "VENDURE_PASSWORD": shop.password,
            "VENDURE_DISABLE_TELEMETRY": "true",
        }  # fmt: skip
        command = ["node", HERE / "shop" / "main.js"]
        with kept.process(command, Path(home), environment, lambda: _answers(shop), START_SECONDS):
            seed.seed(shop.keeper())
            shop.control("keep")
            yield shop


def _answers(shop: Shop) -> bool:
    try:
        return bool(shop.sql("SELECT 1"))
    except OSError:
        return False


@contextmanager
def serving() -> Iterator[dict[str, Any]]:
    """A shop for another program: its address, and what is typed in to connect."""
    with running() as shop:
        yield {"url": shop.url, "answers": seed.ANSWERS}


if __name__ == "__main__":
    raise SystemExit(kept.main("vendure", versions(), installed, serving, TESTS))
