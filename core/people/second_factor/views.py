"""The second step of signing in; enrolling an app; recovery codes."""

from __future__ import annotations

from allauth.account.stages import LoginStageController
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from core.kit.encryption import decrypt, encrypt
from core.people.account.proof import ask_for_phone_code, freshly_proved, person_of, phone_is_unproved
from core.people.actions import CodeRefused
from core.people.limits.actions import TooMany, count_try
from core.people.limits.rules import SECOND_FACTOR
from core.people.limits.views import too_many
from core.people.models import User
from core.people.queries import may_enter, viewer_for, viewer_of
from core.people.second_factor.actions import (
    end_second_factor,
    enrol_second_factor,
    renew_recovery_codes,
    unused_recovery_codes,
)
from core.people.second_factor.forms import EnrolForm, SecondFactorForm
from core.people.second_factor.proofs import check_second_factor
from core.people.second_factor.queries import demo_codes, has_second_factor, passed_second_factor
from core.people.second_factor.rules import needs_second_factor
from core.people.views import only_signed_out, own_address, signed_in

PENDING = "second_factor_pending"  # in the session: the secret on the QR, under the field keys


@only_signed_out
@never_cache
@sensitive_post_parameters("code")
def second_step(request: HttpRequest) -> HttpResponse:
    """After the first proof: the code of the app. Only for a session that has given the first."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    user = stage.login.user if stage else None
    if stage is None or user is None or not may_enter(user):
        return redirect("login")
    form = SecondFactorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            authenticator = check_second_factor(user, form.cleaned_data["code"])
        except TooMany as error:
            return too_many(request, error)
        except CodeRefused:
            form.add_error("code", refused_words())
        else:
            post_authentication(request, authenticator)
            answer: HttpResponse = stage.exit()
            return answer
    context = {"form": form, "demo_code": demo_codes().get(user.username, "")}
    return render(request, "core/people/second_step.html", context)


def refused_words() -> str:
    """Said for every refused code."""
    return _("Mã chưa đúng hoặc đã dùng rồi. Hãy chờ ứng dụng hiện mã mới rồi gõ lại.")


@signed_in
@never_cache
@sensitive_post_parameters("code")
def second_factor(request: HttpRequest) -> HttpResponseBase:
    """Whether I have one; enrol. Somebody who has one, but has not given it in this session, gives it here."""
    user = person_of(request)
    if not has_second_factor(user):
        return _enrol(request)
    if not passed_second_factor(request):
        return redirect(f"/tai-khoan/xac-nhan/?next={request.GET.get('next', '')}")
    context = {
        "count": len(unused_recovery_codes(user)),
        "is_needed": needs_second_factor(_roles(user)),
    }
    return render(request, "core/people/second_factor.html", context)


@freshly_proved
def _enrol(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    if phone_is_unproved(request, user):
        return ask_for_phone_code(request, user)
    form = EnrolForm(request.POST or None)
    if request.method != "POST" or PENDING not in request.session:
        form = EnrolForm()
        request.session.setdefault(PENDING, encrypt(generate_totp_secret()))
    secret = decrypt(request.session[PENDING])
    if form.is_bound and form.is_valid():
        try:
            count_try(SECOND_FACTOR, f"user:{user.pk}")
            authenticator = enrol_second_factor(user=user, secret=secret, code=form.cleaned_data["code"])
        except TooMany as error:
            return too_many(request, error)
        except CodeRefused:
            form.add_error("code", _("Mã chưa đúng. Hãy quét lại hình, rồi gõ 6 số ứng dụng đang hiện."))
        else:
            del request.session[PENDING]
            post_authentication(request, authenticator)
            request.session["second_factor_next"] = own_address(request, request.GET.get("next", "")) or ""
            return redirect("recovery_codes")
    adapter = get_adapter()
    context = {
        "form": form,
        "qr": mark_safe(adapter.build_totp_svg(adapter.build_totp_url(user, secret))),  # noqa: S308 - drawn by the library
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "is_needed": needs_second_factor(viewer_of(request).withheld),
    }
    return render(request, "core/people/enrol.html", context)


@signed_in
@freshly_proved
@never_cache
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes for a lost phone, to print or copy; POST makes new ones and ends the old."""
    user = person_of(request)
    if not has_second_factor(user):
        return redirect("second_factor")
    if request.method == "POST":
        renew_recovery_codes(user=user)
        messages.success(request, _("Đã có mã dự phòng mới. Các mã cũ hết dùng."))
        return redirect("recovery_codes")
    next_url = request.session.get("second_factor_next") or ""
    return render(request, "core/people/recovery_codes.html", {"codes": unused_recovery_codes(user), "next": next_url})


@require_POST
@signed_in
@freshly_proved
def end(request: HttpRequest) -> HttpResponse:
    """Take my second factor away, if none of my roles needs it."""
    user = person_of(request)
    if needs_second_factor(_roles(user)):
        messages.error(request, _("Vai trò của bạn cần bước hai nên không tắt được."))
        return redirect("second_factor")
    end_second_factor(user=user, by_id=user.pk)
    messages.success(request, _("Đã tắt bước hai."))
    return redirect("account")


def _roles(user: User) -> set[str]:
    viewer = viewer_for(user)
    return {grant.role for grant in viewer.grants} | ({"operator"} if viewer.is_operator else set())
