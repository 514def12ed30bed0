"""Pages for requests that cannot be served."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from core.files.uploads import REQUEST_TOO_HEAVY, request_bytes_maximum


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: mostly a page that stood open too long, or cookies switched off."""
    return render(request, "403_csrf.html", status=403)


def page_for_wrong_method(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: whoever opens the address of a form (a reload, a bookmark) gets a page with a way on, not an empty one.

    Programs keep the plain answer.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 405 and request.method == "GET" and not request.path.startswith(("/api/", "/v1/")):
            page = render(request, "405.html", status=405)
            page["Allow"] = response.get("Allow", "POST")
            return page
        return response

    return middleware


def page_for_too_large_request(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a request that announces too much is answered before any of it is read. (None can hide its size: the
    web server reads no further than announced.)"""

    def middleware(request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if request.path.startswith("/v1/"):
            return get_response(request)  # it looks for itself, and answers as Stripe does
        if announced.isdecimal() and int(announced) <= request_bytes_maximum(request.path):
            return get_response(request)
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": REQUEST_TOO_HEAVY}, status=413)
        return render(request, "413.html", {"sentence": REQUEST_TOO_HEAVY}, status=413)

    return middleware
