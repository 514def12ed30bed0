"""Browsers in which a person has signed in before: strangers who use up that person's tries do not use up theirs.

A cookie of half a year holds a random number and, for each name or phone that has signed in there, a keyed mark of both.
So a mark cannot be made without the server's key nor moved to another browser, tells nothing of whose it is, and nothing
has to be stored here. It opens no door: it only decides which tries count together.
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from core.kit import phones
from core.people.models import User

KNOWN_COOKIE = "may-quen"
KNOWN_LIFE = timedelta(days=180)
MOST_MARKS = 24  # of a shared device: a dozen people with a name and a phone each
_SHAPE = re.compile(rf"[0-9a-f]{{32}}(\.[0-9a-f]{{32}}){{0,{MOST_MARKS}}}")


def subject_of(written: str) -> str:
    """What tries by a written user name or phone count by: the phone in E.164, else the name in small letters.

    Nothing is looked up: whoever counted by the person would say by the limits whose phone is whose.
    """
    name = written.strip()[:150]  # the forms strip first, too
    with suppress(phones.NotAPhone):
        return f"phone:{phones.normalise(name)}"
    return f"name:{' '.join(name.split()).casefold()}"


def known_browser(request: HttpRequest, subject: str) -> str:
    """The number of this browser if the subject has signed in here; else ""."""
    number, marks = _read(request)
    return number if _mark(number, subject) in marks else ""


def remember_browser(request: HttpRequest, answer: HttpResponse, user: User) -> None:
    """This person has signed in here, with everything that signing in asked of them."""
    number, marks = _read(request)
    number = number or secrets.token_hex(16)
    # A user name that reads as a phone is perhaps somebody else's phone: only one's own phone is marked as one.
    subjects = {subject for subject in (subject_of(user.username),) if subject.startswith("name:")}
    if user.phone:
        subjects.add(subject_of(user.phone))
    own = sorted(_mark(number, subject) for subject in subjects)
    kept = [mark for mark in marks if mark not in own]
    answer.set_cookie(
        KNOWN_COOKIE,
        ".".join([number, *(own + kept)[:MOST_MARKS]]),
        max_age=KNOWN_LIFE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
        path="/",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    written = request.COOKIES.get(KNOWN_COOKIE, "")
    if not _SHAPE.fullmatch(written):
        return "", []
    number, *marks = written.split(".")
    return number, marks


def _mark(number: str, subject: str) -> str:
    return salted_hmac("core.people.limits.known", f"{number}:{subject}", algorithm="sha256").hexdigest()[:32]
