"""An application that wants to hear of things, and somebody who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.kit import clock
from market.payments.stripe_api.actions.keys import connect_application
from market.payments.stripe_api.actions.news import News, tell
from market.payments.stripe_api.ids import new_id
from market.payments.stripe_api.models import ApiEvent, ConnectedApplication, Customer, WebhookEndpoint
from market.payments.stripe_api.webhooks import client
from market.payments.stripe_api.webhooks.actions import EndpointFacts, make_endpoint
from tests.market.payments.stripe_api.webhooks.receiver import Receiver
from tests.people import People

MakeEndpoint = Callable[..., WebhookEndpoint]
Happens = Callable[..., ApiEvent]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.release.set()
    made.shutdown()
    made.server_close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits ten seconds in a test."""
    monkeypatch.setattr(client, "CONNECTING", 0.3)
    monkeypatch.setattr(client, "ANSWERING", 0.4)


@pytest.fixture
def application(people: People) -> ConnectedApplication:
    """A program of An's."""
    return connect_application(producer=people.producer, name="Kho của An")


def endpoint_of(application: ConnectedApplication, url: str, *events: str, is_live: bool = False) -> WebhookEndpoint:
    facts = EndpointFacts(url=url, enabled_events=list(events) or ["*"])
    return make_endpoint(application=application, is_live=is_live, facts=facts)


def happens(application: ConnectedApplication, kind: str = "customer.created", *, is_live: bool = False) -> ApiEvent:
    """Something happened to an object of this application."""
    owner = Customer.objects.create(
        public_id=new_id("cus"), application=application, is_live=is_live, made_at=clock.now()
    )
    shape: dict[str, Any] = {"id": owner.public_id, "object": "customer", "name": "Bà Năm", "livemode": is_live}
    tell(owner, [News(kind, shape)])
    return ApiEvent.objects.latest("pk")


@pytest.fixture
def endpoint(application: ConnectedApplication, receiver: Receiver) -> WebhookEndpoint:
    """It listens well, and to everything."""
    return endpoint_of(application, f"{receiver.url}/ok")
