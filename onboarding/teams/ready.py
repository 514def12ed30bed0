"""What teams tell the rest of the house when it starts."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import register_todos
from core.events.registry import subscribe
from core.places.events import MapTurned
from core.places.registry import register_use
from onboarding.teams.actions.moving import follow_map
from onboarding.teams.todos import team_todos


def register() -> None:
    """Called once, from the app's `ready()`; grants have followed the map by then (core subscribes first)."""
    subscribe(MapTurned, follow_map)
    register_use("onboarding.Team", "tổ công nghệ số")
    register_use("onboarding.TeamHamlet", "ấp của tổ công nghệ số")
    register_todos(team_todos)
    register_objects({"team": "tổ công nghệ số"})
    register_vocabulary(
        {
            "team.founded": "lập tổ công nghệ số",
            "team.ended": "kết thúc tổ công nghệ số",
            "team.settled": "giữ tổ công nghệ số như cũ",
            "team.moved": "tổ công nghệ số theo địa giới mới",
            "team.member_added": "thêm thành viên tổ",
            "team.member_ended": "thành viên thôi ở tổ",
            "team.lead_made": "cử tổ trưởng",
            "team.lead_unmade": "thôi tổ trưởng",
            "team.hamlet_assigned": "giao ấp cho tổ",
            "team.hamlet_ended": "thôi giao ấp cho tổ",
            "team.rights_given_again": "cấp lại quyền theo tổ",
        }
    )
