"""Signing in with a PIN on a device that knows its members."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from core.people.account.proof import person_of
from core.people.actions import CodeRefused
from core.people.devices.actions import new_device_secret, trust_device, use_pin
from core.people.devices.forms import NewPinForm, PinForm
from core.people.devices.queries import DEVICE_COOKIE, DEVICE_LIFE, members_of_device
from core.people.models import Role
from core.people.queries import viewer_for, viewer_of
from core.people.second_factor.queries import proved_by
from core.people.views import only_signed_out, signed_in, start_session

TEAM = (Role.TEAM_LEAD, Role.TEAM_MEMBER)


@only_signed_out
@never_cache
@sensitive_post_parameters("pin")
def give_pin(request: HttpRequest) -> HttpResponse:
    """Choose your name, type your PIN."""
    secret = request.COOKIES.get(DEVICE_COOKIE, "")
    members = list(members_of_device(secret))
    if not members:
        return redirect("login")
    form = PinForm(request.POST or None, members=members)
    if request.method == "POST" and form.is_valid():
        try:
            # Only this device reaches the PIN, and it locks after five: no limit of the address, which others share.
            user = use_pin(secret=secret, device_id=form.cleaned_data["device"], pin=form.cleaned_data["pin"])
            if not viewer_for(user).has_role(*TEAM):  # the PIN serves the team's work and ends with it
                raise CodeRefused
        except CodeRefused:
            form.add_error("pin", _("Mã PIN chưa đúng. Sai 5 lần thì mã bị khóa, phải lấy mã qua điện thoại."))
        else:
            answer = start_session(request, user, method="pin", next_url=request.POST.get("next", ""))
            keep_secret(answer, secret)
            return answer
    return render(request, "core/people/pin.html", {"form": form, "next": request.GET.get("next", "")})


@signed_in
@never_cache
@sensitive_post_parameters("pin", "again")
def set_pin(request: HttpRequest) -> HttpResponse:
    """A PIN on this device, for a team member who has just signed in here with a code sent to the phone.

    Everybody else reads for whom it is.
    """
    form = NewPinForm(request.POST or None)
    is_team = viewer_of(request).has_role(*TEAM)
    has_proof = is_team and proved_by(request, "phone_code")
    if request.method == "POST" and has_proof and form.is_valid():
        secret = request.COOKIES.get(DEVICE_COOKIE) or new_device_secret()
        trust_device(
            user=person_of(request), secret=secret, pin=form.cleaned_data["pin"], name=form.cleaned_data["name"]
        )
        messages.success(request, _("Lần sau trên thiết bị này bạn chỉ cần mã PIN."))
        answer = redirect("devices")
        keep_secret(answer, secret)
        return answer
    return render(request, "core/people/account/pin.html", {"form": form, "is_team": is_team, "has_proof": has_proof})


def keep_secret(answer: HttpResponse, secret: str) -> None:
    """The device's secret, for 30 days from now, out of reach of scripts and other sites."""
    answer.set_cookie(
        DEVICE_COOKIE,
        secret,
        max_age=DEVICE_LIFE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
        path="/",
    )
