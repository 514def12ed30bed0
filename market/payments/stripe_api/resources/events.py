"""/v1/events"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from market.payments.stripe_api.models import ApiEvent, WebhookDelivery
from market.payments.stripe_api.shapes.event import event_shape
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.lists import own, page_of
from market.payments.stripe_api.transport.params import Name, Names, Nothing, Page, Truth
from market.payments.stripe_api.transport.problems import Problem, missing
from market.payments.stripe_api.transport.routes import Route, Shape

URL = "/v1/events"
MOST_TYPES = 20


class ListOf(Page):
    """GET /v1/events"""

    type: Name | None = None
    types: Names | None = None
    delivery_success: Truth | None = None


def retrieve(caller: Caller, given: Nothing, public_id: str) -> Shape:
    """One event, as it was sent."""
    row = own(caller, ApiEvent).filter(public_id=public_id).first()
    if row is None:
        raise missing("event", "id", public_id)
    return _shaped([row])[0]


def list_of(caller: Caller, given: ListOf) -> Shape:
    """The newest first; `type` may end in ".*"."""
    rows = own(caller, ApiEvent)
    if given.type and given.types:
        raise Problem("Give type or types, not both.", param="types")
    if given.type:
        rows = rows.filter(_of_type(given.type))
    if given.types:
        if len(given.types) > MOST_TYPES:
            raise Problem(f"At most {MOST_TYPES} types.", param="types", code="parameter_invalid_length")
        rows = rows.filter(type__in=given.types)
    if given.delivery_success is not None:
        rows = _by_success(rows, given.delivery_success)
    return page_of(caller, rows, given, url=URL, name="event", shaped=_shaped)


def _of_type(written: str) -> Q:
    return Q(type__startswith=written[:-1]) if written.endswith(".*") else Q(type=written)


def _by_success(rows: QuerySet[ApiEvent], wanted: bool) -> QuerySet[ApiEvent]:
    undelivered = WebhookDelivery.objects.filter(event=OuterRef("pk")).exclude(state=WebhookDelivery.State.DELIVERED)
    return rows.filter(~Exists(undelivered)) if wanted else rows.filter(Exists(undelivered))


def _shaped(rows: Sequence[ApiEvent]) -> list[Shape]:
    """With how many endpoints have not received each yet; one query for all."""
    waiting = WebhookDelivery.objects.filter(event__in=rows, state=WebhookDelivery.State.WAITING)
    pending = dict(waiting.values_list("event").annotate(count=Count("pk")))
    return [event_shape(row, pending.get(row.pk, 0)) for row in rows]


ROUTES = [
    Route("GET", "events", ListOf, list_of),
    Route("GET", "events/{id}", Nothing, retrieve),
]
