"""Two workers, one delivery: it is sent once at a time."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from market.payments.stripe_api.actions.keys import connect_application
from market.payments.stripe_api.models import WebhookDelivery, WebhookTry
from market.payments.stripe_api.webhooks import jobs
from market.payments.stripe_api.webhooks.actions import NotSentAgain, claim_delivery, rotate_secret, send_again, sending
from market.payments.stripe_api.webhooks.jobs import send_webhooks
from tests.market.payments.stripe_api.webhooks.conftest import endpoint_of, happens
from tests.market.payments.stripe_api.webhooks.receiver import Receiver
from tests.people import make_people
from tests.races.conftest import Gate, at_once


@pytest.fixture
def receiver() -> Any:
    made = Receiver()
    yield made
    made.release.set()
    made.shutdown()
    made.server_close()


def test_two_workers_send_each_event_once(committed_db: None, receiver: Receiver) -> None:
    application = connect_application(producer=make_people().producer, name="Kho của An")
    receiver.hang_for = 0.05
    endpoint_of(application, f"{receiver.url}/slow")
    endpoint_of(application, f"{receiver.url}/ok")
    for _ in range(20):
        happens(application)
    assert sum(at_once(send_webhooks, send_webhooks)) == 40
    for path in ("/slow", "/ok"):
        assert set(Counter(each.body for each in receiver.at(path)).values()) == {1}
        assert len(receiver.at(path)) == 20
    assert set(WebhookDelivery.objects.values_list("state", "tries")) == {("delivered", 1)}
    assert WebhookTry.objects.count() == 40


def test_one_of_two_gets_it(committed_db: None, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    application = connect_application(producer=make_people().producer, name="Kho của An")
    endpoint_of(application, f"{receiver.url}/ok")
    happens(application)
    delivery, gate = WebhookDelivery.objects.get(), Gate()
    real = sending.due_deliveries

    def both_have_looked(now: Any) -> Any:
        gate()
        return real(now)

    monkeypatch.setattr(sending, "due_deliveries", both_have_looked)
    found = at_once(lambda: claim_delivery(delivery.pk), lambda: claim_delivery(delivery.pk))
    assert gate.met and sorted(each is None for each in found) == [False, True]
    delivery.refresh_from_db()
    assert delivery.tries == 1


def test_sent_again_by_a_person_while_a_worker_takes_it(
    committed_db: None, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = connect_application(producer=make_people().producer, name="Kho của An")
    endpoint_of(application, f"{receiver.url}/ok")
    happens(application)
    delivery = WebhookDelivery.objects.get()
    for _ in range(5):
        answers = at_once(send_webhooks, lambda: send_again(delivery=delivery))
        assert all(answer is None or isinstance(answer, int | NotSentAgain) for answer in answers), answers
        while send_webhooks():
            pass
        delivery.refresh_from_db()
        assert (delivery.state, delivery.lease_until) == ("delivered", None)
    assert receiver.most_at_once("/ok") == 1 and jobs.AT_ONCE == 2


def test_two_changes_of_a_secret_follow_each_other(committed_db: None, receiver: Receiver) -> None:
    application = connect_application(producer=make_people().producer, name="Kho của An")
    endpoint = endpoint_of(application, f"{receiver.url}/ok")
    secrets = at_once(lambda: rotate_secret(endpoint=endpoint), lambda: rotate_secret(endpoint=endpoint))
    endpoint.refresh_from_db()
    assert {endpoint.secret, endpoint.old_secret} == set(secrets)
