"""Answers that know who asks are kept by nobody on the way, nor by the browser of a shared computer."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers


def keep_nothing_of_the_signed_in(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what was made for somebody signed in, or for a key, is not stored, unless the page says how it may be.

    Pages that are secret without a sign-in (an order's address) say so themselves with `never_cache`.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control") and _knows_who(request):
            add_never_cache_headers(response)
        return response

    return middleware


def _knows_who(request: HttpRequest) -> bool:
    """Costs no query: a session nobody looked at made no difference."""
    by_session = request.session.accessed and SESSION_KEY in request.session
    return by_session or bool(request.headers.get("Authorization"))
