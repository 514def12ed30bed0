"""The commune's desk for what devices sent: questions to decide, sealed files, devices."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.files.models import Photo
from core.kit.text import plain_text
from core.people.account.actions import note_session
from core.people.models import User
from core.people.queries import Viewer, viewer_of
from core.people.views import for_roles
from onboarding.intake import pages
from onboarding.intake.access import FILES, count_call
from onboarding.intake.actions.devices import lock_device, unlock_device
from onboarding.intake.actions.issues import DecisionRefused, decide_issue
from onboarding.intake.actions.sealed import MOST_FILE_BYTES, Imported, import_sealed
from onboarding.intake.models import FieldDevice, RecordKind, SubmissionState
from onboarding.intake.queries.devices import devices_visible_to, people_of_device, phone_ids, phones_of
from onboarding.intake.queries.issues import issues_visible_to, open_issues
from onboarding.intake.queries.submissions import brought_in_file, households_of
from onboarding.intake.refusals import NotTaken
from onboarding.intake.rules import OFFICERS, can_decide
from onboarding.intake.uploading import SealedFileHandler

PER_PAGE = 25
officer_page = for_roles(*OFFICERS)


def _parts(current: str) -> list[dict[str, Any]]:
    items = [
        (_("Cần quyết"), "intake_issues"),
        (_("Nhập tệp niêm phong"), "intake_file"),
        (_("Máy của tổ"), "intake_devices"),
    ]
    return [{"label": label, "url": reverse(name), "current": name == current} for label, name in items]


@require_safe
@officer_page
def issues(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the oldest first."""
    page = Paginator(open_issues(viewer_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "onboarding/intake/issues.html", {"page_obj": page, "parts": _parts("intake_issues")})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@officer_page
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them side by side; the decision."""
    viewer = viewer_of(request)
    found = get_object_or_404(issues_visible_to(viewer), pk=pk)
    if request.method == "POST":
        try:
            note = plain_text(request.POST.get("note", ""), 300)
            decide_issue(issue=found, decision=request.POST.get("decision", ""), note=note, by=viewer)
        except PermissionError as error:
            raise Http404 from error
        except DecisionRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("intake_issue", pk)
        messages.success(request, _("Đã ghi quyết định. Cả hai bản vẫn được giữ."))
        return redirect("intake_issues")
    household = pages.household_of(found)
    context = {
        "issue": found,
        "explanation": pages.explanation(found),
        "reason": pages.reason_of(found),
        "lines": pages.lines_of(found, household),
        "household": household,
        "photos": pages.photos_of(found),
        "choices": pages.choices_of(found, household),
        "may_decide": can_decide(viewer, found),
    }
    return render(request, "onboarding/intake/issue.html", context)


@require_safe
@officer_page
def issue_photo(request: HttpRequest, pk: int, photo_id: UUID) -> HttpResponseBase:
    """A photo of what could not be written, for who decides about it; it has no public address."""
    found = get_object_or_404(issues_visible_to(viewer_of(request)), pk=pk)
    if photo_id not in pages.photos_of(found):
        raise Http404
    photo = get_object_or_404(Photo, pk=photo_id)
    response = FileResponse(
        (photo.large if "lon" in request.GET else photo.small).open("rb"), content_type="image/jpeg"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@csrf_exempt  # checked below: the handler must be chosen before anything is read
def sealed_file(request: HttpRequest) -> HttpResponseBase:
    """Bring a file that a device exported."""
    request.upload_handlers = [SealedFileHandler(request)]
    return _sealed_file(request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@officer_page
def _sealed_file(request: HttpRequest) -> HttpResponse:
    status, imported, problem = 200, None, ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            status, problem = 422, _("Hãy chọn một tệp có đuôi .lensan, không quá 25 MB.")
        else:
            status, imported, problem = _imported(upload, viewer_of(request))
    file = (imported.device_id, imported.began) if imported else _file_asked(request)
    context = {
        "imported": imported,
        "problem": problem,
        "parts": _parts("intake_file"),
        **(_brought(request, *file) if file else {}),
    }
    return render(request, "onboarding/intake/file.html", context, status=status)


def _file_asked(request: HttpRequest) -> tuple[UUID, datetime] | None:
    """The device and the moment of a file brought before, as the result page links to it."""
    try:
        since = datetime.fromisoformat(request.GET.get("tu", ""))
        return (UUID(request.GET.get("may", "")), since) if since.tzinfo else None
    except ValueError:
        return None


def _brought(request: HttpRequest, device_id: UUID, since: datetime) -> dict[str, Any]:
    """The households of a file: in the register now, and how many records still wait (a job writes what many at once say)."""
    viewer = viewer_of(request)
    brought = brought_in_file(viewer, device_id, since)
    waiting = brought.filter(kind=RecordKind.HOUSEHOLD, outcome__state=SubmissionState.State.WAITING)
    asked = urlencode({"may": str(device_id), "tu": since.isoformat()})
    return {
        "page_obj": Paginator(households_of(viewer, brought), PER_PAGE).get_page(request.GET.get("page")),
        "since": since,
        "waiting": waiting.count(),
        "brought_url": f"{reverse('intake_file')}?{asked}",
    }


def _imported(upload: UploadedFile[Any], viewer: Viewer) -> tuple[int, Imported | None, str]:
    try:
        count_call(FILES, viewer)
        return 200, import_sealed(raw=upload.read(MOST_FILE_BYTES), by=viewer), ""
    except NotTaken as refusal:
        if refusal.code == "try_again":
            return (
                refusal.status,
                None,
                _("Máy chủ đang đọc tệp khác, chưa nhận gì của tệp này. Hãy đợi một phút rồi nhập lại."),
            )
        return refusal.status, None, refusal.sentence


@require_safe
@officer_page
def devices(request: HttpRequest) -> HttpResponse:
    """The phones of the area's teams, each once: who uses it, how much unsent as last said, when heard from."""
    viewer = viewer_of(request)
    page = Paginator(phone_ids(viewer), PER_PAGE).get_page(request.GET.get("page"))
    phones = phones_of(viewer, [each["device_id"] for each in page.object_list])
    context = {"page_obj": page, "phones": phones, "parts": _parts("intake_devices")}
    return render(request, "onboarding/intake/devices.html", context)


@require_POST
@officer_page
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    """A device is lost."""
    return _set_lock(request, pk, locked=True)


@require_POST
@officer_page
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """It was found again."""
    return _set_lock(request, pk, locked=False)


def _set_lock(request: HttpRequest, pk: int, *, locked: bool) -> HttpResponse:
    viewer = viewer_of(request)
    device: FieldDevice = get_object_or_404(devices_visible_to(viewer), pk=pk)
    try:
        (lock_device if locked else unlock_device)(device=device, by=viewer)
    except PermissionError as error:
        raise Http404 from error
    if locked:
        if isinstance(request.user, User) and request.user.pk in people_of_device(device.device_id):
            request.user.refresh_from_db()
            update_session_auth_hash(request, request.user)  # the officer goes on here, and nowhere else
            note_session(request=request)
        messages.success(
            request,
            _("Đã khóa. Mọi người dùng máy đó đã bị đăng xuất ở mọi nơi. Lần tới máy có mạng, ứng dụng sẽ đóng lại."),
        )
    else:
        messages.success(request, _("Đã mở khóa. Máy dùng lại được khi có mạng."))
    return redirect("intake_devices")
