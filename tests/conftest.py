"""The test database and the standing people.

Migrations and reference data are built once into a template keyed by their content, and copied for every test process:
a SQLite file, or a PostgreSQL template database.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client

from market.platforms.models import SheetBatch
from onboarding.intake.actions import receiving
from onboarding.papers.models import Paper
from tests.people import People, make_people
from tests.remembered import Memory, Standing

# The same examples every time: a run that was green stays green until something changes.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.load_profile("steady")

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("STATE_DIR", ROOT / "var")) / "test"


# Every address for every person, adapters against servers, the double (it keeps its own file), sheets: what no database changes.
# Search engines are not among them: the embedded one is another on each database.
SWEEPS = (
    "tests/contracts/test_message",
    "tests/contracts/test_platform",
    "tests/house/test_permissions",
    "tests/house/test_private_answers",
    "tests/market/platforms/test_sandbox",
    "tests/market/platforms/test_santhu",
    "tests/market/platforms/test_sheets",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow proofs wait for SLOW=1, so that `make test` stays a matter of minutes. Files that take long come first: the last
    one must not keep one process busy while the other has nothing left to do."""
    with_slow = os.environ.get("SLOW") == "1"
    swept_once = not with_slow and os.environ.get("DATABASE_URL", "").startswith("postgres")
    weights: Counter[Path] = Counter()
    for item in items:
        is_slow = item.get_closest_marker("slow") is not None
        if is_slow and not with_slow:
            item.add_marker(pytest.mark.skip(reason="a slow proof: SLOW=1 make test; .ci/run runs it"))
        if swept_once and (item.path.relative_to(ROOT).as_posix().startswith(SWEEPS) or not _reads_a_database(item)):
            item.add_marker(pytest.mark.skip(reason="swept on SQLite in every run; on PostgreSQL with SLOW=1"))
        # In tests of the usual length; only the order of magnitude matters.
        is_long = is_slow and with_slow
        weights[item.path] += 60 if is_long else 20 if "journeys" in item.path.parts else 1
    items.sort(key=lambda item: -weights[item.path])


def _reads_a_database(item: pytest.Item) -> bool:
    """Whether a test asks for a database at all, or walks a whole service, which has one."""
    fixtures = set(getattr(item, "fixturenames", ()))
    asks = item.get_closest_marker("django_db") is not None or fixtures & {"db", "transactional_db", "copies"}
    return bool(asks) or "journeys" in item.path.parts


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for pattern in ("*/migrations/*.py", "*/*/data/*.csv", "**/reference.py", "requirements.lock"):
        for path in sorted(ROOT.glob(pattern)):
            if "var" not in path.relative_to(ROOT).parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _process() -> str:
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{os.getpid()}"


_MEMORY = Memory()


class SqliteCopies:
    """A template file, and a file per test process."""

    def __init__(self) -> None:
        self.template = FOLDER / f"template-{_fingerprint()}.sqlite3"
        self.own = FOLDER / f"test-{_process()}.sqlite3"

    def build(self) -> None:
        if self.template.exists():
            return
        for old in FOLDER.glob("template-*.sqlite3"):
            old.unlink(missing_ok=True)
        fresh = FOLDER / "building.sqlite3"
        fresh.unlink(missing_ok=True)
        _point_to(str(fresh))
        call_command("migrate", verbosity=0)
        call_command("load_reference", verbosity=0)
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        fresh.rename(self.template)

    def renew(self) -> None:
        _MEMORY.forget()
        connections.close_all()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.own}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self.template, self.own)
        _point_to(str(self.own))

    def drop(self) -> None:
        connections.close_all()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.own}{suffix}").unlink(missing_ok=True)


