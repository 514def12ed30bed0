"""Snapshots on the boards: freezing, signing, restating, what differs from the last one, the page to print."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.people.queries import STAFF_ROLES, Viewer, viewer_of
from core.people.views import for_roles
from core.places.models import Level, Unit
from ocop.frames.tabs import board_tabs
from ocop.indicators.queries import areas_of
from ocop.snapshots.actions import FREEZE_JOB, REFUSED, SnapshotRefused, begin_snapshot, restate, sign
from ocop.snapshots.capturing import codes_of
from ocop.snapshots.exports import in_order
from ocop.snapshots.forms import MakeForm, RestateForm
from ocop.snapshots.models import Snapshot
from ocop.snapshots.queries import (
    are_rows_comparable,
    changed_rows,
    failure_of,
    figure_differences,
    inner_figures_of,
    lost_rows,
    previous_of,
    snapshots_visible_to,
    waiting_for,
)
from ocop.snapshots.registry import beside_of
from ocop.snapshots.rules import MAKERS, SIGNERS, can_make, can_restate, can_sign
from ocop.snapshots.summing import whole_of
from ocop.snapshots.wording import (
    area_name,
    difference_line,
    facts_of,
    figure_line,
    moved_line,
    signatures_of,
    state_of,
)

PER_PAGE, SHOWN = 50, 20
FORM = ["GET", "HEAD", "POST"]
COUNTRY = "VN"
reader_page, maker_page = for_roles(*STAFF_ROLES), for_roles(*MAKERS)


@require_safe
@never_cache
@reader_page
def snapshots(request: HttpRequest) -> HttpResponse:
    """What was frozen of the area, the latest day first."""
    viewer = viewer_of(request)
    page = Paginator(snapshots_visible_to(viewer), PER_PAGE).get_page(request.GET.get("page"))
    to_sign = waiting_for(viewer)[:SHOWN] if viewer.has_role(*SIGNERS) else []
    context = {
        "space_items": board_tabs(request),
        "page_obj": page,
        "lines": [_line(each) for each in page.object_list],
        "to_sign": [_line(each) for each in to_sign],
        "may_make": viewer.has_role(*MAKERS),
    }
    return render(request, "ocop/snapshots/snapshots.html", context)


@require_http_methods(FORM)
@never_cache
@maker_page
def make(request: HttpRequest) -> HttpResponse:
    """Choose an area and a day; the rows are stored in the background."""
    viewer = viewer_of(request)
    form = MakeForm(_areas(viewer), request.POST if request.method == "POST" else None)
    if form.is_valid():
        code = form.cleaned_data["unit"]
        unit = None if code == COUNTRY else areas_of(viewer).get(code=code)
        try:
            made = begin_snapshot(unit=unit, on=form.cleaned_data["on"], by=viewer)
        except SnapshotRefused as refusal:
            form.add_error("on", str(refusal))
        except PermissionError as error:
            raise Http404 from error
        else:
            return redirect("snapshot", made.number)
    return render(request, "ocop/snapshots/make.html", {"space_items": board_tabs(request), "form": form})


@require_safe
@never_cache
@reader_page
def snapshot(request: HttpRequest, number: str) -> HttpResponse:
    """One snapshot: its figures, definitions, signers and digests, and what changed since the one before."""
    found = _snapshot(request, number)
    if found.frozen_at is None:
        return render(request, "ocop/snapshots/freezing.html", _shown(request, found) | _stuck(request, found))
    return render(request, "ocop/snapshots/snapshot.html", _shown(request, found) | _figures(request, found))


def _stuck(request: HttpRequest, found: Snapshot) -> dict[str, Any]:
    """What went wrong while it was frozen, and what may be done about it."""
    failure = failure_of(found, FREEZE_JOB)
    if failure is None or not can_make(viewer_of(request), found.unit):
        return {"failure": failure}
    code = found.unit.code if found.unit else COUNTRY
    return {"failure": failure, "is_refused": failure.last_error_code == REFUSED, "may_go_on": True, "unit_code": code}


def _figures(request: HttpRequest, found: Snapshot) -> dict[str, Any]:
    viewer, before = viewer_of(request), previous_of(found)
    chosen = request.GET.get("chi-tieu", "")
    code = chosen if chosen in found.definitions else codes_of(found)[0]
    # All figures are read once: for the whole area, and for what differs from the snapshot before.
    prefetch_related_objects([found], "figures")
    page = Paginator(inner_figures_of(found).filter(indicator=code), PER_PAGE).get_page(request.GET.get("page"))
    is_last = getattr(found, "restated_by", None) is None
    return {
        "whole": [figure_line(found, each) for each in in_order(found) if each.unit_code == whole_of(found)],
        "places": [figure_line(found, each) for each in page.object_list],
        "page_obj": page,
        "code": code,
        "figures_url": f"?chi-tieu={code}#whole",
        "indicators": [
            {"label": found.definitions[each][1], "url": f"?chi-tieu={each}#places", "current": each == code}
            for each in codes_of(found)
        ],
        "definitions": [(each, *found.definitions[each]) for each in codes_of(found)],
        "beside": beside_of(found),
        "before": before,
        "differences": _differences(before, found)[:SHOWN] if before else [],
        "may_sign": not found.signed_at and is_last and can_sign(viewer, found),
        "may_restate": is_last and can_restate(viewer, found),
        "may_report": is_last and found.signed_at is not None and can_make(viewer, found.unit),
    }


@require_safe
@never_cache
@reader_page
def differences(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that differs from the snapshot before: figures, and the rows that moved."""
    found = _snapshot(request, number)
    before = previous_of(found) if found.frozen_at else None
    if before is None:
        raise Http404
    context = _shown(request, found) | {"before": before, "differences": _differences(before, found)}
    if are_rows_comparable(before, found):
        page = Paginator(changed_rows(before, found), PER_PAGE).get_page(request.GET.get("page"))
        lost, codes = lost_rows(before, found), codes_of(found)
        context |= {
            "are_comparable": True,
            "page_obj": page,
            "moved": [moved_line(codes, row) for row in page.object_list],
            "lost_count": lost.count(),
            "lost": [moved_line(codes, _gone(row)) for row in lost[:PER_PAGE]],
        }
    return render(request, "ocop/snapshots/differences.html", context)


