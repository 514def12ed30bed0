"""Signing in and out, and the guard in front of staff pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from core.people.actions import CodeRefused, enter_with_code
from core.people.devices.queries import DEVICE_COOKIE, members_of_device
from core.people.forms import EntryForm, SignInForm
from core.people.limits.actions import TooMany, count_try, forget_tries, take_back
from core.people.limits.known import known_browser, subject_of
from core.people.limits.rules import FAILURES_OF_ADDRESS, PAPER_CODE, PASSWORD, Guesses
from core.people.limits.views import line_of_request, too_many
from core.people.models import User
from core.people.queries import viewer_of
from core.people.second_factor.queries import demo_codes

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Only for people who are signed in; others are asked to sign in and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not viewer_of(request).is_signed_in:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def for_roles(*roles: str) -> Callable[[View], View]:
    """Only for people with one of these roles in force; other signed-in people get 404, as if it were not there.

    Those who have the role, but not yet in this session, are asked for their second factor.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            viewer = viewer_of(request)
            if not viewer.has_role(*roles):
                if viewer.would_have_role(*roles):
                    return redirect_to_login(request.get_full_path(), login_url="/tai-khoan/buoc-hai/")
                raise Http404
            return view(request, *args, **kwargs)

        return signed_in(guarded)

    return decorate


def start_session(request: HttpRequest, user: User, *, method: str, next_url: str = "") -> HttpResponse:
    """The person has proved who they are by `method` (password, phone_code, paper_code, pin).

    They are signed in and sent to `next_url` (only on this host) or to where their day starts; with a second factor
    they are sent to that step first, and are nobody until then. The session gets a new key.
    """
    record_authentication(request, user, method)
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=own_address(request, next_url)))
    return answer


def own_address(request: HttpRequest, written: str) -> str | None:
    """An address to go on to, if it is on this host; else None."""
    is_own = url_has_allowed_host_and_scheme(written, {request.get_host()}, require_https=request.is_secure())
    return written if written and is_own else None


def only_signed_out(view: View) -> View:
    """A page for signing in: somebody who is signed in goes on to their day."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if viewer_of(request).is_signed_in:
            return redirect("onward")
        return view(request, *args, **kwargs)

    return guarded


def count_attempt(request: HttpRequest, guesses: Guesses, subject: str) -> None:
    """Count a try at a name. In a browser known to it only what was tried there counts; elsewhere also what was tried
    from this address and what was tried at this name anywhere. Raises TooMany.

    The narrowest limit comes first: hammering one name uses up nothing of those who share the address.
    """
    if browser := known_browser(request, subject):
        count_try(guesses.here, f"{subject} in {browser}")
        return
    line = line_of_request(request)
    count_try(guesses.here, f"{subject} from {line}")
    count_try(FAILURES_OF_ADDRESS, line)
    count_try(guesses.anywhere, subject)


def attempt_was_right(request: HttpRequest, guesses: Guesses, subject: str) -> None:
    """A right try counts for nothing, and where it was made the subject starts anew; tries elsewhere stay counted."""
    if browser := known_browser(request, subject):
        forget_tries(guesses.here, f"{subject} in {browser}")
        return
    line = line_of_request(request)
    forget_tries(guesses.here, f"{subject} from {line}")
    take_back(FAILURES_OF_ADDRESS, line)
    take_back(guesses.anywhere, subject)


@only_signed_out
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """User name or phone, and password."""
    form = SignInForm(request, request.POST or None)
    if request.method == "POST":
        subject = subject_of(request.POST.get("username", ""))
        try:
            count_attempt(request, PASSWORD, subject)
        except TooMany as error:
            return too_many(request, error)
        if form.is_valid():
            attempt_was_right(request, PASSWORD, subject)
            return start_session(request, form.get_user(), method="password", next_url=request.POST.get("next", ""))
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "has_pins": members_of_device(request.COOKIES.get(DEVICE_COOKIE, "")).exists(),
        "demo_codes": demo_codes(),
    }
    return render(request, "core/people/sign_in.html", context)


@only_signed_out
@never_cache
@sensitive_post_parameters("code", "new_password")
def enter(request: HttpRequest) -> HttpResponse:
    """First log-in with a one-time code from paper: set a password and be signed in."""
    form = EntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        subject = subject_of(data["username"])
        try:
            count_attempt(request, PAPER_CODE, subject)
            user = enter_with_code(username=data["username"], code=data["code"], new_password=data["new_password"])
        except TooMany as error:
            return too_many(request, error)
        except CodeRefused:
            form.add_error(
                "code", _("Số điện thoại và mã không khớp, hoặc mã đã hết hạn. Hãy xin tổ công nghệ số mã mới.")
            )
        except ValidationError as error:
            form.add_error("new_password", error)
        else:
            attempt_was_right(request, PAPER_CODE, subject)
            return start_session(request, user, method="paper_code")
    return render(request, "core/people/enter.html", {"form": form})
