"""Real worker processes die while they hear of money and give it back at a running double; what the next ones and a person finish
is right to the đồng, and nothing is given back twice."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from core.jobs.models import Schedule
from core.kit import clock
from core.people.queries import Viewer
from market.ledger.accounts import GATEWAY, HELD
from market.payments.actions import decide_by_report, send_again
from market.payments.models import Charge, Payment, PaymentAttempt, Refund
from market.payments.queries import refunds_unknown
from market.platforms.models import Connection
from tests.market.payments.till import PAID, accountant, ask_back, book, opened, pay_there, unfinished_and_succeeded
from tests.market.payments.vnpay.running import ROOT, SECRET, TMN_CODE, Double

KILLS, AT_ONCE = 20, 3


def environment(double: Double, state: Path) -> dict[str, str]:
    """What a worker needs to see this test's database and the double."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        database = f"sqlite:///{name}"
    else:
        database = f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"
    return os.environ | {
        "MODE": "test",
        "DATABASE_URL": database,
        "STATE_DIR": str(state),
        "VNPAY_DOUBLE": double.url,
        "VNPAY_TMN_CODE": TMN_CODE,
        "VNPAY_HASH_SECRET": SECRET,
    }


@pytest.mark.slow
def test_twenty_deaths_lose_nothing_and_double_nothing(committed_db: None, gateway: Double, tmp_path: Path) -> None:
    chance, ngan = random.Random(20261123), accountant("ngan")
    Connection.objects.update(is_enabled=False)
    gateway.control("plan", api="delay", delay_ms=60)
    environ = environment(gateway, tmp_path)
    deaths = in_the_middle = 0
    for _ in range(KILLS):
        for _ in range(AT_ONCE):
            pay_there(gateway, opened(gateway))
        ask_all_back(chance)
        before = progress()
        everything_is_due()
        deaths += dies_at_work(environ, before, chance.uniform(0, 0.5))
        in_the_middle += bool(waiting())
        for charge in Charge.objects.all():
            assert charge.refunded == unfinished_and_succeeded(charge)
        book()
    assert (deaths, in_the_middle >= 10) == (KILLS, True), "the deaths were not in the middle"
    gateway.control("plan")
    everything_is_due()
    work_once(environ)
    for _ in range(3):
        look(gateway, ngan)
        ask_all_back(chance)
        everything_is_due()
        call_command("reconcile", "payments", stdout=io.StringIO())
        for refund in refunds_there(gateway):
            gateway.control(f"refunds/{refund['transaction_no']}", status="00")
    count = KILLS * AT_ONCE
    assert set(PaymentAttempt.objects.values_list("state", flat=True)) == {"succeeded"}
    assert Charge.objects.filter(is_extra=False).count() == Payment.objects.filter(state="succeeded").count() == count
    assert set(Refund.objects.values_list("state", flat=True)) == {"succeeded"}
    ours = {
        txn_ref: [(amount * 100, "00")]
        for txn_ref, amount in Refund.objects.values_list("charge__attempt__txn_ref", "amount")
    }
    theirs = {
        payment["txn_ref"]: [(refund["amount"], refund["status"]) for refund in payment["refunds"]]
        for payment in gateway.transactions()
        if payment["refunds"]
    }
    assert theirs == ours and len(ours) == count, "a refund is missing, or was made twice"
    back = sum(Refund.objects.values_list("amount", flat=True))
    assert book() == {GATEWAY: count * PAID - back, HELD: back - count * PAID}


def ask_all_back(chance: random.Random) -> None:
    """Of everything that has arrived, a part or the whole."""
    for charge in Charge.objects.filter(refunded=0):
        ask_back(charge, chance.choice([1_000, 120_000, PAID]))


def progress() -> tuple[Any, ...]:
    """What a worker changes; another value than before: it is at work."""
    return Charge.objects.count(), tuple(Refund.objects.order_by("pk").values_list("state", flat=True))


def waiting() -> int:
    """Attempts and refunds that are not at their end."""
    attempts = PaymentAttempt.objects.filter(state="open").count()
    return attempts + Refund.objects.exclude(state__in=["succeeded", "accepted"]).count()


def refunds_there(double: Double) -> list[dict[str, Any]]:
    return [refund for payment in double.transactions() for refund in payment["refunds"]]


def everything_is_due() -> None:
    """Time passes: leases of the dead end, pauses are over."""
    now = clock.now()
    PaymentAttempt.objects.filter(state="open").update(next_query_at=now)
    Refund.objects.filter(next_step_at__isnull=False).update(next_step_at=now)
    Schedule.objects.update(next_run_at=now, lease_until=None)


def dies_at_work(environ: dict[str, str], before: tuple[Any, ...], seconds: float) -> bool:
    """A worker is killed so long after the first thing it did; False when it ended otherwise."""
    command = [sys.executable, "manage.py", "work", "--interval", "0.05"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while progress() == before:
            assert worker.poll() is None and time.monotonic() < deadline, "the worker does nothing"
            time.sleep(0.02)
        time.sleep(seconds)
    finally:
        worker.send_signal(signal.SIGKILL)
        status = worker.wait(timeout=10)
    return status == -signal.SIGKILL


def work_once(environ: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "work", "--once"]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, timeout=120, stderr=subprocess.DEVNULL)


def look(double: Double, by: Viewer) -> None:
    """A person compares what nobody knows with the gateway's report."""
    Refund.objects.filter(state__in=["sent", "accepted"]).update(sent_at=clock.now() - timedelta(minutes=6))
    given = {payment["txn_ref"]: payment["refunds"] for payment in double.transactions()}
    for refund in refunds_unknown(by):
        if given[refund.charge.attempt.txn_ref]:
            decide_by_report(refund=refund, has_paid=True, note="Báo cáo của VNPAY.", by=by)
        else:
            send_again(refund=refund, note="Báo cáo của VNPAY.", by=by)
