"""What an owner sees of endpoints and deliveries."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from core.desk.registry import Todo
from core.kit import clock
from core.people.queries import STAFF_ROLES, Viewer
from market.payments.rules import may_see_money
from market.payments.stripe_api.desk.queries import producers_owned
from market.payments.stripe_api.models import ConnectedApplication, WebhookDelivery, WebhookEndpoint, WebhookTry
from market.payments.stripe_api.webhooks.rules import GIVE_UP_AFTER

State = WebhookDelivery.State
FEW = 5


def endpoints_of(application: ConnectedApplication) -> QuerySet[WebhookEndpoint]:
    """With how many deliveries wait and how many were given up; in earnest first, then the newest."""
    rows = WebhookEndpoint.objects.filter(application=application, deleted_at=None)
    return rows.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=State.WAITING)),
        given_up=Count("deliveries", filter=Q(deliveries__state=State.GIVEN_UP)),
    ).order_by("-is_live", "-pk")


def deliveries_of(endpoint: WebhookEndpoint, state: str = "") -> QuerySet[WebhookDelivery]:
    """The newest first, each with the status and the problem of its last try; texts stay where they are."""
    last = WebhookTry.objects.filter(delivery=OuterRef("pk")).order_by("-pk")
    rows = WebhookDelivery.objects.filter(endpoint=endpoint).select_related("event").defer("event__body")
    rows = rows.annotate(
        last_status=Subquery(last.values("status")[:1]),
        last_problem=Subquery(last.values("problem")[:1]),
        last_at=Subquery(last.values("at")[:1]),
    )
    return (rows.filter(state=state) if state else rows).order_by("-pk")


def delivery_for(application: ConnectedApplication, pk: int) -> WebhookDelivery | None:
    """One of this application's, with its event and endpoint."""
    rows = WebhookDelivery.objects.select_related("event", "endpoint__application")
    return rows.filter(pk=pk, endpoint__application=application).first()


def tries_of(delivery: WebhookDelivery) -> QuerySet[WebhookTry]:
    """The newest first."""
    return delivery.log.order_by("-pk")


def webhook_todos(viewer: Viewer) -> Iterable[Todo]:
    """Endpoints that have taken nothing for as long as events are kept trying: their programs know nothing of payments. Two queries,
    none for staff."""
    if not viewer.is_signed_in or viewer.has_role(*STAFF_ROLES) or may_see_money(viewer):
        return
    rows = WebhookEndpoint.objects.filter(
        application__producer__in=producers_owned(viewer),
        status=WebhookEndpoint.Status.ENABLED,
        deleted_at=None,
        application__closed_at=None,
        failing_since__lte=clock.now() - GIVE_UP_AFTER,
    )
    sentence = _("Ứng dụng «%(name)s» không nhận tin báo từ %(day)s.")
    for endpoint in rows.select_related("application").defer("secret", "old_secret").order_by("failing_since")[:FEW]:
        day = clock.day_of(endpoint.failing_since) if endpoint.failing_since else clock.today()
        yield Todo(
            sentence=sentence % {"name": endpoint.application.name, "day": f"{day:%d/%m/%Y}"},
            url=reverse("webhook_endpoint", args=[endpoint.application_id, endpoint.public_id]),
            label=_("Xem và gửi lại"),
            urgency=2,
            kind="bad",
        )
