"""What visits tell the rest of the house when it starts."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import Room, register_section
from core.events.registry import subscribe
from core.places.events import MapTurned
from core.places.registry import register_use
from onboarding.teams.rules import READERS
from onboarding.visits.actions import follow_map
from onboarding.visits.queries import households_without_account
from onboarding.visits.registry import FollowUp, register_follow_up


def register() -> None:
    """Called once, from the app's `ready()`."""
    subscribe(MapTurned, follow_map)
    register_use("onboarding.Visit", "lượt đến nhà")
    register_use("onboarding.TrainingSession", "buổi hướng dẫn")
    register_objects({"visit": "lượt đến nhà", "training_session": "buổi hướng dẫn"})
    register_vocabulary(
        {
            "visit.logged": "ghi lượt đến nhà",
            "visit.changed": "sửa lượt đến nhà",
            "session.logged": "ghi buổi hướng dẫn",
            "session.changed": "sửa buổi hướng dẫn",
        }
    )
    register_follow_up(FollowUp("no_account", "Chưa có gian hàng", households_without_account, order=10))
    register_section(
        "Tổ công nghệ số",
        "teams",
        lambda viewer: viewer.has_role(*READERS),
        about="Tổ nào đang có, tổ nào hoạt động, ấp nào chưa có tổ, và tổ đã đến những đâu.",
        order=40,
        room=Room.COMMUNE,
    )
