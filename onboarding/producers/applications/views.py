"""Asking to sell here, for those who want to; the commune's list and answer."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit import phones
from core.kit.numbers import masked_end
from core.people.account.proof import ask_for_phone_code, person_of, phone_is_unproved
from core.people.actions import CodeRefused
from core.people.codes.actions import send_joining_code, use_joining_code
from core.people.codes.forms import CodeForm
from core.people.codes.views import count_code_request, refused_words, remember
from core.people.limits.actions import Limit, TooMany, count_try
from core.people.limits.views import too_many
from core.people.queries import viewer_of
from core.people.views import for_roles, only_signed_out, signed_in, start_session
from onboarding.producers.applications.actions import (
    ApplicationRefused,
    NoLongerWaiting,
    apply,
    confirm,
    refuse,
    withdraw,
)
from onboarding.producers.applications.forms import ApplicationForm, JoinForm, RefusalForm
from onboarding.producers.applications.queries import applications_at_desk, applications_of
from onboarding.producers.applications.rules import DECIDERS
from onboarding.producers.models import Application

PER_PAGE = 25
JOINING = "joining_code"  # in the session: what was asked for
# Tax codes somebody may try a day: whether one is known must not be found out by trying them all.
TRIES = Limit("application.person", 20, 86_400)
form_page = require_http_methods(["GET", "HEAD", "POST"])
State = Application.State


@never_cache
@form_page
def start(request: HttpRequest) -> HttpResponse:
    """Who may register here and how; first the phone of whoever has not signed in."""
    viewer = viewer_of(request)
    if viewer.is_signed_in:
        return _apply(request)
    begun = time.monotonic()
    form = JoinForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        phone = form.cleaned_data["phone"]
        try:
            count_code_request(request, phone)
        except TooMany as error:
            return too_many(request, error)
        remember(request, send_joining_code(phone=phone), phone, reverse("apply"), under=JOINING)
        request.session[JOINING]["name"] = form.cleaned_data["full_name"]
        request.session.modified = True
        time.sleep(max(0.0, settings.SIGN_IN_FLOOR - (time.monotonic() - begun)))
        return redirect("apply_code")
    return render(request, "onboarding/producers/applications/join.html", {"form": form})


@only_signed_out
@never_cache
@sensitive_post_parameters("code")
@form_page
def give_code(request: HttpRequest) -> HttpResponse:
    """Type the code that came; then the form."""
    asked = request.session.get(JOINING)
    if asked is None:
        return redirect("apply")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            user = use_joining_code(key=asked["key"], code=form.cleaned_data["code"], full_name=asked["name"])
        except CodeRefused:
            form.add_error("code", refused_words(asked["key"]))
        else:
            del request.session[JOINING]
            return start_session(request, user, method="phone_code", next_url=asked["next"])
    return render(request, "onboarding/producers/applications/code.html", {"form": form, "asked": asked})


def _apply(request: HttpRequest) -> HttpResponse:
    user, viewer = person_of(request), viewer_of(request)
    mine = list(applications_of(viewer)[:PER_PAGE])
    context: dict[str, Any] = {"mine": mine, "phone": phones.masked(user.phone)}
    if not user.phone:
        return render(request, "onboarding/producers/applications/apply.html", context)
    if request.method == "POST" and phone_is_unproved(request, user):
        return ask_for_phone_code(request, user)
    context["unproved"] = phone_is_unproved(request, user)
    form = ApplicationForm(request.POST if request.method == "POST" else None, initial={"contact": user.full_name})
    if form.is_valid():
        try:
            count_try(TRIES, f"user:{user.pk}")
            made = apply(applicant=user, facts=form.facts())
        except TooMany as error:
            return too_many(request, error)
        except ApplicationRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Đã gửi đơn. Hãy giữ số đơn: %(number)s.") % {"number": made.number})
            return redirect("application", made.number)
    return render(request, "onboarding/producers/applications/apply.html", context | {"form": form})


@never_cache
@require_safe
@signed_in
def application(request: HttpRequest, number: str) -> HttpResponse:
    """What became of my application."""
    found = get_object_or_404(applications_of(viewer_of(request)), number=number)
    return render(
        request, "onboarding/producers/applications/mine.html", {"application": found, "facts": _facts(found)}
    )


@require_POST
@signed_in
def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """I take it back."""
    viewer = viewer_of(request)
    found = withdraw(application=get_object_or_404(applications_of(viewer), number=number), by=viewer)
    if found.state == State.WITHDRAWN:
        messages.success(request, _("Đã rút đơn. Bạn gửi đơn khác lúc nào cũng được."))
    else:
        messages.info(request, _("Xã đã trả lời đơn này rồi. Hãy xem bên dưới."))
    return redirect("application", number)


def _facts(row: Application) -> list[dict[str, Any]]:
    return [
        {"label": _("Số đơn"), "value": row.number},
        {"label": _("Loại"), "value": capfirst(str(row.get_kind_display()))},
        {"label": _("Xã, phường"), "value": f"{capfirst(str(row.commune))}, {row.commune.parent}"},
        {"label": _("Địa chỉ"), "value": row.address},
        {"label": _("Người liên hệ"), "value": row.contact},
    ]


@never_cache
@require_safe
@for_roles(*DECIDERS)
def applications(request: HttpRequest) -> HttpResponse:
    """Those of my area: what waits, or what was answered."""
    asked = request.GET.get("xem", "")
    state = asked if asked in {State.CONFIRMED, State.REFUSED, State.WITHDRAWN} else State.WAITING
    page = Paginator(applications_at_desk(viewer_of(request), state), PER_PAGE).get_page(request.GET.get("page"))
    tabs = [
        {
            "label": capfirst(str(each.label)),
            "url": reverse("applications") + ("" if each == State.WAITING else f"?xem={each}"),
            "current": each == state,
        }
        for each in State
    ]
    rows = [{"application": row, "tax": masked_end(row.tax_code)} for row in page]
    context = {"page_obj": page, "rows": rows, "tabs": tabs, "state": state}
    return render(request, "onboarding/producers/applications/list.html", context)


@never_cache
@require_safe
@for_roles(*DECIDERS)
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """One application, and what may be decided."""
    return _card(request, pk, RefusalForm())


@require_POST
@for_roles(*DECIDERS)
def confirm_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes: they become a producer."""
    found = _at_desk(request, pk)
    try:
        confirm(application=found, by=viewer_of(request))
    except PermissionError as error:
        raise Http404 from error
    except NoLongerWaiting:
        messages.info(request, _("Đơn này vừa được trả lời hoặc rút lại. Hãy xem bên dưới."))
    except ApplicationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Đã xác nhận. Người đăng ký được báo và lập gian hàng được ngay."))
    return redirect("application_card", pk)


@never_cache
@require_POST
@for_roles(*DECIDERS)
def refuse_one(request: HttpRequest, pk: int) -> HttpResponse:
    """No, and why."""
    found, form = _at_desk(request, pk), RefusalForm(request.POST)
    if not form.is_valid():
        return _card(request, pk, form)
    try:
        refuse(application=found, reason=form.cleaned_data["reason"], by=viewer_of(request))
    except PermissionError as error:
        raise Http404 from error
    except NoLongerWaiting:
        messages.info(request, _("Đơn này vừa được trả lời hoặc rút lại. Hãy xem bên dưới."))
    else:
        messages.success(request, _("Đã ghi. Người đăng ký đọc được lý do."))
    return redirect("application_card", pk)


def _card(request: HttpRequest, pk: int, form: RefusalForm) -> HttpResponse:
    found = _at_desk(request, pk)
    context = {
        "application": found,
        "facts": _facts(found),
        "tax": masked_end(found.tax_code),
        "phone": phones.masked(found.phone),
        "form": form,
    }
    return render(request, "onboarding/producers/applications/card.html", context)


def _at_desk(request: HttpRequest, pk: int) -> Application:
    return get_object_or_404(applications_at_desk(viewer_of(request)), pk=pk)
