"""Who calls the field intake, and how errors look to devices. The router of the bundle uses it as well."""

from __future__ import annotations

import uuid

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.utils import check_csrf

from core.people.api import TokenAuth
from core.people.limits.actions import Limit, TooMany, count_try
from core.people.queries import Viewer, viewer_of
from onboarding.intake.queries.devices import device_is_locked, people_of_device
from onboarding.intake.refusals import NotTaken, device_locked, device_unknown, signed_out, try_again
from onboarding.intake.rules import can_send

DEVICE_HEADER = "X-Field-Device"
MINUTE = 60
# By person, far above what a full queue sends at once, far below what fills a disk.
SUBMISSIONS = Limit("intake.submission", 1200, MINUTE)
PHOTOS = Limit("intake.photo", 600, MINUTE)
CALLS = Limit("intake.call", 300, MINUTE)
FILES = Limit("intake.file", 30, 10 * MINUTE)


class FieldAuth:
    """A session with its CSRF token in the header `X-CSRFToken`, or an API key; `request.auth` becomes the Viewer.
    Whoever may send nothing anywhere finds nothing here."""

    def __call__(self, request: HttpRequest) -> Viewer:
        """Raises NotTaken, Http404."""
        viewer = self._by_key(request) if request.headers.get("Authorization") else self._by_session(request)
        if not can_send(viewer):
            raise Http404
        return viewer

    def _by_key(self, request: HttpRequest) -> Viewer:
        kind, _, key = request.headers["Authorization"].partition(" ")
        viewer = TokenAuth().authenticate(request, key.strip()) if kind.lower() == "bearer" else None
        if viewer is None:
            raise signed_out()
        return viewer

    def _by_session(self, request: HttpRequest) -> Viewer:
        viewer = viewer_of(request)
        if not viewer.is_signed_in:
            raise signed_out()
        if check_csrf(request) is not None:
            raise NotTaken(403, "csrf", "Phiên làm việc đã đổi. Máy của bạn sẽ tự lấy lại rồi gửi.")
        return viewer


class DeviceAuth(FieldAuth):
    """The same, and of a session also the device, in the header `X-Field-Device`: one on which this person's app is
    enrolled and which nobody reported lost."""

    def __call__(self, request: HttpRequest) -> Viewer:
        """Raises NotTaken, Http404."""
        viewer = super().__call__(request)
        if not is_by_key(request):
            check_device(viewer, device_of(request))
        return viewer


def device_of(request: HttpRequest) -> uuid.UUID | None:
    """The device that the header names."""
    try:
        return uuid.UUID(request.headers.get(DEVICE_HEADER, ""))
    except ValueError:
        return None


def check_device(viewer: Viewer, device_id: uuid.UUID | None) -> None:
    """Raises NotTaken when this person's app is not enrolled on the device, or the device is locked."""
    if device_id is not None and device_is_locked(device_id):
        raise device_locked()
    if device_id is None or viewer.user_id not in people_of_device(device_id):
        raise device_unknown()


def caller(request: HttpRequest) -> Viewer:
    """The Viewer behind `request.auth`."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    return viewer


def is_by_key(request: HttpRequest) -> bool:
    """Whether a program calls with a key."""
    return bool(request.headers.get("Authorization"))


def count_call(limit: Limit, viewer: Viewer) -> None:
    """Raises NotTaken (429 with the seconds to wait) when this person calls too often."""
    try:
        count_try(limit, f"user:{viewer.user_id}")
    except TooMany as error:
        raise try_again(error.seconds, status=429) from error


def show_refusals(api: NinjaAPI) -> None:
    """Teach the API how refusals look; a database that is busy is one of them."""
    api.add_exception_handler(NotTaken, _answer)
    api.add_exception_handler(OperationalError, _answer)


def _answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    # Locked (SQLite), deadlocked, or out of connections: nothing of this request was stored, and it may come again.
    refusal = error if isinstance(error, NotTaken) else try_again()
    said = {"code": refusal.code, "message": refusal.sentence, **refusal.extra}
    answer = JsonResponse(said, status=refusal.status)
    if refusal.retry_after:
        answer["Retry-After"] = str(refusal.retry_after)
    return answer
