"""Messages of the gateway: kept for long, without secrets, and forgotten at last."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings

from core.jobs.registry import periodic_jobs
from core.kit import clock, outbound
from market.listings.models import Listing
from market.payments.messages.actions import BATCH, forget_messages
from market.payments.messages.jobs import forget_old_messages
from market.payments.models import GatewayMessage, PaymentAttempt
from market.payments.vnpay import provider
from tests.market.buying import attempt_for, come_back, notice, ordered, send_ipn
from tests.market.proof import everything

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
def attempt(listing: Listing, time_machine: Any) -> PaymentAttempt:
    """Somebody at the bank."""
    time_machine.move_to(NOW, tick=False)
    return attempt_for(ordered((listing, 1)))


def told(attempt: PaymentAttempt, *ages: timedelta) -> list[int]:
    """Messages of these ages."""
    made = [
        GatewayMessage(at=clock.now() - age, kind="ipn", raw="vnp_TxnRef=1", verdict="00", attempt=attempt)
        for age in ages
    ]
    return [message.pk for message in GatewayMessage.objects.bulk_create(made)]


def kept() -> list[int]:
    return list(GatewayMessage.objects.order_by("pk").values_list("pk", flat=True))


def test_the_daily_job_forgets_what_is_older_than_the_setting(attempt: PaymentAttempt) -> None:
    day, second = timedelta(days=1), timedelta(seconds=1)
    old, edge, young = told(attempt, 400 * day + second, 400 * day, 63 * day)
    before = everything()
    assert forget_old_messages() == 1
    assert kept() == [edge, young] and old not in kept()
    assert everything() == before | {"GatewayMessage": everything()["GatewayMessage"]}, "payments stay as they are"
    assert forget_old_messages() == 0


def test_more_than_a_batch_goes_in_one_night(attempt: PaymentAttempt) -> None:
    told(attempt, *[timedelta(days=500)] * (BATCH + 1))
    [young] = told(attempt, timedelta(days=1))
    assert forget_old_messages() == BATCH + 1
    assert kept() == [young]


def test_nothing_younger_than_two_months_is_ever_forgotten(attempt: PaymentAttempt, settings: Any) -> None:
    told(attempt, timedelta(days=61))
    settings.GATEWAY_MESSAGE_DAYS = 61
    with pytest.raises(ValueError, match="two months"):
        forget_old_messages()
    with pytest.raises(ValueError, match="two months"):
        forget_messages(older_than=timedelta(0))
    assert len(kept()) == 1
    settings.GATEWAY_MESSAGE_DAYS = 62
    assert forget_old_messages() == 0 and len(kept()) == 1


def test_the_service_does_not_start_with_less_than_two_months(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_MESSAGE_DAYS", "61")
    ended = subprocess.run([sys.executable, "-c", "import config.env"], capture_output=True, text=True, timeout=30)
    assert ended.returncode != 0 and "GATEWAY_MESSAGE_DAYS" in ended.stderr


def test_the_job_runs_every_night() -> None:
    [job] = [job for job in periodic_jobs() if job.run is forget_old_messages]
    assert job.at is not None and job.next_run(NOW) - NOW < timedelta(days=1)


@pytest.mark.parametrize("received", [b'{"vnp_ResponseCode": "00"}', b"<h1>maintenance</h1>"])
def test_the_secret_stands_in_no_message(
    attempt: PaymentAttempt, monkeypatch: pytest.MonkeyPatch, received: bytes
) -> None:
    provider.pay_page(attempt)
    monkeypatch.setattr(outbound, "send", lambda *_, **__: outbound.Answer(200, {}, received))
    with pytest.raises(outbound.OutboundError):
        provider.ask(attempt)
    query = notice(attempt)
    come_back(query)
    assert [send_ipn(query), send_ipn(query), send_ipn(f"{query}0"), send_ipn("")] == ["00", "02", "97", "99"]
    secret = django_settings.VNPAY["hash_secret"]
    rows = list(GatewayMessage.objects.values())
    assert {row["kind"] for row in rows} == {"pay", "query", "return", "ipn"} and len(rows) == 8
    assert not any(secret in str(value) for row in rows for value in row.values())
    assert all(row["verdict"] for row in rows)
