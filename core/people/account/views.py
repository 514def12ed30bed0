"""My account: where I am signed in, password, phone, proof that it is me."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.internal.flows import post_authentication
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from core.kit import phones
from core.people.account.actions import change_password, end_all_sessions, end_session, note_session
from core.people.account.forms import NewPasswordForm, PasswordForm
from core.people.account.proof import ask_for_phone_code, freshly_proved, owes_phone_code, person_of
from core.people.account.queries import open_sessions
from core.people.account.registry import account_pages
from core.people.actions import CodeRefused
from core.people.codes.actions import PhoneTaken, send_new_phone_code, use_new_phone_code
from core.people.codes.forms import CodeForm, PhoneForm
from core.people.codes.views import count_code_request, remember
from core.people.codes.views import refused_words as code_refused_words
from core.people.devices.actions import remove_device
from core.people.devices.models import TrustedDevice
from core.people.devices.queries import DEVICE_COOKIE, device_hash, devices_of
from core.people.limits.actions import TooMany, count_try, forget_tries
from core.people.limits.rules import PROOF_OF_PERSON
from core.people.limits.views import too_many
from core.people.queries import viewer_of
from core.people.second_factor.forms import SecondFactorForm
from core.people.second_factor.proofs import check_second_factor
from core.people.second_factor.queries import demo_codes, has_second_factor
from core.people.views import own_address, signed_in

FRAME = "core/people/account/frame.html"
ASKED = "new_phone_code"  # in the session: the code sent to the new phone


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """What there is to see and to change."""
    user = person_of(request)
    viewer = viewer_of(request)
    facts = [
        {"label": _("Họ và tên"), "value": user.full_name},
        {"label": _("Tên đăng nhập"), "value": user.username},
        {"label": _("Số điện thoại"), "value": phones.masked(user.phone) or _("Chưa có")},
    ]
    context = {"facts": facts, "pages": account_pages(viewer), "owes_second_factor": bool(viewer.withheld)}
    return render(request, "core/people/account/home.html", context)


@signed_in
@never_cache
def devices(request: HttpRequest) -> HttpResponse:
    """Open sessions and devices with a PIN."""
    user = person_of(request)
    here = device_hash(request.COOKIES.get(DEVICE_COOKIE, ""))
    context = {
        "sessions": open_sessions(user, request.session.session_key),
        "devices": [{"row": row, "is_this_one": row.device_hash == here} for row in devices_of(user)],
    }
    return render(request, "core/people/account/devices.html", context)


@require_POST
@signed_in
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one other browser of mine."""
    session = get_object_or_404(UserSession, pk=pk, user=person_of(request))
    end_session(session=session)
    messages.success(request, _("Đã đăng xuất nơi đó."))
    return redirect("devices")


@require_POST
@signed_in
def end_everywhere(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too, and end all PINs and API keys."""
    user = person_of(request)
    end_all_sessions(user=user, by_id=user.pk, with_devices=True)
    request.session.flush()
    messages.success(request, _("Đã đăng xuất mọi nơi, kể cả máy này. Mã PIN và khóa API cũng hết dùng."))
    return redirect("/")


@require_POST
@signed_in
def drop_device(request: HttpRequest, pk: int) -> HttpResponse:
    """End my PIN on one device."""
    user = person_of(request)
    remove_device(device=get_object_or_404(TrustedDevice, pk=pk, user=user), by_id=user.pk)
    messages.success(request, _("Đã bỏ mã PIN trên thiết bị đó."))
    return redirect("devices")


@signed_in
@freshly_proved
@never_cache
@sensitive_post_parameters("new_password", "again")
def password(request: HttpRequest) -> HttpResponse:
    """Change my password; this session stays, all others end."""
    user = person_of(request)
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        change_password(user=user, new_password=form.cleaned_data["new_password"])
        update_session_auth_hash(request, user)
        note_session(request=request)
        messages.success(request, _("Đã đổi mật khẩu. Những nơi khác đã được đăng xuất."))
        return redirect("account")
    return render(request, "core/people/account/password.html", {"form": form})


@signed_in
@freshly_proved
@never_cache
def phone(request: HttpRequest) -> HttpResponse:
    """The phone I sign in with: give a new one, then the code sent to it."""
    user = person_of(request)
    if owes_phone_code(request, user):
        return ask_for_phone_code(request, user)
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        written = form.cleaned_data["phone"]
        try:
            count_code_request(request, written)
        except TooMany as error:
            return too_many(request, error)
        remember(request, send_new_phone_code(user=user, phone=written), written, "", under=ASKED)
        return redirect("account_phone_code")
    return render(request, "core/people/account/phone.html", {"form": form, "phone": phones.masked(user.phone)})


@signed_in
@freshly_proved
@never_cache
@sensitive_post_parameters("code")
def phone_code(request: HttpRequest) -> HttpResponse:
    """The code sent to the new phone."""
    user = person_of(request)
    if owes_phone_code(request, user):
        return ask_for_phone_code(request, user)
    asked = request.session.get(ASKED)
    if asked is None:
        return redirect("account_phone")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            use_new_phone_code(user=user, key=asked["key"], code=form.cleaned_data["code"])
        except CodeRefused:
            form.add_error("code", code_refused_words(asked["key"]))
        except PhoneTaken:
            form.add_error(
                "code", _("Số này đang dùng cho một tài khoản khác. Hãy hỏi người cấp quyền cho bạn hoặc cán bộ xã.")
            )
        else:
            del request.session[ASKED]
            messages.success(request, _("Đã đổi số điện thoại đăng nhập."))
            return redirect("account")
    context = {"form": form, "asked": asked, "again_url": "account_phone", "is_new_phone": True, "frame": FRAME}
    return render(request, "core/people/phone_code.html", context)


@signed_in
@never_cache
@sensitive_post_parameters("password", "code")
def prove(request: HttpRequest) -> HttpResponse:
    """Prove that it is still you: by second factor if there is one, else by password."""
    user = person_of(request)
    by_app = has_second_factor(user)
    form = (SecondFactorForm if by_app else PasswordForm)(request.POST or None)
    next_url = own_address(request, request.POST.get("next") or request.GET.get("next", "")) or "/tai-khoan/"
    if request.method == "POST" and form.is_valid():
        try:
            if by_app:
                post_authentication(request, check_second_factor(user, form.cleaned_data["code"]), reauthenticated=True)
                return redirect(next_url)
            count_try(PROOF_OF_PERSON, f"user:{user.pk}")
            if user.check_password(form.cleaned_data["password"]):
                forget_tries(PROOF_OF_PERSON, f"user:{user.pk}")
                record_authentication(request, user, "password", reauthenticated=True)
                return redirect(next_url)
            form.add_error("password", _("Mật khẩu chưa đúng. Hãy gõ lại."))
        except TooMany as error:
            return too_many(request, error)
        except CodeRefused:
            form.add_error("code", _("Mã chưa đúng hoặc đã dùng rồi. Hãy chờ ứng dụng hiện mã mới rồi gõ lại."))
    context = {
        "form": form,
        "next": next_url,
        "by_app": by_app,
        "has_password": user.has_usable_password(),
        "demo_code": demo_codes().get(user.username, "") if by_app else "",
    }
    return render(request, "core/people/account/prove.html", context)
