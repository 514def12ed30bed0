"""The owner's pages: which programs take payments for the producer, with which keys."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit.encryption import decrypt, encrypt
from core.people.account.proof import freshly_proved
from core.people.queries import viewer_of
from market.payments.stripe_api.actions.keys import (
    ApplicationRefused,
    close_application,
    connect_application,
    make_key,
    revoke_key,
)
from market.payments.stripe_api.desk.forms import ApplicationForm, KeyForm
from market.payments.stripe_api.desk.guard import for_owners, with_application
from market.payments.stripe_api.desk.pages import words_of_keys
from market.payments.stripe_api.desk.queries import (
    applications_of,
    open_keys_among,
    open_keys_of,
    producers_owned,
    revoked_keys_of,
)
from market.payments.stripe_api.models import ConnectedApplication
from market.shops.navigation import seller_places

PER_PAGE = 25
SHOWN_ONCE = "new_application_key"
form_page = require_http_methods(["GET", "HEAD", "POST"])


def frame() -> dict[str, Any]:
    """What each of these pages needs for the producer's place."""
    return {"space_items": seller_places("seller_shop")}


@never_cache
@require_safe
@for_owners
def applications(request: HttpRequest) -> HttpResponse:
    """All of one's applications."""
    page = Paginator(applications_of(viewer_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    keys = open_keys_among(page)
    rows = [(application, words_of_keys(keys[application.pk])) for application in page]
    return render(request, "market/payments/stripe_api/desk/list.html", frame() | {"page_obj": page, "rows": rows})


@never_cache
@form_page
@for_owners
def connect(request: HttpRequest) -> HttpResponse:
    """Name a new one; its first key is made next."""
    viewer = viewer_of(request)
    form = ApplicationForm(request.POST if request.method == "POST" else None, list(producers_owned(viewer)))
    if form.is_valid():
        try:
            made = connect_application(producer=form.producer_chosen(), name=form.cleaned_data["name"], by=viewer)
        except ApplicationRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã tạo ứng dụng. Bây giờ tạo khóa cho ứng dụng."))
            return redirect("seller_application", made.pk)
    return render(request, "market/payments/stripe_api/desk/connect.html", frame() | {"form": form})


@never_cache
@require_safe
@with_application
def application(request: HttpRequest, application: ConnectedApplication) -> HttpResponse:
    """One application and its keys; the key made just now is shown, once."""
    made = request.session.pop(_shown_once(application), "") if request.method == "GET" else ""
    context = frame() | {
        "application": application,
        "new_key": decrypt(made),
        "keys": open_keys_of(application),
        "revoked": revoked_keys_of(application),
    }
    return render(request, "market/payments/stripe_api/desk/application.html", context)


@never_cache
@form_page
@with_application
@freshly_proved
def key(request: HttpRequest, application: ConnectedApplication) -> HttpResponse:
    """Make a key; asks for a fresh proof, because a key needs no proof afterwards."""
    form = KeyForm(request.POST if request.method == "POST" else None, application)
    if form.is_valid():
        try:
            secret = make_key(
                application=application,
                is_live=form.is_live,
                name=form.cleaned_data["name"],
                by=viewer_of(request),
            )
        except ApplicationRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            # Sessions are stored: what opens a door is kept there encrypted, and only until it is shown.
            request.session[_shown_once(application)] = encrypt(secret)
            return redirect("seller_application", application.pk)
    context = frame() | {"application": application, "form": form}
    return render(request, "market/payments/stripe_api/desk/key.html", context)


@require_POST
@with_application
def revoke(request: HttpRequest, application: ConnectedApplication, key: int) -> HttpResponse:
    """One key opens nothing any more."""
    revoke_key(key=get_object_or_404(application.keys, pk=key), by=viewer_of(request))
    messages.success(request, _("Đã thu hồi khóa. Phần mềm dùng khóa này không vào được nữa."))
    return redirect("seller_application", application.pk)


@require_POST
@with_application
def close(request: HttpRequest, application: ConnectedApplication) -> HttpResponse:
    """The whole application opens nothing any more."""
    close_application(application=application, by=viewer_of(request))
    messages.success(request, _("Đã đóng ứng dụng. Tiền đã nhận và các khoản cũ vẫn giữ nguyên."))
    return redirect("seller_applications")


def _shown_once(application: ConnectedApplication) -> str:
    return f"{SHOWN_ONCE}_{application.pk}"
