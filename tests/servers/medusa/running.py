"""A real Medusa for the platform tests: packages from the registry, one shop with a PostgreSQL of its own on free ports, the tests,
the end.

    python tests/servers/medusa/running.py [pytest arguments]
    python tests/servers/medusa/running.py --serve

With --serve it tells its address and how to connect in a line of JSON, and ends when its input ends.

What is installed stays in var/servers/medusa: the packages, and an empty shop with its database's files. Every shop that is started works
on a copy of these in a folder of its own, so that several may run at once.
"""

from __future__ import annotations

import base64
import getpass
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.servers import kept

HERE = Path(__file__).resolve().parent
KEPT = kept.SERVERS / "medusa"
TESTS = ["tests/contracts", "tests/servers/medusa", "tests/market/platforms/medusa"]
KEEPER, PASSWORD = "keeper@shop.example", "for-tests-only"
# PostgreSQL refuses to run as root: this user is there with its package.
DATABASE_USER = "postgres"
START_SECONDS = 90
PACKAGES = ("package.json", "package-lock.json")
TREE = (
    ("nuoc-mam", "Nước mắm", ""),
    ("che-bien-rau-qua", "Rau quả chế biến", ""),
    ("tp", "Thực phẩm", ""),
    ("gv", "Gia vị", "tp"),
    ("nm", "Nước mắm, mắm các loại", "gv"),
    ("muoi", "Muối", "gv"),
    ("hat", "Hạt", "tp"),
    ("tcmn", "Thủ công mỹ nghệ", ""),
)


