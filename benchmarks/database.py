"""A database of its own for every part: copies of one migrated template on the engine of DATABASE_URL."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import dj_database_url
import psycopg
from psycopg import sql

from config import env

ROOT = env.ROOT
_MADE_FROM = ("*/migrations/*.py", "core/places/data/*.csv", "**/reference.py", "requirements.lock")


class Databases:
    """Makes and drops them. The template of SQLite stays in var/bench until its migrations change; a PostgreSQL server
    is left as it was found."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = env.DATABASE_URL
        self.is_postgres = not self.address.startswith("sqlite")
        self.template = ""
        self.made: list[str] = []

    def copy(self, part: str) -> str:
        """DATABASE_URL of a fresh database."""
        if not self.template:
            self.template = self._postgres_template() if self.is_postgres else self._sqlite_template()
        if not self.is_postgres:
            own = self.folder / f"{part}.sqlite3"
            shutil.copyfile(self.template, own)
            return f"sqlite:///{own}"
        own_name = f"lensan_bench_{os.getpid()}_{part}"
        self._on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", own_name)
        self._on_server("CREATE DATABASE {} TEMPLATE {}", own_name, self.template)
        self.made.append(own_name)
        return self._address_of(own_name)

    def holds(self, table: str) -> bool:
        """Whether the database of DATABASE_URL itself has this table."""
        if not self.is_postgres:
            return False
        with psycopg.connect(self.address) as connection:
            return connection.execute("SELECT to_regclass(%s)", [table]).fetchone() != (None,)

    def close(self) -> None:
        """Drop what was made on a server."""
        for name in self.made:
            self._on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _sqlite_template(self) -> str:
        kept = env.STATE_DIR / "bench" / f"template-{_fingerprint()}.sqlite3"
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            for old in kept.parent.glob("template-*.sqlite3"):
                old.unlink(missing_ok=True)
            fresh = self.folder / "building.sqlite3"
            _fill(f"sqlite:///{fresh}", self.folder)
            shutil.copyfile(fresh, f"{kept}.{os.getpid()}")
            Path(f"{kept}.{os.getpid()}").rename(kept)
        return str(kept)

    def _postgres_template(self) -> str:
        name = f"lensan_bench_{os.getpid()}_template"
        self._on_server("CREATE DATABASE {}", name)
        self.made.append(name)
        _fill(self._address_of(name), self.folder)
        return name

    def _on_server(self, statement: str, *names: str) -> None:
        parsed = dj_database_url.parse(self.address)
        with psycopg.connect(
            dbname=parsed["NAME"],
            user=parsed["USER"] or None,
            password=parsed["PASSWORD"] or None,
            host=parsed["HOST"] or None,
            port=parsed["PORT"] or None,
            autocommit=True,
        ) as connection:
            connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))

    def _address_of(self, name: str) -> str:
        base, _, _ = self.address.partition("?")
        return f"{base.rsplit('/', 1)[0]}/{name}"


def _fill(address: str, folder: Path) -> None:
    environment = os.environ | {"DATABASE_URL": address, "STATE_DIR": str(folder)}
    for command in (["migrate", "-v0"], ["load_reference"]):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for pattern in _MADE_FROM:
        for path in sorted(ROOT.glob(pattern)):
            if "var" not in path.relative_to(ROOT).parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]
