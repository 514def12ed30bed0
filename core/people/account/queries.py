"""Where a person is signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from allauth.core.internal.sessionkit import get_session_user
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.utils.translation import gettext as _

from core.people.models import User

SHOWN = 50
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone|iPad", "iPhone"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("Edg/", "Edge"),
    ("coc_coc|CocCoc", "Cốc Cốc"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)


@dataclass(frozen=True)
class OpenSession:
    """One browser in which a person is signed in."""

    pk: int
    words: str
    address: str
    begun_at: datetime
    is_this_one: bool


def open_sessions(user: User, current_key: str | None) -> list[OpenSession]:
    """The person's sessions that still hold, the newest first; ended ones are left out."""
    rows = UserSession.objects.filter(user=user).order_by("-created_at")[:SHOWN]
    return [
        OpenSession(row.pk, browser_words(row.user_agent), row.ip, row.created_at, row.session_key == current_key)
        for row in rows
        if get_session_user(SessionStore(row.session_key)) is not None
    ]


def browser_words(user_agent: str) -> str:
    """ "Chrome trên Android" of what a browser says of itself, as far as it says anything known."""
    browser = next((name for sign, name in _BROWSERS if re.search(sign, user_agent)), "")
    system = next((name for sign, name in _SYSTEMS if re.search(sign, user_agent)), "")
    if browser and system:
        return _("%(browser)s trên %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Trình duyệt khác")
