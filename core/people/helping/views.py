"""Helping others to sign in: locked accounts, lost phones, devices that are gone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.kit import clock, phones
from core.kit.text import squeeze
from core.people.account.actions import end_all_sessions, lock_person
from core.people.devices.actions import remove_device
from core.people.devices.models import TrustedDevice
from core.people.devices.queries import devices_of
from core.people.helping.actions import LockedAbove, open_for
from core.people.helping.queries import may_open, people_to_help, with_state
from core.people.helping.rules import HELPERS
from core.people.models import LockReason, User
from core.people.queries import viewer_of
from core.people.second_factor.actions import end_second_factor
from core.people.second_factor.queries import has_second_factor
from core.people.views import for_roles

PER_PAGE = 25


@for_roles(*HELPERS)
def people(request: HttpRequest) -> HttpResponse:
    """Whom I may help, with a search by name."""
    words = request.GET.get("q", "").strip()[:60]
    found = with_state(people_to_help(viewer_of(request)))
    if words:
        found = found.filter(Q(full_name__icontains=words) | Q(username__iexact=words))
    rows = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "core/people/helping/list.html", {"page_obj": rows, "q": words})


@for_roles(*HELPERS)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """How one person signs in, and what can be done."""
    user = _helped(request, pk)
    facts = [
        {"label": _("Tên đăng nhập"), "value": user.username},
        {"label": _("Số điện thoại"), "value": phones.masked(user.phone) or _("Chưa có")},
        {"label": _("Đăng nhập lần cuối"), "value": _day(user.last_login)},
        {"label": _("Bước hai"), "value": _("Đã đặt") if has_second_factor(user) else _("Chưa đặt")},
    ]
    context = {
        "person": user,
        "facts": facts,
        "has_app": has_second_factor(user),
        "devices": devices_of(user),
        "may_open": may_open(viewer_of(request), user),
    }
    return render(request, "core/people/helping/person.html", context)


@require_POST
@for_roles(*HELPERS)
def take_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """The phone is lost: the second factor goes, all sessions end; at the next sign-in a new app is enrolled."""
    user = _helped(request, pk)
    by_id = viewer_of(request).user_id
    end_second_factor(user=user, by_id=by_id)
    end_all_sessions(user=user, by_id=by_id, with_devices=True)
    messages.success(request, _("Đã bỏ bước hai của người này. Lần đăng nhập tới họ đặt lại trên điện thoại mới."))
    return redirect("help_person", pk=pk)


@require_POST
@for_roles(*HELPERS)
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody signs in to this account until it is opened; the reason, which must be given, stands in the trail."""
    user, words = _helped(request, pk), squeeze(request.POST.get("words", ""))[:200]
    if not words:
        messages.error(request, _("Chưa khóa. Hãy ghi lý do khóa rồi bấm lại."))
        return redirect("help_person", pk=pk)
    lock_person(user=user, reason=LockReason.BY_STAFF, by_id=viewer_of(request).user_id, words=words)
    messages.success(request, _("Đã khóa tài khoản và đăng xuất mọi nơi."))
    return redirect("help_person", pk=pk)


@require_POST
@for_roles(*HELPERS)
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """The account is open again."""
    try:
        open_for(user=_helped(request, pk), by=viewer_of(request))
    except LockedAbove:
        messages.error(request, _("Tài khoản này do cấp khác khóa. Hãy gọi người đã khóa hoặc cấp trên của họ để mở."))
    else:
        messages.success(request, _("Đã mở lại tài khoản."))
    return redirect("help_person", pk=pk)


@require_POST
@for_roles(*HELPERS)
def drop_device(request: HttpRequest, pk: int, device_pk: int) -> HttpResponse:
    """Nobody signs in with this person's PIN on that device any more."""
    user = _helped(request, pk)
    device = get_object_or_404(TrustedDevice, pk=device_pk, user=user)
    remove_device(device=device, by_id=viewer_of(request).user_id)
    messages.success(request, _("Đã bỏ mã PIN trên thiết bị đó."))
    return redirect("help_person", pk=pk)


def _helped(request: HttpRequest, pk: int) -> User:
    user: User = get_object_or_404(people_to_help(viewer_of(request)), pk=pk)
    return user


def _day(moment: Any) -> str:
    return moment.astimezone(clock.VIETNAM).strftime("%d/%m/%Y") if moment else _("Chưa lần nào")
