"""The double tells by itself: signed hints leave when an order or a listing changes, and may come twice."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import urllib.error
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from market.platforms.contract import ConnectionSettings, ValidationFailed
from market.platforms.sandbox.process import Double
from market.platforms.santhu.adapter import SanThuAdapter
from tests.market.platforms.samples import document

ADAPTER = SanThuAdapter()


@pytest.fixture
def received() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """Somebody who listens: the address, and what came."""
    came: list[tuple[dict[str, str], bytes]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            named = {name.lower(): text for name, text in self.headers.items()}
            came.append((named, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hop-thu", came
        server.shutdown()


def test_an_order_and_a_review_are_told_once_signed_and_a_replay_is_the_same_again(
    double: Double, connection: ConnectionSettings, received: Any
) -> None:
    address, came = received
    double.order(id="truoc")
    double.push_to(address)
    double.order(id="DH-9")
    remote = ADAPTER.put_content(connection, document(), None, "op").remote
    assert remote is not None
    double.approve(remote.product_id)
    double.pushed({"kind": "order.changed", "subject": "DH-9", "id": "e"}, fault="replay", deliver=True)
    subjects = [json.loads(body)["events"][0]["subject"] for _, body in came]
    assert subjects == ["DH-9", remote.product_id, "DH-9", "DH-9"] and came[2] == came[3]
    assert double.push_answers() == [204] * 4
    secret = hashlib.sha256(f"push:{double.key}".encode()).hexdigest().encode()
    for headers, body in came:
        right = hmac.new(secret, headers["x-santhu-time"].encode() + b"." + body, hashlib.sha256).hexdigest()
        assert headers["x-santhu-signature"] == f"v1={right}"
        assert ADAPTER.parse_push(connection, headers, body)


def test_nobody_there_stops_no_buyer(double: Double) -> None:
    double.push_to("http://127.0.0.1:9/")
    assert double.order(id="DH-1")["status"] == "new"
    assert double.push_answers() == [0]


def test_a_price_outside_the_band_is_refused_with_the_version(double: Double, connection: ConnectionSettings) -> None:
    remote = ADAPTER.put_content(connection, document(category_code="DU-TR"), None, "op").remote
    assert remote is not None
    double.catalogue(**{"DU-TR": {"price_maximum": 80_000}})
    (result,) = ADAPTER.put_offers(connection, [document(price=80_001).offer(remote)], "op")
    assert isinstance(result.failure, ValidationFailed)
    assert [(issue.field, issue.rule_version) for issue in result.issues] == [("price", "r2")]
    assert double.listings()[0]["price_vnd"] == document().price


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("push", {"events": [], "fault": ""}),
        ("push", {"events": [{"kind": "x"}]}),
        ("push", {"events": [{"kind": "x", "subject": "y"}], "fault": "nonsense"}),
        ("catalogue", {"rules": {"TP": {"nonsense": 1}}}),
        ("push_target", {"url": "file:///etc/passwd"}),
        ("orders", {"updated_at": "hôm qua"}),
    ],
)
def test_a_script_that_makes_no_sense_is_refused(double: Double, path: str, body: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        double.control("POST", path, body)
    assert caught.value.code == 422


def test_a_renewed_token_keeps_the_secret_of_the_hints(double: Double, connection: ConnectionSettings) -> None:
    double.habits(tokens=600)
    given = ADAPTER.authorise(connection, {"key": double.key})
    with_tokens = ConnectionSettings(double.url, credentials=given.values, allow_private=True)
    renewed = ADAPTER.refresh_auth(with_tokens)
    assert double.key not in given.values.values() and renewed.values["token"] != given.values["token"]
    headers, raw = double.pushed({"kind": "order.changed", "subject": "1"})
    for values in (given.values, renewed.values):
        settings = ConnectionSettings(double.url, credentials=values)
        assert ADAPTER.parse_push(settings, headers, raw)
