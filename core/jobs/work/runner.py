"""Running one claimed thing and naming what went wrong."""

from __future__ import annotations

import logging
import time
import traceback
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils.translation import gettext as _

from core.jobs import library
from core.jobs.library import ContentTask
from core.jobs.registry import GiveUp, TryLater, job_kind
from core.jobs.work.claims import LEASE, ClaimedJob, Failure, claim_next, pause_after, settle
from core.kit import clock
from core.kit.origin import WORKER, running
from core.kit.outbound import OutboundError

log = logging.getLogger(__name__)
HERE = "this process"


def run_waiting_jobs(limit: int = 10_000) -> int:
    """Run everything that is due now, one after the other, in this process; returns how many tries were made.

    For `work --once` and tests; what fails waits for its next try.
    """
    for number in range(limit):
        claimed = claim_next(HERE, LEASE)
        if claimed is None:
            return number
        perform(claimed)
    return limit


def perform(claimed: ClaimedJob | ContentTask) -> None:
    """Run it and write its outcome. Raises nothing that the job raised."""
    with running(WORKER, str(claimed.id) if isinstance(claimed, ClaimedJob) else ""):
        failure = _failure_of(claimed)
    for pause in (0.2, 1.0, 0.0):
        try:
            if isinstance(claimed, ContentTask):
                retry_at = clock.now() + pause_after(claimed.tries)
                library.settle_content_task(claimed, error=failure.code if failure else "", retry_at=retry_at)
            else:
                settle(claimed, failure)
            return
        except DatabaseError:
            # The work is done but its outcome is not noted: worth another look before it is all done again.
            log.exception("an outcome could not be written")
            close_old_connections()
            time.sleep(pause)


def _failure_of(claimed: ClaimedJob | ContentTask) -> Failure | None:
    try:
        if isinstance(claimed, ContentTask):
            library.run_content_task(claimed)
            return None
        kind = job_kind(claimed.name)
        if kind is None:
            # Another version may have asked for it: it waits until a worker knows it.
            return Failure("unknown_job", _("Phiên bản đang chạy không biết loại việc này. Hãy cập nhật máy chủ."))
        kind.run(claimed.arguments)
    except GiveUp as reason:
        return Failure(reason.code, reason.sentence, is_permanent=True)
    except TryLater as reason:
        return Failure(reason.code, reason.sentence, after=reason.after)
    except BaseException as problem:
        log.exception("a job failed: %s", claimed.name if isinstance(claimed, ClaimedJob) else claimed.row.task_path)
        return Failure(code_of(problem), sentence_of(problem), is_permanent=getattr(problem, "permanent", False))
    return None


def code_of(problem: BaseException) -> str:
    """The class and the last place in our own code: "IntegrityError core/files/actions.py:41". Never the message, which
    may quote what people wrote."""
    ours = [
        f"{Path(frame.filename).relative_to(settings.BASE_DIR)}:{frame.lineno}"
        for frame in traceback.extract_tb(problem.__traceback__)
        if Path(frame.filename).is_relative_to(settings.BASE_DIR) and "site-packages" not in frame.filename
    ]
    return " ".join([type(problem).__name__, *ours[-1:]])


def sentence_of(problem: BaseException) -> str:
    """What to tell people about a failure that the job itself did not explain."""
    if isinstance(problem, OutboundError):
        return str(_("Máy chủ bên ngoài không trả lời hoặc từ chối."))
    if isinstance(problem, DatabaseError):
        return str(_("Cơ sở dữ liệu bận hoặc không nhận thay đổi này."))
    return str(_("Chương trình gặp tình huống chưa lường trước. Người vận hành cần xem nhật ký máy chủ."))
