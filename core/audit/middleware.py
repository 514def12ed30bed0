"""Every request gets a number: in the trail, in the log and in the answer, so that one finds the others."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core.kit.origin import API, WEB, request_id_from, running

HEADER = "X-Request-Id"
_OF_PROGRAMS = ("/api/", "/v1/")


def request_number(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware; stands first. A caller's own number is taken only if it is a short plain token."""

    def middleware(request: HttpRequest) -> HttpResponse:
        via = API if request.path.startswith(_OF_PROGRAMS) else WEB
        with running(via, request_id_from(request.headers.get(HEADER, ""))) as here:
            response = get_response(request)
        response[HEADER] = here.request_id
        return response

    return middleware
