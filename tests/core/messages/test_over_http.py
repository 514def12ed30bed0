"""The engine with the provider's double behind it: real HTTP, real faults, and a worker that is killed for real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from core.events.registry import emit
from core.jobs.models import Job
from core.kit import clock
from core.messages import rules
from core.messages.jobs import send_due
from core.messages.models import Message
from core.people.events import SignInCodeMade
from tests.core.messages.conftest import DAY, ROOT, SmsDouble, say

AFTER_LEASE = rules.LEASE + timedelta(seconds=1)


def state(message: Message) -> tuple[str, str]:
    found = Message.objects.get(pk=message.pk)
    return found.state, found.reason


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("faults", "drops_repeats", "states", "sent"),
    [
        ([{}], True, [("sent", "")], 1),
        (["slow"], True, [("waiting", "lost_answer"), ("sent", "")], 1),
        (["slow"], False, [("unknown", "lost_answer")], 1),
        (["lost_answer"], True, [("waiting", "lost_answer"), ("sent", "")], 1),
        (["lost_answer"], False, [("unknown", "lost_answer")], 0),
        (["lost_answer_after"], True, [("waiting", "lost_answer"), ("sent", "")], 1),
        (["lost_answer_after"], False, [("unknown", "lost_answer")], 1),
        (["error_500"], True, [("waiting", "500"), ("sent", "")], 1),
        (["error_500_after", "error_500"], True, [("waiting", "500"), ("waiting", "500"), ("sent", "")], 1),
        (["page"], True, [("waiting", "200"), ("sent", "")], 1),
        (["busy"], False, [("waiting", "429"), ("sent", "")], 1),
        (["no_money"], False, [("waiting", "103"), ("sent", "")], 1),
    ],
)
def test_faults(
    sms_double: SmsDouble, settings: Any, faults: list[Any], drops_repeats: bool, states: list[Any], sent: int
) -> None:
    settings.SMS = settings.SMS | {"drops_repeats": drops_repeats}
    slow = [{"kind": "slow", "seconds": 1.5} if fault == "slow" else fault for fault in faults]
    sms_double.plan(*slow, drops_repeats=drops_repeats)
    with time_machine.travel(DAY, tick=False) as now:
        [message] = say("test.urgent")
        found = []
        for _ in states:
            send_due({"message": message.pk})
            found.append(state(message))
            now.shift(timedelta(hours=1))
        send_due({"message": message.pk})
        assert found == states and state(message) == states[-1]
    time.sleep(0.8 if "slow" in faults and sent else 0)  # the double wakes up and sends
    assert len(sms_double.sent) == sent
    if sent:
        [sms] = sms_double.sent
        assert sms == {
            "phone": "84912345678", "text": "Tin cua An.", "reference": str(message.reference), "unicode": "0",
        }  # fmt: skip


@pytest.mark.django_db
def test_a_refused_number_and_wrong_keys(sms_double: SmsDouble, settings: Any) -> None:
    [message] = say("test.urgent", phone="+84912345000")
    send_due({"message": message.pk})
    assert state(message) == ("failed", "99")
    settings.SMS = settings.SMS | {"secret": "sai"}
    [message] = say("test.urgent")
    send_due({"message": message.pk})
    found = Message.objects.get(pk=message.pk)
    # Our own mistake: people mend it, the message is not lost.
    assert (found.state, found.reason) == ("waiting", "101") and "SMS_SECRET" in found.sentence
    assert found.not_before - clock.now() > timedelta(minutes=9)


@pytest.mark.django_db
def test_a_provider_that_is_not_there_is_tried_later(sms_double: SmsDouble, settings: Any) -> None:
    settings.SMS = settings.SMS | {"url": "http://127.0.0.1:9/send"}
    [message] = say("test.urgent")
    send_due({"message": message.pk})
    assert state(message) == ("waiting", "not_sent")


def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def environment(double: SmsDouble) -> dict[str, str]:
    name = connection.settings_dict["NAME"]
    sqlite = connection.vendor == "sqlite"
    database = f"sqlite:///{name}" if sqlite else f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"
    own = double.settings
    return os.environ | {
        "MODE": "test", "DATABASE_URL": database, "SMS_ADAPTER": "http", "SMS_URL": own["url"], "SMS_KEY": own["key"],
        "SMS_SECRET": own["secret"], "SMS_SENDER": own["sender"], "SMS_DROPS_REPEATS": "true",
    }  # fmt: skip


def test_kill_nine_between_sending_and_noting_it(committed_db: None, sms_double: SmsDouble) -> None:
    """The provider has the SMS and is silent: there the worker dies. The next one asks again; one SMS, noted as sent."""
    sms_double.plan({"kind": "silent_after", "seconds": 8.0}, drops_repeats=True)
    with transaction.atomic():
        emit(SignInCodeMade("+84912345678", "774411", clock.now() + timedelta(minutes=5)))
    message = Message.objects.get()
    command = [sys.executable, "manage.py", "work"]
    environ = environment(sms_double)
    worker = subprocess.Popen([*command, "--interval", "0.1"], cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        until(lambda: worker.poll() is not None or sms_double.sent)
        assert worker.poll() is None, "the worker ended by itself"
    finally:
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(timeout=10) == -signal.SIGKILL
    assert state(message)[0] == "sending" and len(sms_double.sent) == 1

    Message.objects.update(sending_at=clock.now() - AFTER_LEASE)
    Job.objects.filter(state="running").update(lease_until=clock.now() - timedelta(seconds=1))
    worker = subprocess.Popen([*command, "--interval", "0.1"], cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        until(lambda: state(message)[0] == "sent")
    finally:
        worker.terminate()
        worker.wait(timeout=20)
    found = Message.objects.get()
    assert (found.text, found.sentence) == ("", "Nhà cung cấp đã nhận tin này từ lần trước.")
    assert len(sms_double.sent) == 1
