"""What the boards tell the rest of the house when it starts."""

from __future__ import annotations

from datetime import timedelta

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import register_todos
from core.jobs.registry import register_periodic
from ocop.boards.assigning import end_done
from ocop.boards.todos import assigned_households, work_todos
from onboarding.visits.registry import FollowUp, register_follow_up


def register() -> None:
    """Words of the trail, what teams have to do, and the end of what is done."""
    register_objects({"assignment": "việc giao cho tổ"})
    register_vocabulary({"assignment.made": "giao việc cho tổ", "assignment.ended": "kết thúc việc giao cho tổ"})
    register_todos(work_todos)
    register_follow_up(FollowUp("assigned", "Được giao đưa lên sàn", assigned_households, order=40))
    register_periodic("boards.assignments", timedelta(hours=1), end_done, label="Kết thúc việc đã xong của các tổ")