@dataclass(frozen=True)
class Shop:
    """A running shop: its address, a secret key of its keeper, and its database, for what nobody can do over its API."""

    url: str
    key: str = field(repr=False)
    database: str
    home: Path

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The admin API, as the shop's own people use it."""
        shown = base64.b64encode(f"{self.key}:".encode()).decode()
        return asked(self.url, method, path, body, f"Basic {shown}", **query)

    def sql(self, text: str) -> str:
        """What the database answers, without its rows' borders."""
        command = [_tool("psql"), self.database, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def asked(url: str, method: str, path: str, body: Any, authorization: str = "", **query: Any) -> Any:
    """One call to a shop's API; what it refuses is a RuntimeError with its words."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Authorization": authorization}
    address = url + path + (f"?{urlencode(query)}" if query else "")
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, data, headers, method=method), timeout=60
        ) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method} {path}: {error.code} {error.read()[:500]!r}") from error


def versions() -> str:
    """What is installed, in words."""
    pins = json.loads((HERE / "package.json").read_text())["dependencies"]
    return f"Medusa {pins['@medusajs/medusa']}"


def installed() -> Path:
    """The folder with the packages and the empty shop, made once for each set of versions and settings. Raises NoRegistry."""
    made_from = hashlib.sha256()
    for name in (*PACKAGES, "medusa-config.js", "running.py"):
        made_from.update((HERE / name).read_bytes())
    return kept.kept("medusa", made_from.hexdigest(), _make)


def _make(folder: Path) -> None:
    _tool("initdb")
    _install(folder / "packages")
    _make_shop(folder)


def _install(packages: Path) -> None:
    wanted = "".join((HERE / name).read_text() for name in PACKAGES)
    stamp = packages / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(packages, ignore_errors=True)
    packages.mkdir()
    for name in PACKAGES:
        shutil.copy(HERE / name, packages)
    # Nothing of it needs the scripts that packages would run while they are installed. Not "ci": the lock does not name what other
    # kinds of machines would need.
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    kept.fetched(["npm", "install", "--ignore-scripts", "--no-save", *quiet], packages)
    stamp.write_text(wanted)


def _make_shop(folder: Path) -> None:
    """An empty database, the tables of the shop in it, its keeper with a key, a region and a tree of goods."""
    empty = folder / "empty"
    shutil.rmtree(empty, ignore_errors=True)
    # Not made where it is kept: the way there may be closed to the user of the database.
    with tempfile.TemporaryDirectory() as making:
        home = Path(making)
        (home / "shop").mkdir()
        for name in ("package.json", "medusa-config.js"):
            shutil.copy(HERE / name, home / "shop")
        (home / "data").mkdir(mode=0o700)
        _give(home)
        initdb = [*_as_user(), _tool("initdb"), "-D", home / "data", "-U", "shop", "-A", "trust", "-E", "UTF8"]
        _done([*initdb, "--no-locale", "--no-sync"], home, os.environ)
        _link(home)
        with _database(home) as address:
            _done([_tool("psql"), f"{address}postgres", "-qc", "CREATE DATABASE shop"], home, os.environ)
            environment = _environment("http://127.0.0.1", f"{address}shop")
            for arguments in (["db:migrate"], ["user", "-e", KEEPER, "-p", PASSWORD]):
                _done([*_medusa(home), *arguments], home / "shop", environment)
            with _server(home, f"{address}shop") as url:
                _seed(url, home / "shop" / "key")
        (home / "shop" / "node_modules").unlink()
        shutil.copytree(home, empty)


def _seed(url: str, kept_key: Path) -> None:
    token = asked(url, "POST", "/auth/user/emailpass", {"email": KEEPER, "password": PASSWORD})["token"]
    body = {"title": "tests", "type": "secret"}
    key = asked(url, "POST", "/admin/api-keys", body, f"Bearer {token}")["api_key"]["token"]
    kept_key.write_text(key)
    shop = Shop(url, key, "", kept_key.parent)
    shop.ask("POST", "/admin/regions", {"name": "Việt Nam", "currency_code": "vnd", "countries": ["vn"]})
    plant(shop, TREE)


def plant(shop: Shop, nodes: tuple[tuple[str, str, str], ...]) -> None:
    """Categories as (handle, name, handle of what stands above)."""
    numbers = {"": None}
    for handle, name, above in nodes:
        body = {"name": name, "handle": handle, "is_active": True, "parent_category_id": numbers[above]}
        made = shop.ask("POST", "/admin/product-categories", body)
        numbers[handle] = made["product_category"]["id"]


@contextmanager
def running() -> Iterator[Shop]:
    """A shop with storage of its own, stopped on leaving."""
    with kept.home_from(installed() / "empty") as home:
        _give(home)
        _link(home)
        with _database(home) as address, _server(home, f"{address}shop") as url:
            yield Shop(url, (home / "shop" / "key").read_text(), f"{address}shop", home / "shop")


@contextmanager
def _database(home: Path) -> Iterator[str]:
    """PostgreSQL on the files in `home/data`; its address without a database's name. What is lost with the power is no loss here."""
    port, data = kept.free_port(), home / "data"
    address = f"postgresql://shop@127.0.0.1:{port}/"
    options = {
        "port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off",
        "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 60,
    }  # fmt: skip
    command = [*_as_user(), _tool("postgres"), "-D", data, *(f"--{name}={value}" for name, value in options.items())]
    with kept.process(command, home / "base", os.environ, lambda: _is_ours(address, data), START_SECONDS):
        yield address


def _is_ours(address: str, data: Path) -> bool:
    """Whether who answers there works on our files: a port that was free may be somebody else's by now."""
    command = [_tool("psql"), f"{address}postgres", "-XAtc", "SHOW data_directory"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode == 0 and Path(answer.stdout.strip()) != data:
        raise RuntimeError(f"another database answers at {address}")
    return answer.returncode == 0


@contextmanager
def _server(home: Path, database: str) -> Iterator[str]:
    port = kept.free_port()
    url = f"http://127.0.0.1:{port}"
    command = [*_medusa(home), "start", "-p", str(port), "-H", "127.0.0.1"]
    with kept.process(command, home / "shop", _environment(url, database), lambda: _answers(url), START_SECONDS):
        yield url


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5):
            return True
    except OSError:
        return False


def _medusa(home: Path) -> list[str | Path]:
    # The script itself and not npx, whose parent processes would stay.
    return ["node", home / "shop" / "node_modules" / "@medusajs" / "cli" / "cli.js"]


def _link(home: Path) -> None:
    """Medusa looks for its packages, and keeps its photos, where it is started."""
    (home / "shop" / "node_modules").symlink_to(KEPT / "packages" / "node_modules")


def _environment(url: str, database: str) -> dict[str, str]:
    strange = ("DATABASE", "MEDUSA", "NODE", "REDIS", "npm_")
    kept_names = {name: text for name, text in os.environ.items() if not name.startswith(strange)}
    return kept_names | {
        "DATABASE_URL": database, "SHOP_ADDRESS": url, "MEDUSA_DISABLE_TELEMETRY": "1", "NODE_ENV": "production",
    }  # fmt: skip


def _as_user() -> list[str | Path]:
    if getpass.getuser() != "root" or os.getuid() != 0:
        return []
    # Whose death ends it has to be said again: a change of user forgets it.
    who = [f"--reuid={DATABASE_USER}", f"--regid={DATABASE_USER}", "--clear-groups"]
    return ["setpriv", *who, "--pdeathsig=QUIT"]


def _give(home: Path) -> None:
    """The files of the database to its user; the way to them is open."""
    (home / "base").mkdir(exist_ok=True)
    if not _as_user():
        return
    home.chmod(0o711)
    for path in (home / "data", *(home / "data").rglob("*")):
        shutil.chown(path, DATABASE_USER, DATABASE_USER)


def _tool(name: str) -> str:
    """A program of PostgreSQL, the newest. Raises NoRegistry when there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(re.sub(r"\D", "", str(path)) or 0)
    )
    told = str(found[-1]) if found else shutil.which(name)
    if told is None:
        raise kept.NoRegistry(f"PostgreSQL is not here: no {name}")
    return told


def _done(command: list[str | Path], folder: Path, environment: Any) -> None:
    done = subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the shop could not be made: {command}\n{(done.stderr or done.stdout)[-3000:]}")


@contextmanager
def serving() -> Iterator[dict[str, Any]]:
    """A shop for another program: its address, and what is typed in to connect."""
    with running() as shop:
        yield {"url": shop.url, "answers": {"key": shop.key}}


if __name__ == "__main__":
    raise SystemExit(kept.main("medusa", versions(), installed, serving, TESTS))
