"""Where an application hears of events: made, changed, removed, given a new secret. Programs do it by the API, owners on their pages;
the caller has asked whether they may."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.payments.stripe_api.ids import new_id
from market.payments.stripe_api.models import ConnectedApplication, WebhookEndpoint
from market.payments.stripe_api.webhooks.actions.sending import skip
from market.payments.stripe_api.webhooks.rules import (
    LONGEST_VERSION,
    MOST_ENDPOINTS,
    MOST_EVENTS,
    SECRET_OVERLAP,
    is_event_name,
    url_problem,
)


class EndpointRefused(Exception):
    """`message` is an English sentence for the developer, as Stripe's; `param` the field, `code` Stripe's word."""

    def __init__(self, message: str, *, param: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message, self.param, self.code = message, param, code


@dataclass(frozen=True)
class EndpointFacts:
    """What an endpoint is; in a change None leaves a thing as it is."""

    url: str | None = None
    enabled_events: list[str] | None = None
    description: str | None = None
    metadata: dict[str, str] | None = field(default=None)
    is_on: bool | None = None


@transaction.atomic
def make_endpoint(
    *,
    application: ConnectedApplication,
    is_live: bool,
    facts: EndpointFacts,
    api_version: str = "",
    by: Viewer = SYSTEM,
) -> WebhookEndpoint:
    """A new endpoint with its secret, which is shown now and never again. Raises EndpointRefused."""
    rows = WebhookEndpoint.objects.filter(application=application, is_live=is_live, deleted_at=None)
    if rows.count() >= MOST_ENDPOINTS:
        raise EndpointRefused(f"You have reached the maximum of {MOST_ENDPOINTS} webhook endpoints.")
    if len(api_version) > LONGEST_VERSION:
        raise EndpointRefused("Invalid API version.", param="api_version", code="parameter_invalid_length")
    endpoint = WebhookEndpoint(
        public_id=new_id("we"),
        application=application,
        is_live=is_live,
        made_at=clock.now(),
        secret=_new_secret(),
        api_version=api_version,
    )
    _take(endpoint, facts)
    if not endpoint.url:
        raise EndpointRefused("Missing required param: url.", param="url", code="parameter_missing")
    if not endpoint.enabled_events:
        raise EndpointRefused(
            "Missing required param: enabled_events.", param="enabled_events", code="parameter_missing"
        )
    endpoint.save()
    _record("webhook.endpoint_made", endpoint, by, {"Địa chỉ": ("", endpoint.url)})
    return endpoint


@transaction.atomic
def change_endpoint(*, endpoint: WebhookEndpoint, facts: EndpointFacts, by: Viewer = SYSTEM) -> WebhookEndpoint:
    """Change what is named. Another address starts with a clean record. Raises EndpointRefused; WebhookEndpoint.DoesNotExist for a
    deleted one."""
    row = _locked(endpoint)
    before = (row.url, row.status)
    _take(row, facts)
    if row.url != before[0]:
        row.failing_since = None
    row.save(update_fields=["url", "enabled_events", "description", "metadata", "status", "failing_since"])
    after = (row.url, row.status)
    names = ("Địa chỉ", "Trạng thái")
    changes = {name: (old, new) for name, old, new in zip(names, before, after, strict=True) if old != new}
    _record("webhook.endpoint_changed", row, by, changes)
    return row


@transaction.atomic
def remove_endpoint(*, endpoint: WebhookEndpoint, by: Viewer = SYSTEM) -> None:
    """Nothing is sent there any more, and what waits is not; what was sent can still be looked up. Raises
    WebhookEndpoint.DoesNotExist when it was deleted before."""
    row = _locked(endpoint)
    row.deleted_at, row.status = clock.now(), WebhookEndpoint.Status.DISABLED
    row.secret = row.old_secret = ""
    row.save(update_fields=["deleted_at", "status", "secret", "old_secret"])
    skip(row)
    _record("webhook.endpoint_removed", row, by, {"Địa chỉ": (row.url, "")})


@transaction.atomic
def rotate_secret(*, endpoint: WebhookEndpoint, by: Viewer = SYSTEM) -> str:
    """A new secret, shown now and never again; the one before signs as well for a day, so that a program can be changed meanwhile.
    Raises WebhookEndpoint.DoesNotExist for a deleted one."""
    row = _locked(endpoint)
    row.old_secret, row.old_secret_until = row.secret, clock.now() + SECRET_OVERLAP
    row.secret = secret = _new_secret()
    row.save(update_fields=["secret", "old_secret", "old_secret_until"])
    _record("webhook.secret_changed", row, by, {})
    return secret


def _locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk, deleted_at=None)


def _new_secret() -> str:
    return new_id("whsec", 32)


def _take(endpoint: WebhookEndpoint, facts: EndpointFacts) -> None:
    if facts.url is not None:
        problem = url_problem(facts.url, is_live=endpoint.is_live, may_be_private=settings.WEBHOOKS_ALLOW_PRIVATE)
        if problem:
            raise EndpointRefused(problem, param="url", code="url_invalid")
        endpoint.url = facts.url
    if facts.enabled_events is not None:
        endpoint.enabled_events = _events(facts.enabled_events)
    if facts.description is not None:
        endpoint.description = facts.description
    if facts.metadata is not None:
        endpoint.metadata = facts.metadata
    if facts.is_on is not None:
        endpoint.status = WebhookEndpoint.Status.ENABLED if facts.is_on else WebhookEndpoint.Status.DISABLED


def _events(names: list[str]) -> list[str]:
    if not names:
        raise EndpointRefused(
            "You must enable at least one event.", param="enabled_events", code="parameter_invalid_empty"
        )
    for place, name in enumerate(names):
        if not is_event_name(name):
            raise EndpointRefused(f"Invalid event type: {name[:60]}", param=f"enabled_events[{place}]")
    if len(names) > MOST_EVENTS:
        raise EndpointRefused(f"At most {MOST_EVENTS} event types can be enabled.", param="enabled_events")
    return list(dict.fromkeys(names))


def _record(word: str, endpoint: WebhookEndpoint, by: Viewer, changes: dict[str, Any]) -> None:
    record(word, actor_id=by.user_id, object_label=f"webhook_endpoint:{endpoint.pk}", changes=changes)
