"""Who is still missing, whose turn it is, and giving rows to teams."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit import clock
from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from ocop.boards.assigning import AssignmentRefused, assign, end_assignment
from ocop.boards.forms import AssignForm
from ocop.boards.views.asked import board_tabs
from ocop.boards.worklist import (
    HOUSEHOLD_TURNS,
    OFFICERS,
    PRODUCT_TURNS,
    SUBJECT_OF,
    Turn,
    teams_to_choose,
    work_of,
    worklist,
)
from ocop.indicators.registry import PRODUCTS, Subject
from ocop.register.queries import place_words

PER_PAGE = 50
_GIVEN = {"chua": {"assignment_id__isnull": True}, "roi": {"assignment_id__isnull": False}}


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*OFFICERS)
def work(request: HttpRequest) -> HttpResponse:
    """The worklist; a POST gives the ticked rows to a team."""
    viewer = viewer_of(request)
    kind = request.GET.get("loai", "")
    kind = kind if kind in SUBJECT_OF else "san-pham"
    subject = SUBJECT_OF[kind]
    form = AssignForm(request.POST if request.method == "POST" else None, teams=teams_to_choose(viewer))
    ticked = {int(each) for each in request.POST.getlist("rows")[:200] if each.isdecimal() and len(each) < 18}
    if request.method == "POST" and form.is_valid():
        try:
            count = assign(subject=subject, ids=ticked, by=viewer, **form.cleaned_data)
        except AssignmentRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as error:
            raise Http404 from error
        else:
            said = _("Đã giao %(count)s dòng cho %(team)s. Muốn đổi, bấm «Bỏ giao» ở dòng đó.")
            messages.success(request, said % {"count": count, "team": form.cleaned_data["team"]})
            return redirect(request.get_full_path())
    rows = worklist(subject, viewer, clock.today())
    turns = turn_words(subject)
    chosen = {
        "luot": request.GET.get("luot", "") if request.GET.get("luot", "") in set(turns) else "",
        "giao": request.GET.get("giao", "") if request.GET.get("giao", "") in _GIVEN else "",
    }
    if chosen["luot"]:
        rows = rows.filter(turn=chosen["luot"])
    rows = rows.filter(**_GIVEN.get(chosen["giao"], {}))
    related = ("unit", "unit__parent") if subject is PRODUCTS else ("hamlet", "commune")
    page = Paginator(rows.select_related(*related), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "space_items": board_tabs(request),
        "form": form,
        "kinds": _kinds(kind),
        "kind": kind,
        "groups": _groups(turns, chosen),
        "page_obj": page,
        "rows": [_row(row, subject, turns, ticked) for row in page.object_list],
        "is_narrowed": any(chosen.values()),
        "list_url": reverse("board_work"),
    }
    return render(request, "ocop/boards/work.html", context)


@require_POST
@for_roles(*OFFICERS)
def take_back(request: HttpRequest) -> HttpResponse:
    """Take one row back from its team."""
    written = request.POST.get("assignment", "")
    if written.isdecimal() and len(written) < 18:
        try:
            end_assignment(assignment_id=int(written), by=viewer_of(request))
        except PermissionError as error:
            raise Http404 from error
        messages.success(request, _("Đã bỏ giao. Dòng này có thể giao lại."))
    kind = request.POST.get("loai", "")
    return redirect(reverse("board_work") + "?" + urlencode({"loai": kind if kind in SUBJECT_OF else "san-pham"}))


@require_safe
@for_roles(Role.TEAM_LEAD, Role.TEAM_MEMBER)
def team_work(request: HttpRequest) -> HttpResponse:
    """What has been given to the teams of the person."""
    page = Paginator(work_of(viewer_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "ocop/boards/team_work.html", {"page_obj": page, "today": clock.today()})


def turn_words(subject: Subject) -> dict[str, str]:
    """Whose turn it is, in words, by the value of `Turn`."""
    if subject is PRODUCTS:
        words = {
            Turn.RENEW: _("Chủ thể: giấy sắp hết hạn, nộp hồ sơ đánh giá lại"),
            Turn.REJECTED: _("Chủ thể: sàn chưa nhận hoặc tạm ẩn tin, sửa tin"),
            Turn.WAITING: _("Sàn: đang chờ sàn nhận hoặc duyệt"),
            Turn.LOOK: _("Cán bộ: trang đã gắn mà 30 ngày qua chưa ai thấy đang bán"),
            Turn.ABSENT: _("Chủ thể và tổ: chưa có tin trên sàn còn thiếu"),
        }
        return {each.value: words[each] for each in PRODUCT_TURNS}
    words = {
        Turn.SHARED: _("Cán bộ xã: số điện thoại dùng chung, cần xem"),
        Turn.LOOK: _("Cán bộ: đã khai gian hàng, chưa ai xác minh"),
        Turn.DEAD: _("Hộ: gian hàng không còn trên sàn, mở lại"),
        Turn.ABSENT: _("Tổ: hộ chưa có gian hàng"),
    }
    return {each.value: words[each] for each in HOUSEHOLD_TURNS}


def _kinds(current: str) -> list[dict[str, Any]]:
    names = {"san-pham": _("Sản phẩm OCOP"), "ho": _("Hộ sản xuất")}
    return [
        {"label": label, "url": f"{reverse('board_work')}?loai={kind}", "current": kind == current}
        for kind, label in names.items()
    ]


def _groups(turns: dict[str, str], chosen: dict[str, str]) -> list[dict[str, Any]]:
    given = {"chua": _("Chưa giao"), "roi": _("Đã giao")}
    return [
        {
            "label": label,
            "name": name,
            "single": True,
            "options": [
                {"value": value, "label": words, "checked": chosen[name] == value}
                for value, words in {"": _("Tất cả"), **options}.items()
            ],
        }
        for label, name, options in ((_("Đến lượt ai"), "luot", turns), (_("Giao cho tổ"), "giao", given))
    ]


def _row(row: Any, subject: Subject, turns: dict[str, str], ticked: set[int]) -> dict[str, Any]:
    is_product = subject is PRODUCTS
    return {
        "pk": row.pk,
        "label": row.name if is_product else _("Hộ số %(number)s") % {"number": row.pk},
        "place": place_words(row) if is_product else f"{row.hamlet}, {row.commune}",
        "url": reverse("board_product", args=[row.pk]) if is_product else "",
        "turn": turns[row.turn],
        "team": row.team_name,
        "note": row.assigned_note,
        "due_on": row.due_on,
        "assignment": row.assignment_id,
        "is_ticked": row.pk in ticked,
    }
