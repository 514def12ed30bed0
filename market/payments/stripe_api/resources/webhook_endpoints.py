"""/v1/webhook_endpoints"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from market.payments.stripe_api.models import WebhookEndpoint
from market.payments.stripe_api.shapes.customer import deleted_shape
from market.payments.stripe_api.shapes.event import endpoint_shape
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.lists import found, own, page_of
from market.payments.stripe_api.transport.params import (
    Metadata,
    Names,
    Nothing,
    Page,
    Params,
    RequiredAddress,
    Short,
    Text,
    Truth,
    merged,
)
from market.payments.stripe_api.transport.problems import Problem, missing
from market.payments.stripe_api.transport.routes import Route, Shape
from market.payments.stripe_api.webhooks.actions import (
    EndpointFacts,
    EndpointRefused,
    change_endpoint,
    make_endpoint,
    remove_endpoint,
)

URL = "/v1/webhook_endpoints"
_NAME = "webhook endpoint"


class Create(Params):
    """POST /v1/webhook_endpoints"""

    refused: ClassVar = {"connect": "Endpoints for connected accounts are not supported here."}

    url: RequiredAddress
    enabled_events: Names
    description: Text = ""
    metadata: Metadata = {}
    api_version: Short = ""


class Change(Params):
    """POST /v1/webhook_endpoints/{id}"""

    url: RequiredAddress | None = None
    enabled_events: Names | None = None
    description: Text | None = None
    metadata: Metadata | None = None
    disabled: Truth | None = None


def create(caller: Caller, given: Create) -> Shape:
    """The only answer that tells the secret."""
    facts = EndpointFacts(
        url=given.url,
        enabled_events=given.enabled_events,
        description=given.description,
        metadata=merged({}, given.metadata),
    )
    with _said():
        endpoint = make_endpoint(
            application=caller.application, is_live=caller.is_live, facts=facts, api_version=given.api_version
        )
    return endpoint_shape(endpoint, endpoint.secret)


def retrieve(caller: Caller, given: Nothing, public_id: str) -> Shape:
    """One of them."""
    return endpoint_shape(_there(caller, public_id))


def change(caller: Caller, given: Change, public_id: str) -> Shape:
    """What is named."""
    endpoint = _there(caller, public_id, lock=True)
    facts = EndpointFacts(
        url=given.url,
        enabled_events=given.enabled_events,
        description=given.description,
        metadata=None if given.metadata is None else merged(endpoint.metadata, given.metadata),
        is_on=None if given.disabled is None else not given.disabled,
    )
    with _said():
        return endpoint_shape(change_endpoint(endpoint=endpoint, facts=facts))


def delete(caller: Caller, given: Nothing, public_id: str) -> Shape:
    """For good; what was sent there can still be looked up by its owner."""
    remove_endpoint(endpoint=_there(caller, public_id, lock=True))
    return deleted_shape(public_id, "webhook_endpoint")


def list_of(caller: Caller, given: Page) -> Shape:
    """The newest first."""
    rows = own(caller, WebhookEndpoint).filter(deleted_at=None)
    return page_of(caller, rows, given, url=URL, name=_NAME, shaped=lambda page: [endpoint_shape(row) for row in page])


def _there(caller: Caller, public_id: str, *, lock: bool = False) -> WebhookEndpoint:
    endpoint = found(caller, WebhookEndpoint, public_id, name=_NAME, lock=lock)
    if endpoint.deleted_at is not None:
        raise missing(_NAME, "id", public_id)
    return endpoint


@contextmanager
def _said() -> Iterator[None]:
    """What an action refuses, in Stripe's words."""
    try:
        yield
    except EndpointRefused as refused:
        raise Problem(refused.message, param=refused.param, code=refused.code) from refused


ROUTES = [
    Route("POST", "webhook_endpoints", Create, create),
    Route("GET", "webhook_endpoints", Page, list_of),
    Route("GET", "webhook_endpoints/{id}", Nothing, retrieve),
    Route("POST", "webhook_endpoints/{id}", Change, change),
    Route("DELETE", "webhook_endpoints/{id}", Nothing, delete),
]
