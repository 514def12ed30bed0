"""Tokens, the pace and the delay of the marketplace, and what the adapter makes of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import pytest

from core.kit import clock
from market.platforms.contract import (
    AuthExpired,
    AuthRevoked,
    ConnectionSettings,
    HealthState,
    OutcomeUnknown,
    RateLimited,
    RateNotice,
    Unsupported,
)
from market.platforms.sandbox.process import Double
from market.platforms.santhu.adapter import SanThuAdapter
from tests.market.platforms.samples import document

ADAPTER = SanThuAdapter()
BARE = document(photos=())


def authorised(double: Double, connection: ConnectionSettings) -> ConnectionSettings:
    credentials = ADAPTER.authorise(connection, {"key": f" {double.key} "})
    return replace(connection, credentials=credentials.values)


def test_a_key_is_proved_by_a_call(double: Double, connection: ConnectionSettings) -> None:
    given = ADAPTER.authorise(replace(connection, credentials={}), {"key": double.key})
    assert (given.values, given.valid_until) == ({"key": double.key}, None)
    assert not ADAPTER.capabilities(replace(connection, credentials=given.values)).refreshes
    with pytest.raises(Unsupported):
        ADAPTER.refresh_auth(connection)
    for wrong in ({"key": "another"}, {}):
        with pytest.raises(AuthRevoked):
            ADAPTER.authorise(connection, wrong)
    assert set(ADAPTER.credential_names) == {"key"}


def test_where_tokens_are_used_the_key_alone_opens_nothing(double: Double, connection: ConnectionSettings) -> None:
    double.habits(tokens=60)
    assert ADAPTER.health(connection).state is HealthState.WRONG_KEY
    with pytest.raises(AuthRevoked):
        ADAPTER.authorise(connection, {"key": "another"})
    given = ADAPTER.authorise(connection, {"key": double.key})
    assert set(given.values) == {"token", "refresh_token", "push_secret"} and double.key not in given.values.values()
    assert given.valid_until is not None and 50 < (given.valid_until - clock.now()).total_seconds() <= 60
    ours = replace(connection, credentials=given.values)
    assert ADAPTER.capabilities(ours).refreshes
    assert ADAPTER.put_content(ours, BARE, None, "op").remote is not None


def test_an_expired_token_is_renewed_once_and_the_old_pair_is_worth_nothing(
    double: Double, connection: ConnectionSettings
) -> None:
    double.habits(tokens=60)
    old = authorised(double, connection)
    double.expire_tokens()
    with pytest.raises(AuthExpired):
        ADAPTER.find(old, BARE.reference)
    new = replace(connection, credentials=ADAPTER.refresh_auth(old).values)
    assert ADAPTER.find(new, BARE.reference) is None
    for name in ("token", "refresh_token"):
        assert new.credentials[name] not in old.credentials.values()
    assert new.credentials["push_secret"] == old.credentials["push_secret"], "hints under way stay readable"
    with pytest.raises(AuthRevoked):
        ADAPTER.refresh_auth(old)
    assert double.exchanges() == 2


def test_tokens_run_out_by_themselves(double: Double, connection: ConnectionSettings) -> None:
    double.habits(tokens=0.2)
    ours = authorised(double, connection)
    assert ADAPTER.health(ours).state is HealthState.OK
    time.sleep(0.25)
    with pytest.raises(AuthExpired):
        ADAPTER.find(ours, BARE.reference)


@pytest.mark.parametrize("kind", ["cut_after", "server_error_after", "truncated"])
def test_a_lost_renewal_is_told_as_unknown(kind: str, double: Double, connection: ConnectionSettings) -> None:
    double.habits(tokens=60)
    ours = authorised(double, connection)
    double.plan({"path": "/api/token", "kind": kind})
    with pytest.raises(OutcomeUnknown):
        ADAPTER.refresh_auth(ours)
    double.plan()
    with pytest.raises(AuthRevoked):
        ADAPTER.refresh_auth(ours)


def test_one_bad_token_stops_the_rest_of_a_batch(double: Double, connection: ConnectionSettings) -> None:
    double.habits(tokens=60)
    ours = authorised(double, connection)
    remote = ADAPTER.put_content(ours, BARE, None, "op").remote
    assert remote is not None
    double.expire_tokens()
    before = len(double.calls())
    results = ADAPTER.put_offers(ours, [BARE.offer(remote)] * 3, "op")
    assert [type(result.failure) for result in results] == [AuthExpired] * 3
    assert len(double.calls()) - before == 1


@dataclass
class Listening:
    """A gate that keeps what it hears."""

    heard: list[RateNotice | None] = field(default_factory=list)
    entered: int = 0

    def enter(self) -> None:
        self.entered += 1

    def leave(self, notice: RateNotice | None) -> None:
        self.heard.append(notice)


def refusal_of_a_read(ours: ConnectionSettings) -> RateLimited | None:
    try:
        ADAPTER.find(ours, BARE.reference)
    except RateLimited as failure:
        return failure
    return None


def test_too_many_calls_in_a_second_are_refused_and_every_answer_says_how_many_are_left(
    double: Double, connection: ConnectionSettings
) -> None:
    double.habits(rate=4)
    gate = Listening()
    ours = replace(connection, gate=gate)
    for _ in range(4):
        assert ADAPTER.health(ours).state is HealthState.OK
    refusals = [failure for _ in range(3) if (failure := refusal_of_a_read(ours))]
    assert [failure.retry_after for failure in refusals][-1:] == [1.0]
    assert gate.heard[0] == RateNotice(4.0, 3, 1.0) and gate.heard[-1] == RateNotice(4.0, 0, 1.0)
    assert gate.entered == len(gate.heard) == len(double.calls())
    limited = [call for call in double.calls() if call["fault"] == "limit"]
    assert {call["status"] for call in limited} == {429} and len(limited) == len(refusals)
    counts = double.counts()
    assert (counts["GET"], counts["429"]) == (len(double.calls()), len(limited))
    time.sleep(1.05)
    assert ADAPTER.health(ours).state is HealthState.OK
    double.control("POST", "reset")
    assert double.calls() == [] and double.counts() == {}


def test_each_call_takes_at_least_the_delay(double: Double, connection: ConnectionSettings) -> None:
    double.habits(latency_ms=120)
    began = time.monotonic()
    ADAPTER.health(connection)
    assert 0.12 <= time.monotonic() - began < 2
