"""Two hundred listings on commerce servers that somebody else wrote: first push, unchanged, and a new price for all, in calls beside the
fewest that the server's API lets do it. The servers are those of `make test-servers`, each a process of its own.

`SERVERS=oscar,medusa` takes only these.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F

from benchmarks.figure import Figure
from benchmarks.pushing import PHOTOS, counted, listings_on, pushed, wish
from config import env
from market.listings.models import Listing
from market.platforms.contract import ConnectionSettings, adapter_for
from market.platforms.models import Connection, Flow, PlatformListing
from onboarding.accounts.models import Platform

NAME = "shops"
_NUMBER, _RATE = 200, 1_000.0


@dataclass(frozen=True)
class Fewest:
    """Calls that cannot be saved: for one distinct photo, for one new listing (`said`: which), for one new price."""

    photo: int
    creation: int
    price: int
    said: str


FEWEST = {
    "kinto": Fewest(0, 1, 1, "one record"),
    "medusa": Fewest(1, 2, 1, "one upload for each photo, one product with its price, one level of its stock"),
    "oscar": Fewest(0, 1, 1, "one product with its stock record; photos are fetched by the shop"),
    "vendure": Fewest(
        1, 3, 1, "a look, for an SKU is taken twice; a hidden product, then its variant with the words; each photo once"
    ),
}


def run(full: bool) -> list[Figure]:
    """200 listings with 20 photos between them on each server, one after the other."""
    logging.disable(logging.WARNING)
    chosen = os.environ.get("SERVERS", "").split(",") if os.environ.get("SERVERS") else list(FEWEST)
    with _photos() as settings.BASE_URL:
        return [figure for name in chosen for figure in _on(name)]


def _on(name: str) -> Iterator[Figure]:
    fewest = FEWEST[name]
    with _serving(name) as (url, answers):
        listings = listings_on(_connected(name, url, answers), _NUMBER)
        least = PHOTOS * fewest.photo + _NUMBER * fewest.creation
        with counted() as calls:
            seconds = pushed()
        rows = PlatformListing.objects.filter(listing__in=listings)
        there = rows.exclude(remote_id="").values("remote_id").distinct().count()
        assert there == _NUMBER, f"{there} of {_NUMBER} are there: {list(rows.values_list('last_error').distinct())}"
        peer = f"{least}: {fewest.said}"
        yield Figure(f"{name}: {_NUMBER} listings, first push", float(calls.total), "calls", peer, calls.total / least)
        yield Figure("… listings a second", _NUMBER / seconds, "listings/s")
        wish(listings)
        with counted() as calls:
            pushed()
        yield Figure(f"{name}: unchanged, sent again", float(calls.total), "calls", "", None, "= 0")
        Listing.objects.filter(pk__in=listings).update(price=F("price") + 1000, revision=F("revision") + 1)
        wish(listings)
        with counted() as calls:
            seconds = pushed()
        least = _NUMBER * fewest.price
        assert set(rows.values_list("offer_work", flat=True)) == {"idle"}
        yield Figure(f"{name}: a new price for all", float(calls.total), "calls", f"{least}", calls.total / least)
        yield Figure("… listings a second", _NUMBER / seconds, "listings/s")


def _connected(name: str, url: str, answers: dict[str, str]) -> Connection:
    adapter = adapter_for(name)
    plain = ConnectionSettings(base_url=url, allow_private=True, read_timeout=30.0)
    given = adapter.authorise(plain, answers)  # type: ignore[attr-defined]
    platform = Platform.objects.create(code=f"do-{name}", name=f"Đo {name}", is_simulation=True)
    way = Connection.objects.create(
        platform=platform, adapter=name, base_url=url, credentials=json.dumps(dict(given.values))
    )
    Flow.objects.update_or_create(connection=way, defaults={"rate_limit": _RATE})
    return way


@contextmanager
def _serving(name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The server's address, and what is typed in to connect."""
    command = [sys.executable, str(env.ROOT / "tests" / "servers" / name / "running.py"), "--serve"]
    # Installed once for all checkouts' runs: the bench's own state folder goes with the bench.
    environment = os.environ | {"STATE_DIR": str(env.ROOT / "var")}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        told = ""
        for line in process.stdout:
            if line.startswith("{"):
                told = line
                break
            print(line, end="", file=sys.stderr)
        if not told:
            raise RuntimeError(f"{name} did not start")
        found = json.loads(told)
        try:
            yield found["url"], found["answers"]
        finally:
            process.stdin.close()
            process.wait(60)


@contextmanager
def _photos() -> Iterator[str]:
    """Our media on an address, for servers that fetch."""
    media = Path(settings.MEDIA_ROOT)

    class Handler(SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            return str(media / path.split("?")[0].removeprefix("/media/"))

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
