"""The guard in front of what a log-in rests on: a proof, not older than ten minutes, that the person is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from core.people.models import User
from core.people.second_factor.queries import has_fresh_proof

View = Callable[..., HttpResponseBase]


def person_of(request: HttpRequest) -> User:
    """The signed-in person; only for views behind `signed_in`."""
    user = request.user
    assert isinstance(user, User)
    return user


def freshly_proved(view: View) -> View:
    """Only with a fresh proof; others prove it and come back. A form that was sent too late has to be sent again."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if has_fresh_proof(request, person_of(request)):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else "/tai-khoan/"
        return redirect_to_login(back, login_url="/tai-khoan/xac-nhan/")

    return guarded
