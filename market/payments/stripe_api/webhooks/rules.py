"""Where events may be sent, and when a delivery that failed is tried again. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from core.kit.lines import is_public

LONGEST_URL = 2000
LONGEST_VERSION = 40
MOST_EVENTS = 250
MOST_ENDPOINTS = 16
SECRET_OVERLAP = timedelta(hours=24)
GIVE_UP_AFTER = timedelta(days=3)
# A worker that was away for days has tried nothing yet: time alone does not end a round.
LEAST_TRIES = 4
_PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
_EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?", re.IGNORECASE)


def next_try(*, begun: datetime, tries: int, now: datetime) -> datetime | None:
    """When a delivery whose round began then, and which failed `tries` times in it, is tried again; None: it is given up."""
    end = begun + GIVE_UP_AFTER
    later = now + _PAUSES[min(tries, len(_PAUSES)) - 1]
    if later <= end or tries < LEAST_TRIES:
        return later
    return end if now < end - _PAUSES[0] else None


def is_event_name(name: str) -> bool:
    """Whether it may stand in an endpoint's list; types that never happen here may."""
    return name == "*" or (len(name) <= 60 and _EVENT.fullmatch(name) is not None)


def url_problem(url: str, *, is_live: bool, may_be_private: bool) -> str:
    """What is wrong with an endpoint's address, in a sentence for the developer of the program; "" when nothing is.

    What its name leads to is checked again by every call (`core.kit.outbound`): names can change.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "Not a valid URL."
    if len(url) > LONGEST_URL or not host or re.search(r"[\s\\\x00-\x20\x7f]", url) or port == 0:
        return "Not a valid URL."
    if parts.scheme != "https" and (is_live or parts.scheme != "http"):
        return (
            "Invalid URL: an HTTPS URL is required in live mode."
            if is_live
            else "Invalid URL: https or http is expected."
        )
    if parts.username is not None or parts.password is not None:
        return "Invalid URL: it must not contain a user name or a password."
    if not may_be_private and not _looks_public(host):
        return "Invalid URL: URL must be publicly accessible."
    return ""


def _looks_public(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        pass
    name = host.lower().rstrip(".")
    # 127.1, 0x7f000001, 2130706433: numbers in other spellings name machines as well, and only they end in a digit.
    last = name.rpartition(".")[2]
    ends_in_number = last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last) is not None
    private = {"localhost", "local", "internal", "intranet", "lan", "home", "corp"}
    if "." not in name or ends_in_number or last in private:
        return False
    return _HOST.fullmatch(_ascii(name)) is not None


def _ascii(name: str) -> str:
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return ""
