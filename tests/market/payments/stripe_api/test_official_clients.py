"""Software nobody here wrote takes payments: Stripe's official clients against a running server, every call of the interface.

What the clients assert stands in `clients/drive.py` and `clients/drive.mjs`; here they are started, and what went over the wire is
judged: every answer is JSON of the published shape, with the headers that clients read.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.market.payments.stripe_api import schema
from tests.market.payments.stripe_api.accounts import account
from tests.market.payments.stripe_api.serving import ROOT, Server
from tests.market.payments.stripe_api.wire import Exchange, Recorder

CLIENTS = Path(__file__).parent / "clients"
SECONDS = 300

# Every call of the interface that a client makes.
CALLS = {
    f"{method} /v1/{path}"
    for path, methods in {
        "payment_intents": "GET POST", "payment_intents/{id}": "GET POST", "payment_intents/{id}/confirm": "POST",
        "payment_intents/{id}/cancel": "POST", "payment_intents/{id}/capture": "POST", "checkout/sessions": "GET POST",
        "checkout/sessions/{id}": "GET", "checkout/sessions/{id}/line_items": "GET", "checkout/sessions/{id}/expire": "POST",
        "refunds": "GET POST", "refunds/{id}": "GET POST", "refunds/{id}/cancel": "POST", "events": "GET", "events/{id}": "GET",
        "webhook_endpoints": "GET POST", "webhook_endpoints/{id}": "GET POST DELETE", "customers": "GET POST",
        "customers/{id}": "GET POST DELETE", "charges": "GET", "charges/{id}": "GET",
    }.items()
    for method in methods.split()
}  # fmt: skip


def told(server: Server, recorder: Recorder, **more: Any) -> dict[str, Any]:
    """What a driver is told, with an account of its own."""
    mine, stranger = account("Tiệm bưởi"), account("Tiệm khác")
    return {
        "base": recorder.url, "style": "global", "key": mine.test_key, "live_key": mine.live_key,
        "foreign_key": stranger.test_key, "gateway": server.gateway, **more,
    }  # fmt: skip


def drive(command: Iterable[str], world: dict[str, Any], *sections: str) -> list[dict[str, Any]]:
    """Run a driver to its end; its lines. Fails with what it said last."""
    done = subprocess.run(
        [*command, json.dumps(world), *sections], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-500:]}\n{done.stderr[-4000:]}"
    return [json.loads(line) for line in done.stdout.splitlines()]


def call_of(exchange: Exchange) -> str:
    return f"{exchange.method} {re.sub(r'/(pi|ch|re|cs_test|cs_live|evt|we|cus)_[^/]*', '/{id}', exchange.path)}"


def judge(exchanges: list[Exchange]) -> None:
    """Every answer: the headers clients read, JSON, and the published shape."""
    assert exchanges
    judges = schema.Schema() if schema.FILE.exists() else None
    faults = []
    for each in exchanges:
        headers = {name.lower(): value for name, value in each.headers.items()}
        what = f"{each.method} {each.target[:200]} {each.status}"
        if not headers.get("content-type", "").startswith("application/json"):
            faults.append(f"{what}: {headers.get('content-type')}")
            continue
        asked = {name.lower(): value for name, value in each.asked.items()}
        if not re.fullmatch("req_[A-Za-z0-9]+", headers.get("request-id", "")):
            faults.append(f"{what}: no request id")
        if headers.get("stripe-version") != asked.get("stripe-version", headers.get("stripe-version")):
            faults.append(f"{what}: another version than asked for")
        if each.method == "POST" and headers.get("idempotency-key") != asked.get("idempotency-key"):
            faults.append(f"{what}: another idempotency key")
        body = each.json()
        if ("error" in body) != (each.status >= 400):
            faults.append(f"{what}: {each.answer[:200]!r}")
        if each.status >= 500:
            faults.append(f"{what}: our fault")
        if judges is not None:
            faults += [f"{what}: {fault}" for fault in judges.faults(body)]
    assert sorted(set(faults)) == []


def test_the_newest_python_client(server: Server, recorder: Recorder) -> None:
    drive([sys.executable, str(CLIENTS / "drive.py")], told(server, recorder))
    judge(recorder.exchanges)
    assert CALLS - {call_of(each) for each in recorder.exchanges} == set()


@pytest.mark.slow
def test_the_newest_python_client_by_its_services(server: Server, recorder: Recorder) -> None:
    drive([sys.executable, str(CLIENTS / "drive.py")], told(server, recorder, style="service"))
    judge(recorder.exchanges)
    assert CALLS - {call_of(each) for each in recorder.exchanges} == set()


def test_an_old_python_client(server: Server, recorder: Recorder, old_python: Path) -> None:
    drive([str(old_python), str(CLIENTS / "drive.py")], told(server, recorder))
    judge(recorder.exchanges)
    assert CALLS - {call_of(each) for each in recorder.exchanges} == set()


def test_the_node_client(server: Server, recorder: Recorder, node_client: Path) -> None:
    drive(["node", str(CLIENTS / "drive.mjs")], told(server, recorder, client=str(node_client)))
    judge(recorder.exchanges)
    assert CALLS - {call_of(each) for each in recorder.exchanges} == set()
