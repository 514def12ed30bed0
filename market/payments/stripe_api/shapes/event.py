"""event and webhook_endpoint."""

from __future__ import annotations

import json

from market.payments.stripe_api.models import ApiEvent, WebhookEndpoint
from market.payments.stripe_api.shapes.basics import Shape, unix


def event_shape(event: ApiEvent, pending: int) -> Shape:
    """The event as it was sent, with how many endpoints have not received it yet."""
    found: Shape = json.loads(event.body)
    return found | {"pending_webhooks": pending}


def endpoint_shape(endpoint: WebhookEndpoint, secret: str = "") -> Shape:
    """Of a row; the secret is told once, by the answer that made it."""
    found: Shape = {
        "id": endpoint.public_id,
        "object": "webhook_endpoint",
        "api_version": endpoint.api_version or None,
        "application": None,
        "created": unix(endpoint.made_at),
        "description": endpoint.description or None,
        "enabled_events": endpoint.enabled_events,
        "livemode": endpoint.is_live,
        "metadata": endpoint.metadata,
        "status": endpoint.status,
        "url": endpoint.url,
    }
    return found | ({"secret": secret} if secret else {})
