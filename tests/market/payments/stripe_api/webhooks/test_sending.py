"""Events on their way to a program that really listens, or really does not."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
import stripe
import time_machine
from django.db import connection, connections

from core.kit import clock
from market.payments.stripe_api.actions.keys import close_application, connect_application
from market.payments.stripe_api.models import (
    ApiEvent,
    ConnectedApplication,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookTry,
)
from market.payments.stripe_api.webhooks.actions import (
    EndpointFacts,
    NotSentAgain,
    change_endpoint,
    claim_delivery,
    forget_events,
    forget_old_secrets,
    forgetting,
    note_reply,
    remove_endpoint,
    rotate_secret,
    send_again,
)
from market.payments.stripe_api.webhooks.client import Reply, Trouble
from market.payments.stripe_api.webhooks.jobs import send_webhooks
from tests.market.payments.stripe_api.webhooks.conftest import endpoint_of, happens
from tests.market.payments.stripe_api.webhooks.receiver import Receiver
from tests.market.payments.vnpay.running import until
from tests.people import make_people

State = WebhookDelivery.State


def only() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


def log() -> list[tuple[int | None, str]]:
    return list(WebhookTry.objects.order_by("pk").values_list("status", "problem"))


def all_due() -> None:
    WebhookDelivery.objects.filter(state=State.WAITING).update(next_try_at=clock.now(), lease_until=None)


def test_an_event_arrives_signed_as_it_was_written(
    application: ConnectedApplication, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    event = happens(application)
    assert only().state == State.WAITING
    assert send_webhooks() == 1
    [heard] = receiver.heard
    assert heard.body == event.body.encode() and json.loads(heard.body)["data"]["object"]["name"] == "Bà Năm"
    assert heard.headers["Content-Type"] == "application/json; charset=utf-8"
    told = stripe.Webhook.construct_event(heard.body, heard.headers["Stripe-Signature"], endpoint.secret)  # type: ignore[no-untyped-call]
    assert (told.id, told.type, told.pending_webhooks) == (event.public_id, "customer.created", 1)
    delivery = only()
    assert (delivery.state, delivery.tries, delivery.next_try_at, delivery.lease_until) == (
        State.DELIVERED,
        1,
        None,
        None,
    )
    [noted] = WebhookTry.objects.all()
    assert (noted.status, noted.problem, noted.answer) == (200, "", "thanks")
    assert send_webhooks() == 0 and len(receiver.heard) == 1


@pytest.mark.parametrize(
    ("path", "status", "trouble", "answer"),
    [
        ("broken", 500, "", "<h1>Oh  no</h1>"),
        ("moved", None, "redirect", ""),
        ("hang", None, "no_answer", ""),
        ("slow", None, "no_answer", ""),
        ("drip", None, "no_answer", ""),
        ("hangup", None, "no_answer", ""),
    ],
)
def test_whatever_is_no_success_comes_again_in_a_minute(
    application: ConnectedApplication,
    receiver: Receiver,
    impatient: None,
    path: str,
    status: int | None,
    trouble: str,
    answer: str,
) -> None:
    endpoint = endpoint_of(application, f"{receiver.url}/{path}")
    happens(application)
    assert send_webhooks() == 1
    delivery = only()
    assert (delivery.state, delivery.tries, delivery.lease_until, delivery.ended_at) == (State.WAITING, 1, None, None)
    assert delivery.next_try_at is not None
    assert abs(delivery.next_try_at - clock.now() - timedelta(minutes=1)) < timedelta(seconds=5)
    [noted] = WebhookTry.objects.all()
    assert (noted.status, noted.problem, noted.answer) == (status, trouble, answer)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    assert [each.path for each in receiver.heard] == [f"/{path}"], "nobody follows, nobody repeats"
    assert send_webhooks() == 0
    WebhookEndpoint.objects.update(url=f"{receiver.url}/ok")
    all_due()
    assert send_webhooks() == 1
    endpoint.refresh_from_db()
    assert (only().state, only().tries, endpoint.failing_since) == (State.DELIVERED, 2, None)
    first, second = receiver.heard
    assert first.body == second.body


@pytest.mark.parametrize("path", ["nothing", "long"])
def test_every_answer_of_the_two_hundreds_is_a_success(
    application: ConnectedApplication, receiver: Receiver, path: str
) -> None:
    endpoint_of(application, f"{receiver.url}/{path}")
    happens(application)
    assert send_webhooks() == 1 and only().state == State.DELIVERED


def test_each_try_is_signed_at_its_own_time(application: ConnectedApplication, receiver: Receiver) -> None:
    endpoint = endpoint_of(application, f"{receiver.url}/broken")
    happens(application)
    send_webhooks()
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        send_webhooks()
        first, second = (each.headers["Stripe-Signature"] for each in receiver.heard)
        assert first.split(",")[0] != second.split(",")[0]
        stripe.Webhook.construct_event(receiver.heard[1].body, second, endpoint.secret)  # type: ignore[no-untyped-call]
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(receiver.heard[0].body, first, endpoint.secret)  # type: ignore[no-untyped-call]


def test_after_three_days_it_is_given_up_and_its_owner_sees_since_when(
    application: ConnectedApplication, receiver: Receiver
) -> None:
    endpoint = endpoint_of(application, f"{receiver.url}/broken")
    happens(application)
    start = clock.now()
    with time_machine.travel(start, tick=False) as clockwork:
        while only().state == State.WAITING:
            clockwork.move_to(only().next_try_at or start)
            assert send_webhooks() == 1
        assert clock.now() - only().made_at == timedelta(days=3)
    assert log() == [(500, "")] * 9
    assert (only().state, only().next_try_at) == (State.GIVEN_UP, None)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None and endpoint.failing_since < start + timedelta(minutes=1)


def test_only_who_asked_for_it_hears_of_it(application: ConnectedApplication, receiver: Receiver) -> None:
    endpoint_of(application, f"{receiver.url}/ok/all")
    endpoint_of(application, f"{receiver.url}/ok/customers", "customer.created", "customer.deleted")
    endpoint_of(application, f"{receiver.url}/ok/money", "charge.succeeded")
    happens(application)
    assert send_webhooks() == 2
    assert sorted(each.path for each in receiver.heard) == ["/ok/all", "/ok/customers"]


def test_one_that_does_not_answer_holds_up_nobody(
    application: ConnectedApplication, receiver: Receiver, impatient: None
) -> None:
    receiver.hang_for = 30
    slow = endpoint_of(application, f"{receiver.url}/hang")
    endpoint_of(application, f"{receiver.url}/ok")
    for _ in range(12):
        happens(application)
    begun = time.monotonic()
    assert send_webhooks() == 24
    took_all = max(each.ended for each in receiver.at("/ok")) - begun
    assert took_all < 0.4 * 12 / 2, "the fast one waited for the slow one"
    assert len(receiver.at("/ok")) == len(receiver.at("/hang")) == 12
    assert receiver.most_at_once("/ok") <= 2 and WebhookDelivery.objects.filter(endpoint=slow, tries=1).count() == 12


def test_two_calls_of_one_endpoint_at_a_time(application: ConnectedApplication, receiver: Receiver) -> None:
    receiver.hang_for = 0.15
    endpoint_of(application, f"{receiver.url}/slow")
    for _ in range(6):
        happens(application)
    assert send_webhooks() == 6
    assert receiver.most_at_once("/slow") == 2


def test_one_that_failed_last_time_is_called_alone(application: ConnectedApplication, receiver: Receiver) -> None:
    receiver.hang_for = 0.15
    endpoint_of(application, f"{receiver.url}/slow")
    for _ in range(3):
        happens(application)
    WebhookEndpoint.objects.update(failing_since=clock.now())
    assert send_webhooks() == 3
    first, second = sorted(receiver.at("/slow"), key=lambda each: each.begun)[:2]
    assert second.begun >= first.ended


def test_what_happens_while_others_are_sent_does_not_wait(committed_db: None, receiver: Receiver) -> None:
    application = connect_application(producer=make_people().producer, name="Kho của An")
    receiver.hang_for = 2.5
    endpoint_of(application, f"{receiver.url}/slow", "customer.created")
    endpoint_of(application, f"{receiver.url}/ok", "customer.deleted")
    happens(application)

    def tell_in_a_moment() -> None:
        until(lambda: receiver.at("/slow") != [])
        happens(application, "customer.deleted")
        connections.close_all()

    teller = threading.Thread(target=tell_in_a_moment)
    teller.start()
    assert send_webhooks() == 2
    teller.join()
    assert 0 < receiver.at("/ok")[0].ended < receiver.at("/slow")[0].ended


def test_endpoints_that_are_off_deleted_or_of_a_closed_application_hear_nothing(
    application: ConnectedApplication, receiver: Receiver
) -> None:
    off, deleted = (endpoint_of(application, f"{receiver.url}/ok/{word}") for word in ("off", "deleted"))
    happens(application)
    change_endpoint(endpoint=off, facts=EndpointFacts(is_on=False))
    remove_endpoint(endpoint=deleted)
    assert send_webhooks() == 0
    assert set(WebhookDelivery.objects.values_list("state", "next_try_at")) == {(State.SKIPPED, None)}
    happens(application)
    assert WebhookDelivery.objects.count() == 2, "nothing is kept for them"
    open_one = endpoint_of(application, f"{receiver.url}/ok/open")
    happens(application)
    close_application(application=application)
    assert send_webhooks() == 0 and receiver.heard == []
    assert WebhookDelivery.objects.get(endpoint=open_one).state == State.SKIPPED


def test_switched_off_between_the_look_and_the_claim(
    application: ConnectedApplication, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    happens(application)
    change_endpoint(endpoint=endpoint, facts=EndpointFacts(is_on=False))
    assert claim_delivery(only().pk) is None and only().tries == 0


def test_switched_on_again_before_its_turn_it_hears_of_it(
    application: ConnectedApplication, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    happens(application)
    change_endpoint(endpoint=endpoint, facts=EndpointFacts(is_on=False))
    change_endpoint(endpoint=endpoint, facts=EndpointFacts(is_on=True))
    assert send_webhooks() == 1 and only().state == State.DELIVERED


def test_trials_and_earnest_never_meet(application: ConnectedApplication, receiver: Receiver) -> None:
    endpoint_of(application, f"{receiver.url}/ok/test")
    live = endpoint_of(application, "https://shop.example.vn/hook", is_live=True)
    happens(application)
    assert [each.endpoint.is_live for each in WebhookDelivery.objects.all()] == [False]
    happens(application, is_live=True)
    assert WebhookDelivery.objects.latest("pk").endpoint == live


@pytest.mark.parametrize("allowed", [True, False])
def test_a_private_address_is_called_only_where_that_is_set(
    application: ConnectedApplication, endpoint: WebhookEndpoint, receiver: Receiver, settings: Any, allowed: bool
) -> None:
    happens(application)
    settings.WEBHOOKS_ALLOW_PRIVATE = allowed
    send_webhooks()
    assert len(receiver.heard) == allowed
    assert log() == ([(200, "")] if allowed else [(None, "address")])


def test_both_secrets_sign_for_a_day_after_a_change(
    application: ConnectedApplication, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    old = endpoint.secret
    new = rotate_secret(endpoint=endpoint)
    assert new != old and new.startswith("whsec_")
    happens(application)
    send_webhooks()
    [heard] = receiver.heard
    header = heard.headers["Stripe-Signature"]
    assert header.count("v1=") == 2 and " " not in header
    for secret in (new, old):
        stripe.Webhook.construct_event(heard.body, header, secret)  # type: ignore[no-untyped-call]
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1)):
        happens(application)
        send_webhooks()
        header = receiver.heard[1].headers["Stripe-Signature"]
        assert header.count("v1=") == 1
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(receiver.heard[1].body, header, old)  # type: ignore[no-untyped-call]
        assert forget_old_secrets() == 1
        endpoint.refresh_from_db()
        assert (endpoint.secret, endpoint.old_secret, endpoint.old_secret_until) == (new, "", None)


def test_sent_again_whatever_became_of_it(application: ConnectedApplication, receiver: Receiver) -> None:
    endpoint = endpoint_of(application, f"{receiver.url}/broken")
    happens(application)
    with time_machine.travel(clock.now() - timedelta(days=10)):
        send_webhooks()
    WebhookDelivery.objects.update(state=State.GIVEN_UP, next_try_at=None, made_at=clock.now() - timedelta(days=10))
    send_again(delivery=only())
    assert send_webhooks() == 1
    assert (only().state, only().tries) == (State.WAITING, 1), "a new round has its own three days"
    WebhookEndpoint.objects.update(url=f"{receiver.url}/ok")
    send_again(delivery=only())
    assert send_webhooks() == 1 and only().state == State.DELIVERED
    send_again(delivery=only())
    assert send_webhooks() == 1 and len(receiver.heard) == 3
    assert len({each.body for each in receiver.heard}) == 1
    change_endpoint(endpoint=endpoint, facts=EndpointFacts(is_on=False))
    before = list(WebhookDelivery.objects.values())
    with pytest.raises(NotSentAgain):
        send_again(delivery=only())
    assert list(WebhookDelivery.objects.values()) == before


def test_what_is_being_sent_is_not_sent_again_beside_it(
    application: ConnectedApplication, endpoint: WebhookEndpoint
) -> None:
    happens(application)
    assert claim_delivery(only().pk) is not None
    with pytest.raises(NotSentAgain):
        send_again(delivery=only())


def test_whoever_lost_the_lease_adds_to_the_log_and_no_more(
    application: ConnectedApplication, endpoint: WebhookEndpoint
) -> None:
    happens(application)
    mine = claim_delivery(only().pk)
    assert mine is not None and claim_delivery(only().pk) is None
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        theirs = claim_delivery(only().pk)
        assert theirs is not None and theirs.tries == 2
        note_reply(mine, Reply(500, None, 1))
        assert (only().state, only().lease_until) == (State.WAITING, theirs.lease_until)
        note_reply(mine, Reply(200, None, 1))
        assert only().state == State.DELIVERED, "what was received was received"
        note_reply(theirs, Reply(None, Trouble.NO_ANSWER, 1))
        assert only().state == State.DELIVERED
    assert log() == [(500, ""), (200, ""), (None, "no_answer")]


def test_one_that_cannot_be_read_fails_alone(
    application: ConnectedApplication, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    unreadable, readable = happens(application), happens(application)
    statement = f"UPDATE {ApiEvent._meta.db_table} SET body = 'v1.0000.AAAA' WHERE id = %s"
    connection.cursor().execute(statement, [unreadable.pk])
    assert send_webhooks() == 1
    states = dict(WebhookDelivery.objects.values_list("event_id", "state"))
    assert states == {unreadable.pk: State.WAITING, readable.pk: State.DELIVERED}
    assert sorted(log(), key=str) == [(200, ""), (None, "ours")]


def test_old_events_go_with_all_that_was_sent_of_them(
    application: ConnectedApplication, endpoint: WebhookEndpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    old = [happens(application) for _ in range(5)]
    send_webhooks()
    waiting, young = happens(application), happens(application)
    long_ago = clock.now() - timedelta(days=31)
    ApiEvent.objects.filter(pk__in=[each.pk for each in (*old, waiting)]).update(made_at=long_ago)
    assert forget_events(older_than=timedelta(days=30)) == 5
    assert set(ApiEvent.objects.values_list("pk", flat=True)) == {waiting.pk, young.pk}
    assert WebhookTry.objects.count() == 0 and WebhookDelivery.objects.count() == 2
    assert forget_events(older_than=timedelta(days=30)) == 0
