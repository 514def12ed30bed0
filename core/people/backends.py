"""Who may come in with a password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from core.people.models import User
from core.people.queries import may_enter, person_named


class PeopleBackend(ModelBackend):
    """User name or phone, and password. An unknown name takes as long as a known one."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The person, or None. To somebody locked out who knows the password, `request.lock_reason` tells why."""
        if username is None or password is None:
            return None
        user = person_named(username)
        if user is None:
            User().set_password(password)
            return None
        if not user.check_password(password):
            return None
        if not may_enter(user):
            if request is not None:
                request.lock_reason = user.lock_reason  # type: ignore[attr-defined]
            return None
        return user

    def user_can_authenticate(self, user: Any) -> bool:
        """Also asked for every session: a person locked out is out at once."""
        return may_enter(user)
