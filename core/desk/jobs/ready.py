"""What the queue page registers once, when the ground storey gets ready."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from core.audit.registry import register_objects, register_vocabulary
from core.desk.jobs.queries import queue_todos
from core.desk.jobs.rules import can_see_queue
from core.desk.registry import register_section, register_todos
from core.jobs.registry import register_periodic
from core.jobs.work.upkeep import prune


def get_jobs_ready() -> None:
    """The words of the trail, the daily tidying, the to-do of operators, and the section."""
    register_objects({"job": "việc nền"})
    register_vocabulary({"job.run_again": "chạy lại việc nền", "job.cancelled": "huỷ việc nền"})
    register_periodic("jobs.prune", timedelta(days=1), prune, label="dọn việc nền đã xong", at=time(2, 30))
    register_todos(queue_todos)
    register_section(
        _("Việc nền"), "jobs", can_see_queue, about=_("Hàng chờ, việc không xong và lý do, máy đang chạy."), order=80
    )
