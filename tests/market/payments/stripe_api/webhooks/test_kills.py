"""Real workers die while they send, at any moment; what they held is sent again, and nothing is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from core.jobs.models import Schedule
from core.kit import clock
from market.payments.stripe_api.actions.keys import connect_application
from market.payments.stripe_api.models import ApiEvent, WebhookDelivery, WebhookTry
from market.payments.stripe_api.webhooks.actions import claim_delivery
from market.payments.stripe_api.webhooks.client import deliver
from market.payments.stripe_api.webhooks.jobs import send_webhooks
from market.platforms.models import Connection
from tests.market.payments.stripe_api.webhooks.conftest import endpoint_of, happens
from tests.market.payments.stripe_api.webhooks.receiver import Receiver
from tests.people import make_people

ROOT = Path(__file__).resolve().parents[5]
State = WebhookDelivery.State


def environment(state: Path) -> dict[str, str]:
    name = connection.settings_dict["NAME"]
    on_sqlite = connection.vendor == "sqlite"
    database = f"sqlite:///{name}" if on_sqlite else f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"
    return os.environ | {"MODE": "test", "DATABASE_URL": database, "STATE_DIR": str(state)}


def leases_end() -> None:
    """A minute passes."""
    now = clock.now()
    WebhookDelivery.objects.filter(state=State.WAITING).update(next_try_at=now, lease_until=None)
    Schedule.objects.update(next_run_at=now, lease_until=None)


def dies_at_work(state: Path, receiver: Receiver, seconds: float) -> None:
    """A worker is killed so long after the first call that it made."""
    before = len(receiver.heard)
    command = [sys.executable, "manage.py", "work", "--interval", "0.05"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment(state), stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while len(receiver.heard) == before:
            assert worker.poll() is None and time.monotonic() < deadline, "the worker does nothing"
            time.sleep(0.005)
        time.sleep(seconds)
    finally:
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(timeout=10) == -signal.SIGKILL


def test_killed_between_the_call_and_its_note_it_is_sent_again(committed_db: None, receiver: Receiver) -> None:
    application = connect_application(producer=make_people().producer, name="Kho của An")
    endpoint_of(application, f"{receiver.url}/ok")
    event = happens(application)
    claimed = claim_delivery(WebhookDelivery.objects.get().pk)
    assert claimed is not None and claimed.letter is not None
    assert deliver(claimed.letter).is_taken  # and here the process ends: nothing is noted
    assert send_webhooks() == 0 and WebhookDelivery.objects.get().state == State.WAITING, "the lease holds"
    WebhookDelivery.objects.update(lease_until=clock.now())
    assert send_webhooks() == 1
    assert [heard.body for heard in receiver.heard] == [event.body.encode()] * 2
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries, WebhookTry.objects.count()) == (State.DELIVERED, 2, 1)


@pytest.mark.parametrize("kills", [2, pytest.param(12, marks=pytest.mark.slow)])
def test_workers_that_die_lose_nothing(committed_db: None, receiver: Receiver, tmp_path: Path, kills: int) -> None:
    chance = random.Random(20261123)
    Connection.objects.update(is_enabled=False)
    application = connect_application(producer=make_people().producer, name="Kho của An")
    receiver.hang_for = 0.1
    endpoint_of(application, f"{receiver.url}/slow")
    endpoint_of(application, f"{receiver.url}/ok")
    in_the_middle = 0
    for _ in range(kills):
        for _ in range(15):
            happens(application)
        dies_at_work(tmp_path, receiver, chance.uniform(0, 0.4))
        in_the_middle += WebhookDelivery.objects.filter(state=State.WAITING).exists()
        leases_end()
    assert in_the_middle > kills / 2, "the deaths were not in the middle"
    while WebhookDelivery.objects.filter(state=State.WAITING).exists():
        assert send_webhooks() > 0
    events = set(ApiEvent.objects.values_list("public_id", flat=True))
    for path in ("/slow", "/ok"):
        heard = Counter(body.decode() for body in (each.body for each in receiver.at(path)))
        assert {public_id for public_id in events if any(f'"{public_id}"' in body for body in heard)} == events
        assert sum(heard.values()) <= len(events) + 2 * kills, "more than what was in the air came twice"
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {State.DELIVERED}
