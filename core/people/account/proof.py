"""The guard in front of what a log-in rests on: a proof, not older than ten minutes, that the person is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from core.kit import phones
from core.people.grants.queries import still_open
from core.people.models import Grant, User
from core.people.second_factor.queries import has_fresh_proof, has_second_factor, proved_by
from core.people.second_factor.rules import ROLES_WITH_SECOND_FACTOR

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


def phone_is_unproved(request: HttpRequest, user: User) -> bool:
    """Whether this person has a phone that this session has not proved by a code sent to it.

    A log-in may have been made under a phone by somebody else, who kept the slip: a password says nothing about who
    answers that phone. Without a phone a slip from a giver's hand, and the password set with it, is all there is.
    """
    return bool(user.phone) and not proved_by(request, "phone_code")


def owes_phone_code(request: HttpRequest, user: User) -> bool:
    """Whether they must prove their phone before changing it: staff (or soon staff) without a second factor yet. Else
    they would put in a phone of their own, and enrol with that."""
    if has_second_factor(user) or not phone_is_unproved(request, user):
        return False
    staff = Grant.objects.filter(still_open(), user=user, role__in=ROLES_WITH_SECOND_FACTOR)
    return user.is_superuser or user.is_staff or staff.exists()


def ask_for_phone_code(request: HttpRequest, user: User) -> HttpResponse:
    """Nothing is changed before the phone is proved: what to do for that."""
    context = {"phone": phones.masked(user.phone)}
    return render(request, "core/people/account/prove_phone.html", context, status=403)
