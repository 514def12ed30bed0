"""What is to be sent, and what became of what was sent."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from market.payments.stripe_api.models import WebhookDelivery, WebhookEndpoint

State = WebhookDelivery.State


def due_deliveries(now: datetime) -> QuerySet[WebhookDelivery]:
    """Those whose turn has come and that nobody is sending."""
    is_free = Q(lease_until=None) | Q(lease_until__lte=now)
    return WebhookDelivery.objects.filter(is_free, state=State.WAITING, next_try_at__lte=now)


def endpoints_with_due(now: datetime) -> list[WebhookEndpoint]:
    """Endpoints for which something is due, with their applications."""
    due = due_deliveries(now).filter(endpoint=OuterRef("pk"))
    return list(WebhookEndpoint.objects.filter(Exists(due)).select_related("application"))


def open_endpoints() -> QuerySet[WebhookEndpoint]:
    """Those to which something is sent now; the same condition as `is_open`."""
    return WebhookEndpoint.objects.filter(
        status=WebhookEndpoint.Status.ENABLED, deleted_at=None, application__closed_at=None
    )


def is_open(endpoint: WebhookEndpoint) -> bool:
    """Whether anything is sent there now."""
    is_on = endpoint.status == WebhookEndpoint.Status.ENABLED and endpoint.deleted_at is None
    return is_on and endpoint.application.closed_at is None
