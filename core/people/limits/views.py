"""Limits in front of pages and of the API."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from ninja.throttling import BaseThrottle

from core.kit.addresses import client_address, line_of
from core.people.limits.actions import Limit, TooMany, count_try

View = Callable[..., HttpResponseBase]


def too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    """The page 429 with the seconds to wait."""
    answer = render(request, "429.html", {"wait": waiting_words(error.seconds)}, status=429)
    answer["Retry-After"] = str(error.seconds)
    return answer


def waiting_words(seconds: int) -> str:
    """ "40 giây", "3 phút", "2 giờ": rounded up, so that waiting so long is enough."""
    if seconds < 60:
        return _("%(count)s giây") % {"count": seconds}
    if seconds < 3600:
        return _("%(count)s phút") % {"count": -(-seconds // 60)}
    return _("%(count)s giờ") % {"count": -(-seconds // 3600)}


def line_of_request(request: HttpRequest) -> str:
    """The subject that limits per address count by."""
    return line_of(client_address(request))


def limited(limit: Limit) -> Callable[[View], View]:
    """At most so many requests from one address; more get the answer 429 and reach nothing."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                count_try(limit, line_of_request(request))
            except TooMany as error:
                return too_many(request, error)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


class ApiLimit(BaseThrottle):
    """The same for an operation of the API: `@router.get(…, throttle=[ApiLimit(…)])`."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._refused = threading.local()  # one object serves all threads of the server

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request; a refused one is told how long to wait."""
        try:
            count_try(self._limit, line_of_request(request))
        except TooMany as error:
            self._refused.seconds = error.seconds
            return False
        return True

    def wait(self) -> float | None:
        """Seconds until the next request counts again."""
        return getattr(self._refused, "seconds", None)
