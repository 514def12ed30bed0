"""Events: what happened, with the object as it was then, and one delivery for every endpoint that wants to hear of it. Written in the
transaction of the change: both are there or neither."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from core.kit import clock
from market.payments.stripe_api.ids import new_id
from market.payments.stripe_api.models import ApiEvent, ApiObject, WebhookDelivery, WebhookEndpoint
from market.payments.stripe_api.transport.answers import API_VERSION, written

Shape = dict[str, Any]


@dataclass(frozen=True)
class Asking:
    """The request that brings about what happens, as an event names it."""

    request_id: str
    idempotency_key: str


_asking: ContextVar[Asking | None] = ContextVar("asking", default=None)


@contextmanager
def asked_by(request_id: str, idempotency_key: str) -> Iterator[None]:
    """Within this block events name this request."""
    token = _asking.set(Asking(request_id, idempotency_key))
    try:
        yield
    finally:
        _asking.reset(token)


@dataclass(frozen=True)
class News:
    """`type` is Stripe's ("payment_intent.succeeded"), `object` the object after it, `previous` what changed as it was before."""

    type: str
    object: Shape
    previous: Shape | None = None


def tell(owner: ApiObject, news: Sequence[News]) -> None:
    """Events of the owner's application, in its mode, in this order."""
    if not news:
        return
    now = clock.now()
    endpoints = _endpoints(owner)
    for each in news:
        listening = [endpoint for endpoint in endpoints if wants(endpoint, each.type)]
        event = _write(owner, each, len(listening), now)
        WebhookDelivery.objects.bulk_create(
            WebhookDelivery(event=event, endpoint=endpoint, made_at=now, next_try_at=now) for endpoint in listening
        )


def wants(endpoint: WebhookEndpoint, kind: str) -> bool:
    """Whether an endpoint asked for events of this type."""
    return "*" in endpoint.enabled_events or kind in endpoint.enabled_events


def _endpoints(owner: ApiObject) -> list[WebhookEndpoint]:
    rows = WebhookEndpoint.objects.filter(
        application_id=owner.application_id,
        is_live=owner.is_live,
        status=WebhookEndpoint.Status.ENABLED,
        deleted_at=None,
    )
    # Not their secrets: one that cannot be read is the sender's trouble, and must not turn money away.
    return list(rows.only("enabled_events"))


def _write(owner: ApiObject, news: News, pending: int, now: Any) -> ApiEvent:
    public_id, asked = new_id("evt"), _asking.get()
    data: Shape = {"object": news.object}
    if news.previous is not None:
        data["previous_attributes"] = news.previous
    body = {
        "id": public_id,
        "object": "event",
        "api_version": API_VERSION,
        "created": int(now.timestamp()),
        "data": data,
        "livemode": owner.is_live,
        "pending_webhooks": pending,
        "request": {
            "id": asked.request_id if asked else None,
            "idempotency_key": (asked and asked.idempotency_key) or None,
        },
        "type": news.type,
    }
    return ApiEvent.objects.create(
        public_id=public_id,
        application_id=owner.application_id,
        is_live=owner.is_live,
        made_at=now,
        type=news.type,
        object_id=str(news.object["id"]),
        body=written(body),
    )
