"""Who acts for a producer: for its owners and for the officers of its place; and whom I work for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit import clock
from core.people.models import Role
from core.people.queries import STAFF_ROLES, WORKS_FOR, Viewer, viewer_of
from core.people.views import for_roles, signed_in
from onboarding.producers.actions import MemberRefused, end_member, let_act, note_readiness
from onboarding.producers.forms import MemberForm, ReadinessForm
from onboarding.producers.models import Membership, Producer
from onboarding.producers.queries import is_owner, members_of, producers_at_work, producers_named, producers_of
from onboarding.producers.rules import RECORDERS, can_end_member, can_note_readiness, can_see_members

PER_PAGE = 25


@require_safe
@for_roles(*RECORDERS)
def producers(request: HttpRequest) -> HttpResponse:
    """The producers of an officer's area, by name: whose helpers does one want to see?"""
    words = request.GET.get("q", "")[:100]
    found = producers_named(viewer_of(request), words, *RECORDERS)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "onboarding/producers/list.html", {"page_obj": page, "q": words})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def members(request: HttpRequest, pk: int) -> HttpResponse:
    """Who may act for this producer; letting somebody else."""
    viewer = viewer_of(request)
    producer = _producer(viewer, pk)
    as_owner = is_owner(viewer, producer.pk)
    form = MemberForm(request.POST if request.method == "POST" else None, as_owner=as_owner)
    if form.is_valid() and _let_act(request, form, producer):
        return redirect("members", pk)
    today = clock.today()
    rows = [
        {
            "membership": row,
            "is_open": row.valid_to is None or row.valid_to > today,
            "may_end": (row.valid_to is None or row.valid_to > today) and can_end_member(viewer, row),
        }
        for row in members_of(producer)
    ]
    context = {
        "producer": producer,
        "form": form,
        "open_rows": [row for row in rows if row["is_open"]],
        "past_rows": [row for row in rows if not row["is_open"]],
        "is_owner": as_owner,
    }
    return render(request, "onboarding/producers/members.html", context)


def _let_act(request: HttpRequest, form: MemberForm, producer: Producer) -> bool:
    data = form.cleaned_data
    try:
        let_act(
            user=form.person,
            producer=producer,
            right=data["right"],
            how=data["how"],
            valid_to=form.valid_to,
            by=viewer_of(request),
        )
    except PermissionError:
        form.add_error("login", _("Bạn không tự ghi cho mình được. Hãy nhờ chủ hoặc một cán bộ khác."))
    except MemberRefused as refusal:
        form.add_error(None, str(refusal))
    else:
        messages.success(request, _("Đã ghi. Người này làm được từ bây giờ, và tên cả hai được lưu lại."))
        return True
    return False


@require_POST
@signed_in
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody acts for a producer no more."""
    viewer = viewer_of(request)
    membership = get_object_or_404(Membership.objects.select_related("producer__commune"), pk=pk)
    try:
        end_member(membership=membership, by=viewer)
    except PermissionError as error:
        raise Http404 from error
    messages.success(request, _("Đã kết thúc. Người này không làm thay được nữa."))
    if can_see_members(viewer, membership.producer):
        return redirect("members", membership.producer_id)
    return redirect("work_for")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def readiness(request: HttpRequest, pk: int) -> HttpResponse:
    """What a producer has for selling online, said by those who act for it or by an officer."""
    viewer = viewer_of(request)
    producer = get_object_or_404(Producer.objects.select_related("commune", "commune__parent"), pk=pk)
    if not can_note_readiness(viewer, producer):
        raise Http404
    form = ReadinessForm.showing(request.POST if request.method == "POST" else None, producer)
    is_officer = viewer.covers(producer.commune, *RECORDERS)
    if form.is_valid():
        note_readiness(producer=producer, answers=form.answers(), by=viewer)
        messages.success(request, _("Đã ghi."))
        if is_officer and producer.household_id:
            return redirect("commune_household", producer.household_id)
        return redirect("commune_readiness" if is_officer else "seller_home")
    context = {"producer": producer, "form": form, "is_officer": is_officer}
    return render(request, "onboarding/producers/readiness.html", context)


@require_safe
@signed_in
def work_for(request: HttpRequest) -> HttpResponse:
    """The producers I may act for, and which of them I work for now."""
    viewer = viewer_of(request)
    now = set(producers_at_work(viewer).values_list("pk", flat=True))
    mine = Membership.objects.filter(user_id=viewer.user_id or 0, producer__in=producers_of(viewer))
    rights: dict[int, list[Membership]] = {}
    for row in mine.order_by("-valid_from"):
        if row.valid_to is None or row.valid_to > clock.today():
            rights.setdefault(row.producer_id, []).append(row)
    rows: list[dict[str, Any]] = [
        {"producer": producer, "is_now": producer.pk in now, "memberships": rights.get(producer.pk, [])}
        for producer in producers_of(viewer)
    ]
    context = {"rows": rows, "is_staff": viewer.has_role(*STAFF_ROLES, Role.PLATFORM_OPERATOR)}
    return render(request, "onboarding/producers/work_for.html", context)


@require_POST
@signed_in
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on I work for this one of the producers I may act for."""
    producer = get_object_or_404(producers_of(viewer_of(request)), pk=pk)
    request.session[WORKS_FOR] = producer.pk
    return redirect("seller_home")


def _producer(viewer: Viewer, pk: int) -> Producer:
    producer = get_object_or_404(Producer.objects.select_related("commune", "commune__parent"), pk=pk)
    if not can_see_members(viewer, producer):
        raise Http404
    return producer
