"""Troubles of the way that the marketplace plays, as the adapter understands them: nothing crashes, nothing is guessed."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPConnection, IncompleteRead
from typing import Any
from urllib.parse import urlsplit

import pytest

from market.platforms.contract import (
    AuthExpired,
    AuthRevoked,
    Conflict,
    ConnectionSettings,
    ContractBroken,
    HealthState,
    OutcomeUnknown,
    Permanent,
    PlatformFailure,
    RateLimited,
    RemoteIds,
    Retryable,
    ShopSuspended,
)
from market.platforms.sandbox.faults import TROUBLES, WHIMS
from market.platforms.sandbox.process import Double
from market.platforms.santhu.adapter import SanThuAdapter
from tests.market.platforms.samples import document

ADAPTER = SanThuAdapter()
BARE = document(photos=())
# Read: nothing was changed by asking. Create: only a look can tell what became of it.
MEANINGS: dict[str, tuple[type[PlatformFailure], type[PlatformFailure]]] = {
    "server_error": (Retryable, OutcomeUnknown),
    "server_error_after": (Retryable, OutcomeUnknown),
    "maintenance": (Retryable, OutcomeUnknown),
    "timeout_before": (Retryable, OutcomeUnknown),
    "timeout_after": (Retryable, OutcomeUnknown),
    "cut_before": (Retryable, OutcomeUnknown),
    "cut_after": (Retryable, OutcomeUnknown),
    "cut_answer": (Retryable, OutcomeUnknown),
    "error_in_success": (Retryable, OutcomeUnknown),
    "truncated": (ContractBroken, OutcomeUnknown),
    "wrong_length": (Retryable, OutcomeUnknown),
    "gzip_cut": (ContractBroken, OutcomeUnknown),
    "empty": (ContractBroken, OutcomeUnknown),
    "no_content": (ContractBroken, OutcomeUnknown),
    "drip": (Retryable, OutcomeUnknown),
    "huge": (Retryable, OutcomeUnknown),
    "redirect": (Permanent, Permanent),
    "rate_limited": (RateLimited, RateLimited),
    "key_revoked": (AuthRevoked, AuthRevoked),
    "token_expired": (AuthExpired, AuthExpired),
    "shop_suspended": (ShopSuspended, ShopSuspended),
    "shop_on_holiday": (ShopSuspended, ShopSuspended),
    "open_order": (Conflict, Conflict),
    "answer": (Retryable, OutcomeUnknown),
}
HAPPENED = {
    "cut_after",
    "timeout_after",
    "server_error_after",
    "cut_answer",
    "truncated",
    "wrong_length",
    "gzip_cut",
} | {
    "empty",
    "no_content",
    "drip",
    "huge",
}
MORE: dict[str, dict[str, Any]] = {
    "drip": {"seconds": 0.05},
    "huge": {"number": 6_000_000},
    "timeout_before": {"seconds": 0.6},
    "timeout_after": {"seconds": 0.6},
}


def test_every_trouble_of_the_plan_is_tried_here() -> None:
    assert MEANINGS.keys() | {"slow"} == set(TROUBLES)
    assert not set(TROUBLES) & set(WHIMS)


@pytest.mark.parametrize("kind", MEANINGS)
def test_a_trouble_means_one_thing_for_a_read_and_one_for_a_creation(
    kind: str, double: Double, connection: ConnectionSettings
) -> None:
    hasty = replace(connection, read_timeout=0.4)
    double.plan({"kind": kind, **MORE.get(kind, {})})
    began = time.monotonic()
    for call, expected in zip(
        (lambda: ADAPTER.find(hasty, BARE.reference), lambda: ADAPTER.put_content(hasty, BARE, None, "op")),
        MEANINGS[kind],
        strict=True,
    ):
        with pytest.raises(PlatformFailure) as caught:
            call()
        assert type(caught.value) is expected
        assert double.key not in f"{caught.value!r} {caught.value.detail}" and len(caught.value.detail) <= 500
    assert time.monotonic() - began < 8, "a silent platform holds nobody up for long"
    double.plan()
    assert len(double.listings()) == (kind in HAPPENED), "the double does what the plan says"


def test_a_slow_answer_is_an_answer(double: Double, connection: ConnectionSettings) -> None:
    double.plan({"kind": "slow", "seconds": 0.2})
    assert ADAPTER.put_content(connection, BARE, None, "op").remote is not None


@pytest.mark.parametrize("kind", ["empty", "no_content", "gzip_cut", "wrong_length"])
def test_a_lost_answer_to_a_price_is_told_as_unknown(kind: str, double: Double, connection: ConnectionSettings) -> None:
    remote = ADAPTER.put_content(connection, BARE, None, "op").remote
    assert remote is not None
    double.plan({"method": "PATCH", "kind": kind})
    (result,) = ADAPTER.put_offers(connection, [replace(BARE, price=99_000).offer(remote)], "op")
    assert (result.outcome.value, type(result.failure)) == ("unknown", OutcomeUnknown)
    assert ADAPTER.fetch(connection, remote).price == 99_000


def test_an_empty_answer_is_right_after_a_removal_alone(double: Double, connection: ConnectionSettings) -> None:
    remote = ADAPTER.put_content(connection, BARE, None, "op").remote
    assert remote is not None
    ADAPTER.withdraw(connection, remote, "op")
    assert [(call["method"], call["status"]) for call in double.calls()][-1] == ("DELETE", 204)
    assert double.listings() == []


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        (None, 30, 30),
        ("999999999", 3600, 3600),
        ("99999999999999999999999999", 3600, 3600),
        ("-5", 30, 30),
        ("nan", 30, 30),
        ("Fri, 31 Dec 2999 23:59:59 GMT", 3600, 3600),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0, 0),
        ("in 90 seconds", 85, 90),
    ],
)
def test_a_pause_is_read_as_seconds_or_as_a_date_and_has_an_end(
    header: str | None, least: float, most: float, double: Double, connection: ConnectionSettings
) -> None:
    if header == "in 90 seconds":
        header = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    double.plan({"kind": "rate_limited", "retry_after": header})
    with pytest.raises(RateLimited) as caught:
        ADAPTER.find(connection, BARE.reference)
    assert least <= caught.value.retry_after <= most


def test_health_tells_what_is_wrong(double: Double, connection: ConnectionSettings) -> None:
    expected = {
        "key_revoked": HealthState.WRONG_KEY,
        "shop_suspended": HealthState.WRONG_KEY,
        "shop_on_holiday": HealthState.WRONG_KEY,
        "token_expired": HealthState.DEGRADED,
        "rate_limited": HealthState.DEGRADED,
        "maintenance": HealthState.DOWN,
        "cut_before": HealthState.DOWN,
        "empty": HealthState.DOWN,
    }
    seen = {}
    for kind in expected:
        double.plan({"kind": kind})
        seen[kind] = ADAPTER.health(connection).state
    assert seen == expected


def test_an_address_that_speaks_no_tls_has_taken_nothing(double: Double, connection: ConnectionSettings) -> None:
    with pytest.raises(Retryable):
        ADAPTER.put_content(replace(connection, base_url=double.url.replace("http", "https")), BARE, None, "op")
    assert double.listings() == []


def test_a_removed_listing_answers_a_redirect_with_nothing_followed(
    double: Double, connection: ConnectionSettings
) -> None:
    double.plan({"kind": "redirect", "body": f"{double.url}/api/me"})
    with pytest.raises(Permanent):
        ADAPTER.fetch(connection, RemoteIds("1"))
    assert [call["path"] for call in double.calls()] == ["/api/listings/1"], "not even on the same host"


def test_the_same_seed_plays_the_same_troubles(double: Double, connection: ConnectionSettings) -> None:
    def played(seed: int) -> list[str | None]:
        double.control("POST", "reset")
        double.plan({"kind": "server_error", "probability": 0.5}, seed=seed)
        for _ in range(20):
            ADAPTER.health(connection)
        return [call["fault"] for call in double.calls()]

    assert played(4) == played(4) != played(5)
    assert {None, "server_error"} == set(played(4))


def test_a_plan_that_cannot_be_played_is_refused(double: Double) -> None:
    for line in ({"kind": "earthquake"}, {"kind": "slow", "colour": "red"}, {}):
        with pytest.raises(OSError, match="422"):
            double.plan(line)
    with pytest.raises(OSError, match="422"):
        double.habits(colour="red")


def test_it_keeps_connections_open_until_an_answer_is_cut(double: Double) -> None:
    """So that every test with troubles meets them on connections that have been used before."""
    line = HTTPConnection(urlsplit(double.url).netloc, timeout=5)
    headers = {"Authorization": f"Bearer {double.key}"}

    def call(method: str, path: str) -> int:
        line.request(method, path, body=b"{not json" if method == "POST" else None, headers=headers)
        answer = line.getresponse()
        answer.read()
        return answer.status

    assert call("GET", "/api/me") == 200
    used = line.sock
    double.plan(
        {"path": "/api/", "kind": "key_revoked", "calls": [1]}, {"path": "/api/", "kind": "cut_answer", "calls": [4]}
    )
    # What a refusal has not read is not taken for the next call.
    assert [call("POST", "/api/listings"), call("DELETE", "/api/listings/1"), call("GET", "/api/me")] == [401, 404, 200]
    assert line.sock is used and used is not None
    with pytest.raises(IncompleteRead):
        call("GET", "/api/me")
    line.close()
