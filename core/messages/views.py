"""The inbox, what one wants to get, and the door for SMS that come in."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.messages.actions import choose, mark_all_read, mark_read, take_inbound_sms
from core.messages.forms import ChoicesForm
from core.messages.inbound import is_authentic
from core.messages.queries import choices_of, inbox_of, unread_count
from core.people.models import User
from core.people.queries import viewer_of
from core.people.views import signed_in

PER_PAGE = 25
LARGEST_CALL = 10_000


@signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """What was said to this person, newest first."""
    viewer = viewer_of(request)
    page = Paginator(inbox_of(viewer), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "core/messages/inbox.html", {"page": page, "unread": unread_count(viewer)})


@never_cache
@signed_in
def letter(request: HttpRequest, reference: UUID) -> HttpResponse:
    """One message; opening it is reading it."""
    viewer = viewer_of(request)
    message = get_object_or_404(inbox_of(viewer), reference=reference)
    mark_read(message=message, by=viewer)
    return render(request, "core/messages/letter.html", {"letter": message})


@require_POST
@signed_in
def all_read(request: HttpRequest) -> HttpResponse:
    """Everything is read."""
    count = mark_all_read(by=viewer_of(request))
    if count:
        messages.success(
            request, ngettext("Đã đánh dấu %d tin là đã đọc.", "Đã đánh dấu %d tin là đã đọc.", count) % count
        )
    return redirect("inbox")


@signed_in
def choices(request: HttpRequest) -> HttpResponse:
    """What this person wants to get, and how."""
    user = get_object_or_404(User, pk=viewer_of(request).user_id)
    form = ChoicesForm(choices_of(user), request.POST or None)
    if request.method == "POST":
        # A form with all boxes empty is an answer, too.
        form = ChoicesForm(choices_of(user), request.POST)
        if form.is_valid():
            choose(user=user, wanted=form.wanted, by=viewer_of(request))
            messages.success(request, _("Đã lưu lựa chọn của bạn."))
            return redirect("message_choices")
    return render(request, "core/messages/choices.html", {"form": form})


@csrf_exempt
@never_cache
@require_POST
def inbound_sms(request: HttpRequest) -> HttpResponse:
    """The SMS provider hands in what people wrote. Without a key in the settings the address is not there."""
    key: str = settings.SMS["inbound_key"]
    if not key:
        raise Http404
    body = request.body if int(request.headers.get("Content-Length") or 0) <= LARGEST_CALL else b""
    signature = request.headers.get("X-Signature", "")
    if not body or not is_authentic(key, request.headers.get("X-Timestamp", ""), signature, body):
        return JsonResponse({"status": "refused"}, status=401)
    take_inbound_sms(signature=signature.lower(), body=body)
    return JsonResponse({"status": "ok"})
