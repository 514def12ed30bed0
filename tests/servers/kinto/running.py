"""A real Kinto for the platform tests: packages from the registry, one store on a free port, the tests, the end.

    python tests/servers/kinto/running.py [pytest arguments]
    python tests/servers/kinto/running.py --serve

What is installed stays in var/servers/kinto; what a store holds is in its memory and ends with it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import sys
import tempfile
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
KEPT = kept.SERVERS / "kinto"
TESTS = ["tests/contracts", "tests/servers/kinto"]
USER, PASSWORD, BUCKET, COLLECTION = "len-san", "mot-mat-khau-dai", "tinh", "hang-hoa"
# What a portal may ask of the records of its list.
SCHEMA = {"type": "object", "required": ["sku", "title", "price"]}
PROPERTIES = {
    "title": {"type": "string", "minLength": 1, "maxLength": 255},
    "price": {"type": "integer", "minimum": 1},
    "stock": {"type": "integer", "minimum": 0},
}


@dataclass(frozen=True)
class Store:
    """A running store."""

    url: str
    password: str = field(default=PASSWORD, repr=False)

    def ask(self, method: str, path: str, data: Any = None) -> Any:
        """One call of its API with our account."""
        pair = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/json"}
        body = None if data is None else json.dumps({"data": data}).encode()
        request = urllib.request.Request(f"{self.url}/v1{path}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def empty(self) -> None:
        """Nothing but our account and an empty list."""
        self.ask("POST", "/__flush__", {})
        self.ask("PUT", f"/accounts/{USER}", {"password": self.password})
        self.ask("PUT", f"/buckets/{BUCKET}", {})
        self.shape()

    def shape(self, **more: Any) -> None:
        """What the list asks of its records from now on: SCHEMA, and `more` of some fields."""
        schema = SCHEMA | {"properties": PROPERTIES | more}
        self.ask("PUT", f"/buckets/{BUCKET}/collections/{COLLECTION}", {"schema": schema})


def versions() -> str:
    """What is installed, in words."""
    pins = dict(line.split("==") for line in (HERE / "requirements.txt").read_text().split())
    return f"Kinto {pins['kinto']}"


def installed() -> Path:
    """The folder with `venv`, made once for each set of versions. Raises NoRegistry."""
    wanted = (HERE / "requirements.txt").read_bytes()
    return kept.kept("kinto", hashlib.sha256(wanted).hexdigest(), _make)


def _make(folder: Path) -> None:
    shutil.rmtree(folder / "venv", ignore_errors=True)
    venv.create(folder / "venv", with_pip=True)
    kept.fetched([_python(), "-m", "pip", "install", "-q", "--no-deps", "-r", HERE / "requirements.txt"], folder, 600)


def _python() -> str:
    return str(KEPT / "venv" / "bin" / "python")


@contextmanager
def running() -> Iterator[Store]:
    """A store of its own, stopped on leaving."""
    installed()
    port = kept.free_port()
    store = Store(f"http://127.0.0.1:{port}")
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("DJANGO", "PYTHON"))}
    settings = (HERE / "store.ini").read_text().replace("%(http_port)s", str(port))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "store.ini").write_text(settings)
        command = [KEPT / "venv" / "bin" / "kinto", "start", "--ini", home / "store.ini", "--port", str(port)]
        with kept.process(command, home, environment, lambda: _answers(store), 60):
            store.empty()
            yield store


def _answers(store: Store) -> bool:
    try:
        with urllib.request.urlopen(f"{store.url}/v1/__lbheartbeat__", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def serving() -> Iterator[dict[str, Any]]:
    """A store for another program: its address, and what is typed in to connect."""
    with running() as store:
        answers = {"user": USER, "password": PASSWORD, "bucket": BUCKET, "collection": COLLECTION}
        yield {"url": store.url, "answers": answers}


if __name__ == "__main__":
    raise SystemExit(kept.main("kinto", versions(), installed, serving, TESTS))
