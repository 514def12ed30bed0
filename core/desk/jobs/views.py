"""The queue page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.desk.jobs.rules import READERS, can_change_queue
from core.jobs import queries
from core.jobs.actions import cancel_job, run_content_tasks_again, run_jobs_again
from core.jobs.library import content_task_counts
from core.jobs.models import Job
from core.jobs.registry import job_kind, label_of
from core.people.queries import Viewer, viewer_of
from core.people.views import for_roles

PER_PAGE = 25
AT_ONCE = 1000
STATES = {
    "cho": (Job.State.WAITING, Job.State.RUNNING),
    "khong-xong": (Job.State.FAILED,),
    "da-huy": (Job.State.CANCELLED,),
    "xong": (Job.State.DONE,),
}


@require_safe
@never_cache
@for_roles(*READERS)
def queue(request: HttpRequest) -> HttpResponse:
    """The whole queue: by kind, what runs, what failed, the workers, the schedule."""
    viewer = viewer_of(request)
    context = {
        "may_change": can_change_queue(viewer),
        "worker_late": queries.is_worker_late(),
        "lines": queries.queue_lines(),
        "failures": queries.failure_groups(),
        "most_failures": queries.MOST_GROUPS,
        "running": queries.running_jobs(),
        "content": content_task_counts(),
        "workers": queries.workers(),
        "schedule": queries.schedule(),
    }
    return render(request, "core/desk/jobs/queue.html", context)


@require_safe
@never_cache
@for_roles(*READERS)
def jobs_of_kind(request: HttpRequest, name: str) -> HttpResponse:
    """The jobs of one kind, by state."""
    viewer = viewer_of(request)
    chosen = request.GET.get("trang-thai", "cho")
    if chosen not in STATES:
        chosen = "cho"
    found = queries.jobs_of(name, STATES[chosen])
    if job_kind(name) is None and not queries.jobs_of(name, Job.State.values).exists():
        raise Http404
    context = {
        "may_change": can_change_queue(viewer),
        "name": name,
        "label": label_of(name),
        "states": _state_tabs(chosen),
        "page_obj": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "core/desk/jobs/kind.html", context)


def _state_tabs(chosen: str) -> list[dict[str, object]]:
    labels = {
        "cho": _("Đang chờ, đang làm"),
        "khong-xong": _("Không xong"),
        "da-huy": _("Đã huỷ"),
        "xong": _("Đã xong"),
    }
    return [{"label": label, "url": f"?trang-thai={code}", "current": code == chosen} for code, label in labels.items()]


@require_POST
@for_roles()
def run_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One failed or cancelled job back into the queue."""
    _say_how_many(request, run_jobs_again(job_ids=[pk], by_id=_operator(viewer_of(request))))
    return redirect("jobs")


@require_POST
@for_roles()
def run_group_again(request: HttpRequest) -> HttpResponse:
    """All failed jobs of one kind with one cause (at most a thousand at a time)."""
    ids = queries.failed_ids(request.POST.get("name", ""), request.POST.get("code", ""), AT_ONCE)
    _say_how_many(request, run_jobs_again(job_ids=ids, by_id=_operator(viewer_of(request))))
    if len(ids) == AT_ONCE:
        messages.warning(request, _("Mỗi lần chạy lại nhiều nhất 1.000 việc. Nếu còn, hãy bấm lần nữa."))
    return redirect("jobs")


@require_POST
@for_roles()
def run_content_again(request: HttpRequest) -> HttpResponse:
    """Wagtail's failed tasks back into the queue."""
    _say_how_many(request, run_content_tasks_again(by_id=_operator(viewer_of(request))))
    return redirect("jobs")


@require_POST
@for_roles()
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A waiting job out of the queue."""
    if cancel_job(job_id=pk, by_id=_operator(viewer_of(request))):
        messages.success(request, _("Đã huỷ việc này. Muốn làm lại, hãy mở danh sách đã huỷ và bấm «Chạy lại»."))
    else:
        messages.warning(request, _("Việc này không còn chờ: đang làm hoặc đã kết thúc, nên không huỷ được."))
    return redirect("jobs")


def _say_how_many(request: HttpRequest, number: int) -> None:
    if number:
        text = ngettext("Đã đưa %(number)s việc vào hàng chờ.", "Đã đưa %(number)s việc vào hàng chờ.", number)
        messages.success(request, text % {"number": number})
    else:
        messages.warning(request, _("Không có việc nào để chạy lại: có thể đã chạy lại rồi, hoặc việc mới đang chờ."))


def _operator(viewer: Viewer) -> int:
    assert viewer.user_id is not None
    return viewer.user_id
