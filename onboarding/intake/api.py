"""The field intake for devices and programs; docs/intake.md tells its whole story. `request.auth` is the Viewer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from ninja import Router

from core.kit import clock
from core.people.queries import viewer_of
from onboarding.intake import access, reading
from onboarding.intake.access import DeviceAuth, FieldAuth, caller, count_call
from onboarding.intake.actions.devices import current_key, enrol_device, note_contact
from onboarding.intake.actions.photos import MOST_PHOTO_BYTES, receive_photo
from onboarding.intake.actions.receiving import receive_submission
from onboarding.intake.actions.sealed import MOST_FILE_BYTES, import_sealed
from onboarding.intake.envelope import MOST_BYTES, read_json
from onboarding.intake.models import Submission
from onboarding.intake.queries.devices import device_is_locked
from onboarding.intake.queries.submissions import submissions_of
from onboarding.intake.receipts import receipts_of
from onboarding.intake.refusals import too_large
from onboarding.intake.registry import bundle_stamp, current_forms
from onboarding.intake.rules import SENDERS, can_send

router = Router(tags=["field"])
auth = FieldAuth()
device_auth = DeviceAuth()
_MOST_IDS = 200
_STEP = 64 * 1024


@router.get("/session", auth=None, summary="Who is signed in")
def get_session(request: HttpRequest) -> dict[str, Any]:
    """Never an error: an app asks this to learn whether it must ask for the password. Brings a session's CSRF token;
    without a session none, or the late answer would take its cookie from the sign-in page just opened beside it.

    Whether the device was reported lost is told without a session, or a thief had only to wait until it ends: its number
    is random and told to nobody, and the answer says nothing else. `stopped` is the signed-in person who may send nothing
    any more.
    """
    viewer = viewer_of(request)
    person = {"id": viewer.user_id, "name": viewer.name} if viewer.is_signed_in and can_send(viewer) else None
    may_yet = can_send(viewer) or viewer.would_have_role(*SENDERS)  # once the second factor is given
    device_id = access.device_of(request)
    return {
        "locked": device_id is not None and device_is_locked(device_id),
        "stopped": None if may_yet or not viewer.is_signed_in else viewer.user_id,
        "signed_in": person is not None,
        "person": person,
        "csrf": get_token(request) if viewer.is_signed_in else "",
        "now": clock.now().isoformat(),
    }


@router.post("/devices", auth=auth, summary="Enrol a device for the person")
def post_devices(request: HttpRequest) -> dict[str, Any]:
    """The secret signs what the app exports; the key is what it seals to. Again: the same answer."""
    viewer = caller(request)
    count_call(access.CALLS, viewer)
    body = _json(request)
    device_id = reading.identity(body.get("device"), "mã máy")
    name = reading.text(body, "name", "tên máy", most=60)
    device, key = enrol_device(device_id=device_id, name=name, by=viewer), current_key()
    return {
        "device": str(device.device_id),
        "person": {"id": viewer.user_id, "name": viewer.name},
        "secret": device.secret,
        "key": {"id": key.pk, "public": key.public_key},
        "forms": current_forms(),
    }


@router.post("/contact", auth=auth, summary="What a device still holds, and whether it is locked")
def post_contact(request: HttpRequest) -> dict[str, Any]:
    """The only call besides `sealed` that a locked device is answered."""
    viewer = caller(request)
    count_call(access.CALLS, viewer)
    body = _json(request)
    locked = note_contact(
        device_id=reading.identity(body.get("device"), "mã máy"),
        unsent=reading.number(body, "unsent", "số chưa gửi", least=0, most=1_000_000) or 0,
        unsent_since=reading.moment(body, "unsent_since", "chưa gửi từ") if body.get("unsent_since") else None,
        by=viewer,
    )
    return {"locked": locked, "now": clock.now().isoformat(), "bundle_stamp": bundle_stamp(viewer)}


@router.post("/submissions", auth=auth, summary="Send one envelope")
def post_submissions(request: HttpRequest) -> HttpResponse:
    """201 with the receipt when it is stored by this call, 200 when it was stored before."""
    viewer = caller(request)
    raw = read_bounded(request, MOST_BYTES, "64 KB")
    count_call(access.SUBMISSIONS, viewer)
    via = Submission.Via.API if access.is_by_key(request) else Submission.Via.APP
    if via == Submission.Via.APP:
        access.check_device(
            viewer, access.device_of(request) or reading.identity(read_json(raw).get("device"), "mã máy")
        )
    received = receive_submission(raw=raw, by=viewer, via=via)
    return JsonResponse(received.receipt, status=201 if received.is_new else 200)


@router.put("/submissions/{submission}/photos/{sha256}", auth=device_auth, summary="Send one photo of a submission")
def put_photo(request: HttpRequest, submission: str, sha256: str) -> dict[str, Any]:
    """The bytes must have this SHA-256. Before the submission has come they are kept for 30 days."""
    viewer = caller(request)
    number, digest = reading.identity(submission, "mã bản gửi"), reading.sha256_of(sha256)
    raw = read_bounded(request, MOST_PHOTO_BYTES, "400 KB")
    count_call(access.PHOTOS, viewer)
    return receive_photo(submission_id=number, sha256=digest, raw=raw, by=viewer)


@router.post("/receipts", auth=device_auth, summary="The receipts of what was sent")
def post_receipts(request: HttpRequest) -> dict[str, Any]:
    """Of one's own; ids that are not known are left out."""
    viewer = caller(request)
    count_call(access.CALLS, viewer)
    ids = [
        reading.identity(each, "mã bản gửi")
        for each in reading.list_of(_json(request), "ids", "mã bản gửi", most=_MOST_IDS)
    ]
    return {"receipts": receipts_of(submissions_of(viewer, ids))}


@router.post("/sealed", auth=auth, summary="Bring a sealed file")
def post_sealed(request: HttpRequest) -> dict[str, Any]:
    """One's own, also from a locked device; an officer anybody's of their commune. Again: everything is known."""
    viewer = caller(request)
    raw = read_bounded(request, MOST_FILE_BYTES, "25 MB")
    count_call(access.FILES, viewer)
    return import_sealed(raw=raw, by=viewer).as_json()


def read_bounded(request: HttpRequest, most: int, words: str) -> bytes:
    """The body, counted while it is read; what announces more is not read at all. Raises NotTaken (413)."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdecimal() and int(announced) > most:
        raise too_large(words)
    found = bytearray()
    while piece := request.read(min(_STEP, most + 1 - len(found))):
        found += piece
        if len(found) > most:
            raise too_large(words)
    return bytes(found)


def _json(request: HttpRequest) -> dict[str, Any]:
    return read_json(read_bounded(request, MOST_BYTES, "64 KB"))
