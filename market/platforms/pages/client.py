"""HTTP to public pages: the only file here that touches the network. One address at a time, never with a key or a cookie."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from django.conf import settings

from core.kit import outbound
from market.platforms.pages.judging import Verdict, judge, unclear
from market.platforms.pages.robots import LONGEST_TEXT, NAME, RobotRules
from onboarding.accounts.models import Observation

VERSION = f"{NAME}/1.0"
LARGEST_PAGE = 2_000_000
HOPS = 3
CONNECTING, PATIENCE = 5.0, 15.0  # seconds: to be let in, for one whole answer
_Reason = Observation.Reason


@dataclass(frozen=True)
class RobotsFile:
    """A robots.txt as it was found: its `text`, or that nothing may be fetched (`is_closed`), or that nobody can tell
    (`is_unknown`)."""

    text: str = ""
    is_closed: bool = False
    is_unknown: bool = False


def fetch_robots(origin: str, *, allow_private: bool = False) -> RobotsFile:
    """The robots.txt of an origin. Where there is none, everything may be fetched; where it may not be read, nothing."""
    try:
        answer = _get(f"{origin}/robots.txt", "text/plain", LONGEST_TEXT, allow_private)
    except outbound.OutboundError:
        return RobotsFile(is_unknown=True)
    if answer.status == 200:
        return RobotsFile(answer.body.decode("utf-8", "replace"))
    return RobotsFile(is_closed=answer.status in {401, 403}, is_unknown=answer.status not in {401, 403, 404, 410})


def look_at(url: str, rules: RobotRules, *, title: str, price: int | None, allow_private: bool = False) -> Verdict:
    """Fetch one page and judge it. It may send us on within its own host, to what robots may fetch there."""
    asked = url
    for _ in range(HOPS):
        if not rules.allows(url):
            return unclear(_Reason.FORBIDDEN)
        try:
            answer = _get(url, "text/html,application/xhtml+xml", LARGEST_PAGE, allow_private)
        except outbound.Redirected as moved:
            there = urljoin(url, moved.location)
            if not _is_same_place(url, there) or _is_front_page(there):
                return unclear(_Reason.MOVED)
            url = there
        except outbound.TooLong:
            return unclear(_Reason.TOO_LARGE)
        except outbound.OutboundError:
            return unclear(_Reason.UNREACHABLE)
        else:
            kind = answer.headers.get("content-type", "")
            sent_on = _page(url) != _page(asked)
            return judge(answer.status, kind, answer.body, title=title, price=price, was_sent_on=sent_on)
    return unclear(_Reason.MOVED)


def origin_of(url: str) -> str:
    """Scheme, host and port: "https://voso.vn"."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _page(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.path.rstrip("/"), parts.query


def _is_front_page(url: str) -> bool:
    """A platform that sends us there has no page for what we asked."""
    return _page(url)[0] == ""


def _is_same_place(url: str, there: str) -> bool:
    old, new = urlsplit(url), urlsplit(there)
    same_host = old.netloc.casefold().removeprefix("www.") == new.netloc.casefold().removeprefix("www.")
    return same_host and (new.scheme == old.scheme or (old.scheme, new.scheme) == ("http", "https"))


def _get(url: str, accept: str, max_bytes: int, allow_private: bool) -> outbound.Answer:
    headers = {"User-Agent": f"{VERSION} (+{settings.BASE_URL}/)", "Accept": accept, "Accept-Language": "vi"}
    return outbound.send(
        "GET",
        url,
        headers=headers,
        connect_timeout=CONNECTING,
        read_timeout=PATIENCE,
        max_bytes=max_bytes,
        allow_private=allow_private,
    )
