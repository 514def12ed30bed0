"""Signing in with a code sent to the phone.

Nothing here says whether a phone is known: the page, the status and the limits are the same, and the answer to a request
for a code never comes sooner than `settings.SIGN_IN_FLOOR` seconds.
"""

from __future__ import annotations

import time
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from core.kit import phones
from core.people.actions import CodeRefused
from core.people.codes.actions import Sent, send_sign_in_code, tries_left, use_sign_in_code
from core.people.codes.forms import CodeForm, PhoneForm
from core.people.codes.models import MAX_TRIES
from core.people.limits.actions import TooMany, count_try
from core.people.limits.known import known_browser, subject_of
from core.people.limits.rules import (
    CODES_FROM_ADDRESS,
    CODES_TO_PHONE,
    CODES_TO_PHONE_A_DAY,
    CODES_TO_PHONE_FROM_ADDRESS,
    CODES_TO_PHONE_RESERVED,
)
from core.people.limits.views import line_of_request, too_many
from core.people.views import only_signed_out, own_address, start_session

ASKED = "phone_code"  # in the session: what was asked for


@only_signed_out
@never_cache
def ask_code(request: HttpRequest) -> HttpResponse:
    """Give a phone, get a code."""
    begun = time.monotonic()
    form = PhoneForm(request.POST or None)
    next_url = own_address(request, request.POST.get("next") or request.GET.get("next", "")) or ""
    if request.method == "POST" and form.is_valid():
        phone = form.cleaned_data["phone"]
        try:
            count_code_request(request, phone)
        except TooMany as error:
            return too_many(request, error)
        sent = send_sign_in_code(phone=phone)
        remember(request, sent, phone, next_url)
        time.sleep(max(0.0, settings.SIGN_IN_FLOOR - (time.monotonic() - begun)))
        return redirect("sign_in_phone_code")
    return render(request, "core/people/phone.html", {"form": form, "next": next_url})


@only_signed_out
@never_cache
@sensitive_post_parameters("code")
def give_code(request: HttpRequest) -> HttpResponse:
    """Type the code that came."""
    asked = request.session.get(ASKED)
    if asked is None:
        return redirect("sign_in_phone")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            # Five tries a code, and few codes an hour: tries need no limit of the address, which others share.
            user = use_sign_in_code(key=asked["key"], code=form.cleaned_data["code"])
        except CodeRefused:
            form.add_error("code", refused_words(asked["key"]))
        else:
            del request.session[ASKED]
            return start_session(request, user, method="phone_code", next_url=asked["next"])
    return render(request, "core/people/phone_code.html", {"form": form, "asked": asked, "again_url": "sign_in_phone"})


def count_code_request(request: HttpRequest, phone: str) -> None:
    """Count a code by the address it is asked from, by its phone, and by both. Raises TooMany.

    A browser this phone has signed in from has some a day that nobody else can use up; after those it is like any other.
    """
    if known_browser(request, subject_of(phone)):
        with suppress(TooMany):
            count_try(CODES_TO_PHONE_RESERVED, phone)
            return
    line = line_of_request(request)
    count_try(CODES_FROM_ADDRESS, line)
    count_try(CODES_TO_PHONE_FROM_ADDRESS, f"{phone} from {line}")
    count_try(CODES_TO_PHONE, phone)
    count_try(CODES_TO_PHONE_A_DAY, phone)


def remember(request: HttpRequest, sent: Sent, phone: str, next_url: str, *, under: str = ASKED) -> None:
    """Keep in the session which code it may use; the code itself only in the demo, which shows it."""
    shown = sent.code if settings.DEMO else ""
    request.session[under] = {"key": sent.key, "phone": phones.masked(phone), "next": next_url, "shown": shown}


def refused_words(key: str) -> str:
    """Said for a refused code; the tries are counted for a phone of nobody, too, so that both read the same."""
    if left := tries_left(key=key):
        return _("Mã chưa đúng. Còn thử được %d lần. Hãy xem lại tin nhắn, hoặc xin mã khác.") % left
    return _("Mã đã hết hạn hoặc đã gõ sai %d lần. Hãy xin mã khác.") % MAX_TRIES
