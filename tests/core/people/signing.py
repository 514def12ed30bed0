"""Going through the pages of signing in, as a person would."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from core.people.codes.actions import send_sign_in_code, set_phone
from core.people.events import SignInCodeMade
from core.people.models import User
from core.people.second_factor.actions import enrol_second_factor
from core.people.second_factor.queries import code_at, current_step
from tests.people import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
AN_PHONE, UNKNOWN_PHONE = "+84912345678", "+84987654321"


def enrolled(user: User) -> User:
    """The person with the app whose secret is SECRET; the code of this half minute is used by that."""
    enrol_second_factor(user=user, secret=SECRET, code=app_code())
    return user


def app_code(ahead: int = 0, secret: str = SECRET) -> str:
    """What the app shows now, or so many half minutes later."""
    return code_at(secret, current_step() + ahead)


def with_phone(user: User, phone: str = AN_PHONE) -> User:
    """The person with a phone of their own."""
    set_phone(user=user, phone=phone, by_id=None)
    return user


def by_password(client: Client, name: str, next_url: str = "", password: str = PASSWORD) -> Any:
    """The answer to name and password."""
    return client.post("/dang-nhap/", {"username": name, "password": password, "next": next_url})


def by_phone(client: Client, codes: list[SignInCodeMade], phone: str = AN_PHONE) -> Any:
    """Ask for a code and give the one that was sent."""
    client.post("/dang-nhap/dien-thoai/", {"phone": phone})
    return client.post("/dang-nhap/dien-thoai/ma/", {"code": codes[-1].code})


def signed_in_as(client: Client) -> str | None:
    """The id in the session, or None."""
    return client.session.get("_auth_user_id")


def page_without_tokens(answer: Any) -> str:
    """The page but for what differs by chance."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())


__all__ = ["by_password", "by_phone", "send_sign_in_code"]
