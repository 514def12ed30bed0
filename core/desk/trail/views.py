"""Reading the trail: the auditors' list, one entry, a file, and what happened to my own data."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.audit.actions import note_export, read_detail
from core.audit.models import AuditEntry
from core.audit.queries import chain_state, entries_about
from core.desk.trail.forms import TrailForm
from core.desk.trail.queries import entries_visible_to, lines_of, may_read_detail, narrowed
from core.desk.trail.rules import READERS
from core.desk.trail.sheets import MOST, trail_as_csv
from core.kit import clock
from core.people.queries import viewer_of
from core.people.views import for_roles, signed_in

PER_PAGE = 25


@require_safe
@never_cache
@for_roles(*READERS)
def trail(request: HttpRequest) -> HttpResponse:
    """The entries of the reader's area, newest first, narrowed by the form."""
    viewer = viewer_of(request)
    form = TrailForm(request.GET)
    asked = form.asked()
    context = _page(request, narrowed(entries_visible_to(viewer), asked, viewer)) | {
        "form": form,
        "is_narrowed": bool(form.changed_data),
        "chain": chain_state(),
        "most": MOST,
    }
    return render(request, "core/desk/trail/list.html", context)


@require_safe
@never_cache
@for_roles(*READERS)
def trail_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same entries as a csv file. Taking them away is noted."""
    viewer = viewer_of(request)
    entries = narrowed(entries_visible_to(viewer), TrailForm(request.GET).asked(), viewer)
    note_export(count=entries[:MOST].count(), actor_id=viewer.user_id)
    response = StreamingHttpResponse(trail_as_csv(entries), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="nhat-ky-{clock.today():%Y-%m-%d}.csv"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_roles(*READERS)
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry. Posting shows, once, what the change was in words; that is noted too."""
    viewer = viewer_of(request)
    found = get_object_or_404(entries_visible_to(viewer).select_related("seal"), pk=pk)
    may_read = may_read_detail(viewer, found)
    changes = None
    if request.method == "POST":
        if not may_read:
            raise Http404
        changes = [
            {"label": label, "before": before, "after": after}
            for label, (before, after) in read_detail(entry=found, actor_id=viewer.user_id).items()
        ]
    [line] = lines_of([found])
    context = {
        "line": line,
        "may_read": may_read,
        "changes": changes,
        "seal": getattr(found, "seal", None),
    }
    return render(request, "core/desk/trail/entry.html", context)


@require_safe
@never_cache
@signed_in
def my_data(request: HttpRequest) -> HttpResponse:
    """What happened to the data of the person who asks, and of the producers and shops that are theirs."""
    user_id = viewer_of(request).user_id
    assert user_id is not None
    context = _page(request, entries_about(user_id)) | {"user_id": user_id}
    return render(request, "core/desk/trail/my_data.html", context)


def _page(request: HttpRequest, entries: QuerySet[AuditEntry]) -> dict[str, Any]:
    """One page of lines, by key: the list grows at its top while it is read, so numbered pages would slip."""
    before = request.GET.get("truoc", "")
    is_first = not (before.isdigit() and len(before) < 19)
    rows = list((entries if is_first else entries.filter(pk__lt=int(before)))[: PER_PAGE + 1])
    older = rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else None
    return {"lines": lines_of(rows[:PER_PAGE]), "older": older, "is_first": is_first, "title": _("Nhật ký")}
