"""One publish to a platform: first push, unchanged re-sync and one per cent changed, against the double at 50 ms a call and
200 calls a second, beside a bare concurrent client and a plain one-by-one loop that make the same calls.

On PostgreSQL four workers share the pace of one connection.
"""

from __future__ import annotations

import logging
import multiprocessing
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from django.conf import settings
from django.db import connection, connections
from django.db.models import F

from benchmarks.figure import Figure
from benchmarks.pushing import counted, listings_on, pushed, wish
from market.listings.models import Listing
from market.platforms.engine.push import push_due
from market.platforms.models import Connection, Flow
from market.platforms.sandbox.process import Double, running_double
from onboarding.accounts.models import Platform

NAME = "platforms"
_LATENCY, _RATE, _THREADS = 0.05, 200.0, 16
_NAIVE = 40


def run(full: bool) -> list[Figure]:
    """2,000 listings, `full` 10,000."""
    logging.disable(logging.WARNING)
    number = 10_000 if full else 2_000
    with tempfile.TemporaryDirectory(prefix="lensan-platform-") as folder, running_double(Path(folder)) as double:
        settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
        way, _made = Connection.objects.get_or_create(
            platform=Platform.objects.get(code="santhu"), defaults={"adapter": "santhu"}
        )
        Flow.objects.update_or_create(connection=way, defaults={"rate_limit": _RATE})
        listings = listings_on(way, number)
        double.plan({"path": "/api/", "kind": "slow", "seconds": _LATENCY})
        bare = _bare(double, 400, _THREADS)
        naive = _bare(double, _NAIVE, 1)
        double.control("POST", "reset")
        double.plan({"path": "/api/", "kind": "slow", "seconds": _LATENCY})
        limit = min(0.95 * _RATE, 0.6 * bare)
        with counted() as calls:
            first = pushed()
        assert len(double.listings()) == number, "something is missing or doubled"
        peer = f"a bare client with {_THREADS} threads: {bare:.0f}, one by one: {naive:.0f} calls/s"
        rate = calls.total / first
        found = [
            Figure(
                f"first push of {number} listings at {_RATE:.0f} calls/s", rate, "calls/s", peer, rate / limit, ">= 1x"
            ),
            Figure("… listings a second", number / first, "listings/s"),
        ]
        wish(listings)
        with counted() as calls:
            again = pushed()
        found.append(Figure("unchanged, sent again: calls that write", float(calls.writes), "calls", "", None, "= 0"))
        found.append(Figure("… listings a second", number / again, "listings/s"))
        changed = listings[:: number // max(1, number // 100)][: number // 100]
        Listing.objects.filter(pk__in=changed).update(price=F("price") + 1000, revision=F("revision") + 1)
        wish(changed)
        with counted() as calls:
            few = pushed()
        found.append(
            Figure(
                f"one per cent changed ({len(changed)}): calls that write",
                float(calls.writes),
                "calls",
                "",
                None,
                f"= {len(changed)}",
            )
        )
        found.append(Figure("… until they are there", few, "s"))
        if connection.vendor == "postgresql":
            found += _four_workers(double, listings)
    return found


def _four_workers(double: Double, listings: list[int]) -> list[Figure]:
    """Four processes send every listing's price anew: how many calls they make together in a second, while all four have
    work. The double says when each call came."""
    seconds, workers, starting = 25, 4, 3
    double.plan()
    Listing.objects.filter(pk__in=listings).update(price=F("price") + 1000, revision=F("revision") + 1)
    wish(listings)
    pace = 50.0
    Flow.objects.update(rate_limit=pace, calls_on_day=0, free_at=None)
    connections.close_all()
    connections["default"].close_pool()  # type: ignore[attr-defined]
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_work, args=[seconds]) for _ in range(workers)]
    began = time.time()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * workers, "a worker has fallen"
    moments = [call["at"] for call in double.calls() if began + starting <= call["at"] < began + seconds]
    rate = len(moments) / (seconds - starting)
    name = f"{workers} workers at {pace:.0f} calls/s together"
    return [
        Figure(name, rate, "calls/s", "the limit", rate / pace, "<= 1.02x"),
        Figure("… and no slower", rate, "calls/s", "the limit", rate / pace, ">= 0.98x"),
    ]


def _work(seconds: float) -> None:
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        push_due()
    connections.close_all()


def _bare(double: Double, number: int, threads: int) -> float:
    """Calls a second of a client that knows nothing but the calls: look, photo, create."""
    local = threading.local()

    def one(each: int) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.headers["Authorization"] = f"Bearer {double.key}"
        local.session.get(f"{double.url}/api/listings", params={"sku": f"BARE{each}"}, timeout=30).json()
        local.session.get(f"{double.url}/api/media", params={"sha256": "0" * 64}, timeout=30).json()
        body = {
            **{
                "seller_sku": f"BARE{threads}-{each}",
                "name": f"Hàng đo {each}",
                "detail": "Ngon.",
                "category": "x",
                "unit": "kg",
            },
            **{
                "weight_g": 1000,
                "maker": "Đo",
                "origin": {"commune": "x", "province": "y"},
                "images": [],
                "certificates": [],
            },
            **{"price_vnd": 50_000, "quantity": 9},
        }
        answer = local.session.post(f"{double.url}/api/listings", json=body, timeout=30)
        assert answer.status_code < 300, answer.text[:300]

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(number)))
    return number * 3 / (time.perf_counter() - began)