class PostgresCopies:
    """A template database, and a database per test process."""

    def __init__(self) -> None:
        self.template = f"lensan_template_{_fingerprint()}"
        self.own = f"lensan_test_{_process()}".replace("-", "_")
        self.maintenance = dict(connection.settings_dict)
        self.others: set[str] = set()

    def build(self) -> None:
        with self._server() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template])
            if cursor.fetchone():
                return
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.template}_new"')
            cursor.execute(f'CREATE DATABASE "{self.template}_new"')
        _point_to(f"{self.template}_new")
        call_command("migrate", verbosity=0)
        call_command("load_reference", verbosity=0)
        connection.close()
        with self._server() as cursor:
            cursor.execute(f'ALTER DATABASE "{self.template}_new" RENAME TO "{self.template}"')

    def renew(self) -> None:
        _MEMORY.forget()
        connections.close_all()
        self._copy(self.own)
        _point_to(self.own)

    def another(self, word: str) -> str:
        """One more copy beside this process's own, for a server of its own. No two test processes share one: dropping
        it would pull the floor from under the other's server. This process's own connection is left alone."""
        name = f"{self.own}_{word}"
        with _alone():
            self._copy(name)
        self.others.add(name)
        return name

    def drop(self) -> None:
        connections.close_all()
        with self._server() as cursor:
            for name in (self.own, *self.others):
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _copy(self, name: str) -> None:
        with self._server() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')

    @contextmanager
    def _server(self) -> Iterator[Any]:
        """Beside Django's connection: while a browser runs, an event loop runs in this thread, and Django's own refuses."""
        at = self.maintenance
        with psycopg.connect(
            host=at["HOST"],
            port=at["PORT"],
            user=at["USER"],
            password=at["PASSWORD"],
            dbname=at["NAME"],
            autocommit=True,
        ) as server:
            yield server.cursor()


@contextmanager
def _alone() -> Iterator[None]:
    """CREATE DATABASE … TEMPLATE needs the template to itself."""
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _point_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name


@pytest.fixture(scope="session")
def copies(django_db_blocker: Any) -> Iterator[SqliteCopies | PostgresCopies]:
    """This process's own copy of the template database."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with django_db_blocker.unblock():
        made = SqliteCopies() if connection.vendor == "sqlite" else PostgresCopies()
        with _alone():
            made.build()
            made.renew()
        yield made
        made.drop()


@pytest.fixture(scope="session")
def django_db_setup(copies: Any) -> None:
    """Replaces pytest-django's: the copy is ready."""


@pytest.fixture
def committed_db(copies: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database with real transactions, thrown away afterwards: for races, threads and other processes."""
    with django_db_blocker.unblock():
        yield
        with _alone():
            copies.renew()


@pytest.fixture(autouse=True)
def private_state(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a test stay in its folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    storages = {**settings.STORAGES}
    storages["private"] = {**storages["private"], "OPTIONS": {"location": tmp_path / "private", "base_url": None}}
    settings.STORAGES = storages
    for field in (SheetBatch._meta.get_field("file"), Paper._meta.get_field("scan")):
        monkeypatch.setattr(field, "storage", FileSystemStorage(tmp_path / "private"))
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def leisure_to_derive(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a device sends is in the register when the call returns, as on a quiet server."""
    monkeypatch.setattr(receiving, "LEISURE", receiving.Leisure(at_once=100, rest=0))


@pytest.fixture(autouse=True)
def no_outside_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections leave this machine in no test."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address}")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def whole_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """`Client.force_login` means signed in with everything a role asks for, the second factor too. Sessions that have
    come only half the way are made through the real pages."""
    half = Client.force_login

    def force_login(self: Client, user: Any, backend: str | None = None) -> None:
        half(self, user, backend)
        session = self.session
        proof = {"method": "mfa", "at": time.time(), "type": "totp"}
        session["account_authentication_methods"] = [proof]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()

    monkeypatch.setattr(Client, "force_login", force_login)


@pytest.fixture(autouse=True)
def watched_writes() -> Iterator[None]:
    """A remembered world is laid out only where nothing else was written before it."""
    _MEMORY.begin()
    with connection.execute_wrapper(_MEMORY.watch):
        yield


@pytest.fixture
def standing(private_state: None, tmp_path: Path) -> Standing:
    """`standing(name, make)`: what `make` gives, from memory where it has been made before (`tests/remembered.py`)."""
    return lambda name, make: _MEMORY.world(name, make, tmp_path)


@pytest.fixture
def people(db: None, standing: Standing) -> People:
    """An, Bình, Chi, Dũng, Hạnh, Phương."""
    return standing("people", make_people)