@require_safe
@never_cache
@reader_page
def printed(request: HttpRequest, number: str) -> HttpResponse:
    """All figures with definitions and room for two signatures; there is nothing to print of one that is not frozen."""
    found = _snapshot(request, number)
    if found.frozen_at is None:
        raise Http404
    whole, figures = whole_of(found), in_order(found)
    context = _shown(request, found) | {
        "whole": [figure_line(found, each) for each in figures if each.unit_code == whole],
        "places": [figure_line(found, each) for each in figures if each.unit_code != whole],
        "signatures": signatures_of(found),
        "definitions": [(each, *found.definitions[each]) for each in codes_of(found)],
    }
    return render(request, "ocop/snapshots/print.html", context)


@require_POST
@for_roles(*SIGNERS)
def sign_it(request: HttpRequest, number: str) -> HttpResponse:
    """The second person signs."""
    try:
        signed = sign(snapshot=_snapshot(request, number), by=viewer_of(request))
    except SnapshotRefused as refusal:
        messages.error(request, str(refusal))
    except PermissionError as error:
        raise Http404 from error
    else:
        done = _("Đã ký. Số liệu của bản này không đổi nữa.")
        first = _("Đã ký thứ nhất. Bản này còn chờ một cán bộ khác ký.")
        messages.success(request, done if signed.signed_at else first)
    return redirect("snapshot", number)


@require_http_methods(FORM)
@never_cache
@maker_page
def restate_it(request: HttpRequest, number: str) -> HttpResponse:
    """Freeze the same area and day once more, with the reason."""
    found = _snapshot(request, number)
    if not can_restate(viewer_of(request), found):
        raise Http404
    form = RestateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = restate(snapshot=found, note=form.cleaned_data["note"], by=viewer_of(request), in_background=True)
        except SnapshotRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("snapshot", made.number)
    return render(request, "ocop/snapshots/restate.html", _shown(request, found) | {"form": form})


def _snapshot(request: HttpRequest, number: str) -> Snapshot:
    return get_object_or_404(snapshots_visible_to(viewer_of(request)), number=number)


def _shown(request: HttpRequest, found: Snapshot) -> dict[str, Any]:
    return {
        "space_items": board_tabs(request),
        "snapshot": found,
        "area": area_name(found),
        "state": state_of(found),
        "facts": facts_of(found),
    }


def _line(found: Snapshot) -> dict[str, Any]:
    return {
        "snapshot": found,
        "area": capfirst(str(found.unit)) if found.unit else _("Cả nước"),
        "state": state_of(found),
    }


def _differences(before: Snapshot, found: Snapshot) -> list[dict[str, str]]:
    names = before.definitions | found.definitions
    return [difference_line(names, each) for each in figure_differences(before, found)]


def _gone(row: Any) -> Any:
    row.was, row.sides = row.sides, "-" * len(row.sides)
    return row


def _areas(viewer: Viewer) -> list[tuple[str, str]]:
    """The whole country for those who cover it, provinces, and the communes of one's own province."""
    found = [(COUNTRY, _("Cả nước"))] if can_make(viewer, None) else []
    units = areas_of(viewer).select_related("parent").order_by("level", "code")
    if found:
        units = units.filter(level=Level.PROVINCE)
    own: list[Unit] = [unit for unit in units if can_make(viewer, unit)]
    own.sort(key=lambda unit: (unit.level != Level.PROVINCE, unit.code))
    return found + [(unit.code, capfirst(str(unit))) for unit in own]
