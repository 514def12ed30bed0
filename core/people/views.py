"""Signing in and out, and the guard in front of staff pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.views import LoginView, redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from core.kit import phones
from core.people.actions import CodeRefused, enter_with_code
from core.people.forms import EntryForm, SignInForm
from core.people.queries import viewer_of

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
    """Only for people with one of these roles in force; other signed-in people get 404, as if it were not there."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not viewer_of(request).has_role(*roles):
                raise Http404
            return view(request, *args, **kwargs)

        return signed_in(guarded)

    return decorate


def login_name(written: str) -> str:
    """The user name behind what was typed: a phone number in any spelling, or a name as it is."""
    try:
        return phones.normalise(written)
    except phones.NotAPhone:
        return written.strip()


class SignIn(LoginView):
    """The log-in page."""

    form_class = SignInForm
    template_name = "core/people/sign_in.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # A back office sent somebody here who is signed in but may not enter: `next` would send them round in circles.
        if viewer_of(request).is_signed_in:
            return redirect("onward")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if data := kwargs.get("data"):
            kwargs["data"] = data.copy()
            kwargs["data"]["username"] = login_name(data.get("username", ""))
        return kwargs


@never_cache
@sensitive_post_parameters("code", "new_password")
def enter(request: HttpRequest) -> HttpResponse:
    """First log-in with a one-time code: set a password and be signed in."""
    form = EntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = enter_with_code(
                username=login_name(data["username"]), code=data["code"], new_password=data["new_password"]
            )
        except CodeRefused:
            form.add_error(
                "code", _("Số điện thoại và mã không khớp, hoặc mã đã hết hạn. Hãy xin tổ công nghệ số mã mới.")
            )
        except ValidationError as error:
            form.add_error("new_password", error)
        else:
            login(request, user)
            return redirect("onward")
    return render(request, "core/people/enter.html", {"form": form})
