"""The only file that knows the task library (django-tasks, django-tasks-db).

Its table is the waking queue: a row that becomes due makes a worker look. Rows of ours carry a job's id and nothing else
and are gone as soon as the job is claimed; the other rows are Wagtail's own tasks (search index and references of pages,
files to delete), which our worker runs too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django_tasks import TaskContext, task
from django_tasks_db.compat import DEFAULT_TASK_BACKEND_ALIAS, TaskResultStatus
from django_tasks_db.models import DBTaskResult, DBTaskResultQuerySet

from core.kit import clock

MAX_CONTENT_TRIES = 5


@task()
def wake_up(job_id: str) -> None:
    """The row that announces a job. Our worker reads it and never calls this; the library's own worker must not run."""
    raise RuntimeError("jobs are run by `manage.py work`, not by the library's worker")


@dataclass(frozen=True)
class ContentTask:
    """A claimed task of Wagtail. `started_at` is the fence: only the latest claim writes the outcome."""

    row: Any
    started_at: datetime
    tries: int


def make_call(job_id: UUID, *, run_after: datetime | None, priority: int) -> UUID:
    """A row that wakes a worker for this job, at once or after a moment; in the caller's transaction."""
    return UUID(wake_up.using(run_after=run_after, priority=priority).enqueue(str(job_id)).id)


def drop_calls(call_ids: Iterable[UUID | None]) -> None:
    """Take rows back that are no longer needed."""
    _rows().filter(pk__in=[each for each in call_ids if each]).delete()


def existing_calls(call_ids: Collection[UUID]) -> set[UUID]:
    """Those of the rows that are still there and ready."""
    return set(_rows().filter(pk__in=call_ids, status=TaskResultStatus.READY).values_list("pk", flat=True))


def is_call_due() -> bool:
    """A cheap look that takes no lock."""
    return _rows().ready().exists()


def lock_due_call(passed_over: Collection[UUID]) -> Any:
    """The next due row, locked until the end of the transaction; rows that others hold are skipped. None: nothing due."""
    return _rows().ready().exclude(pk__in=passed_over).get_locked()


def job_id_of(call: Any) -> UUID | None:
    """The job that a row announces; None for a task of Wagtail."""
    return UUID(call.args_kwargs["args"][0]) if call.task_path == wake_up.module_path else None


def claim_content_task(call: Any, worker: str) -> ContentTask:
    """Take a task of Wagtail for this worker; inside the transaction that locked the row."""
    call.claim(worker)
    return ContentTask(call, call.started_at, len(call.worker_ids))


def run_content_task(claimed: ContentTask) -> None:
    """Call the task's function; raises what it raises."""
    result = claimed.row.task_result
    context = [TaskContext(task_result=result)] if result.task.takes_context else []
    result.task.call(*context, *result.args, **result.kwargs)


def settle_content_task(claimed: ContentTask, *, error: str, retry_at: datetime) -> bool:
    """Write the outcome (`error` empty: done), unless the claim was lost meanwhile. Five failures are the end."""
    outcome: dict[str, Any] = {"finished_at": clock.now(), "exception_class_path": error}
    if not error:
        outcome["status"] = TaskResultStatus.SUCCESSFUL
    elif claimed.tries < MAX_CONTENT_TRIES:
        outcome |= {"status": TaskResultStatus.READY, "run_after": retry_at, "finished_at": None}
    else:
        outcome["status"] = TaskResultStatus.FAILED
    mine = _rows().filter(pk=claimed.row.pk, status=TaskResultStatus.RUNNING, started_at=claimed.started_at)
    return bool(mine.update(**outcome))


def give_back_content_tasks(living: set[str], silent_since: datetime) -> int:
    """Make tasks of Wagtail ready again whose worker is not among the living; returns how many."""
    given = 0
    for row in _rows().filter(status=TaskResultStatus.RUNNING, started_at__lt=silent_since):
        if row.worker_ids and row.worker_ids[-1] in living:
            continue
        ended = len(row.worker_ids) >= MAX_CONTENT_TRIES
        status = TaskResultStatus.FAILED if ended else TaskResultStatus.READY
        held = _rows().filter(pk=row.pk, status=TaskResultStatus.RUNNING, started_at=row.started_at)
        given += held.update(
            status=status, finished_at=clock.now() if ended else None, exception_class_path="worker_lost"
        )
    return given


def try_content_tasks_again() -> int:
    """Make failed tasks of Wagtail ready again; returns how many."""
    failed = _rows().filter(status=TaskResultStatus.FAILED)
    return failed.update(status=TaskResultStatus.READY, run_after=clock.now(), finished_at=None, worker_ids=[])


def content_task_counts() -> dict[str, int]:
    """How many tasks of Wagtail are waiting, running and failed."""
    content = _rows().exclude(task_path=wake_up.module_path)
    return {
        "waiting": content.filter(status=TaskResultStatus.READY).count(),
        "running": content.filter(status=TaskResultStatus.RUNNING).count(),
        "failed": content.filter(status=TaskResultStatus.FAILED).count(),
    }


def prune_results(*, done_after: timedelta, failed_after: timedelta) -> int:
    """Delete results older than this; returns how many."""
    now, rows = clock.now(), _rows()
    done = rows.filter(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=now - done_after).delete()[0]
    return int(done + rows.filter(status=TaskResultStatus.FAILED, finished_at__lt=now - failed_after).delete()[0])


def _rows() -> DBTaskResultQuerySet:
    return DBTaskResult.objects.filter(backend_name=DEFAULT_TASK_BACKEND_ALIAS)
