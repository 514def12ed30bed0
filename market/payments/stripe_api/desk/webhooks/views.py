"""Webhooks of one application: its endpoints, their log, one delivery."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit.encryption import decrypt, encrypt
from core.people.account.proof import freshly_proved
from core.people.queries import viewer_of
from market.payments.stripe_api.desk.guard import with_application
from market.payments.stripe_api.desk.webhooks.pages import TABS, health_of, readable, row_of, try_of
from market.payments.stripe_api.desk.webhooks.queries import (
    deliveries_of,
    delivery_for,
    endpoints_of,
    tries_of,
)
from market.payments.stripe_api.models import ConnectedApplication, WebhookEndpoint
from market.payments.stripe_api.webhooks.actions import (
    EndpointFacts,
    NotSentAgain,
    change_endpoint,
    rotate_secret,
    send_again,
)
from market.shops.navigation import seller_places

PER_PAGE = 25


@require_safe
@never_cache
@with_application
def endpoints(request: HttpRequest, application: ConnectedApplication) -> HttpResponse:
    """Where it hears of events."""
    is_closed = application.closed_at is not None
    rows = [(each, health_of(each, is_closed=is_closed)) for each in endpoints_of(application)]
    context = {"application": application, "rows": rows, "space_items": seller_places("seller_shop")}
    return render(request, "market/payments/stripe_api/webhooks/endpoints.html", context)


@require_safe
@never_cache
@with_application
def endpoint(request: HttpRequest, application: ConnectedApplication, endpoint: str) -> HttpResponse:
    """One of them with its log; a secret made just now is shown, once."""
    found = _endpoint(application, endpoint)
    state = request.GET.get("tinh-trang", "")
    state = state if state in dict(TABS) else ""
    page = Paginator(deliveries_of(found, state), PER_PAGE).get_page(request.GET.get("page"))
    here = reverse("webhook_endpoint", args=[application.pk, found.public_id])
    context = {
        "application": application,
        "endpoint": found,
        "health": health_of(found, is_closed=application.closed_at is not None),
        "secret": _secret_to_show(request, found),
        "page_obj": page,
        "rows": [row_of(each) for each in page],
        "state": state,
        "tabs": [
            {"label": _(label), "url": f"{here}?tinh-trang={value}" if value else here, "current": value == state}
            for value, label in TABS
        ],
        "space_items": seller_places("seller_shop"),
    }
    return render(request, "market/payments/stripe_api/webhooks/endpoint.html", context)


@require_POST
@never_cache
@with_application
def endpoint_step(request: HttpRequest, application: ConnectedApplication, endpoint: str, step: str) -> HttpResponse:
    """«bat», «tat»: on and off."""
    found = _endpoint(application, endpoint)
    if step not in {"bat", "tat"}:
        raise Http404
    change_endpoint(endpoint=found, facts=EndpointFacts(is_on=step == "bat"), by=viewer_of(request))
    said = _("Đã bật. Tin mới lại được gửi tới đây.") if step == "bat" else _("Đã tắt. Không gửi gì tới đây nữa.")
    messages.success(request, said)
    return redirect("webhook_endpoint", application.pk, found.public_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@with_application
@freshly_proved
def secret(request: HttpRequest, application: ConnectedApplication, endpoint: str) -> HttpResponse:
    """Another secret; asks for a fresh proof, because whoever has it can speak in our name."""
    found = _endpoint(application, endpoint)
    if request.method == "POST":
        made = rotate_secret(endpoint=found, by=viewer_of(request))
        # Sessions are stored: what proves who we are is kept there encrypted, and only until it is shown.
        request.session[_shown_once(found)] = encrypt(made)
        return redirect("webhook_endpoint", application.pk, found.public_id)
    context = {"application": application, "endpoint": found, "space_items": seller_places("seller_shop")}
    return render(request, "market/payments/stripe_api/webhooks/secret.html", context)


@require_safe
@never_cache
@with_application
def delivery(request: HttpRequest, application: ConnectedApplication, delivery: int) -> HttpResponse:
    """One event for one endpoint: what was sent, and every try."""
    found = delivery_for(application, delivery)
    if found is None:
        raise Http404
    context = {
        "application": application,
        "delivery": found,
        "tries": [try_of(each) for each in tries_of(found)],
        "body": readable(found.event.body),
        "can_send": found.endpoint.deleted_at is None and application.closed_at is None,
        "space_items": seller_places("seller_shop"),
    }
    return render(request, "market/payments/stripe_api/webhooks/delivery.html", context)


@require_POST
@never_cache
@with_application
def delivery_again(request: HttpRequest, application: ConnectedApplication, delivery: int) -> HttpResponse:
    """A new round, at once."""
    found = delivery_for(application, delivery)
    if found is None:
        raise Http404
    try:
        send_again(delivery=found, by=viewer_of(request))
    except NotSentAgain as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Đang gửi lại. Hãy mở lại trang này sau ít giây để xem kết quả."))
    return redirect("webhook_delivery", application.pk, found.pk)


def _endpoint(application: ConnectedApplication, public_id: str) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.filter(application=application, deleted_at=None)
    return get_object_or_404(rows, public_id=public_id)


def _secret_to_show(request: HttpRequest, endpoint: WebhookEndpoint) -> str:
    return decrypt(request.session.pop(_shown_once(endpoint), "") if request.method == "GET" else "")


def _shown_once(endpoint: WebhookEndpoint) -> str:
    return f"new_webhook_secret_{endpoint.pk}"
