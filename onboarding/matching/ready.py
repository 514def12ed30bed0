"""What the slice tells the rest of the house once."""

from __future__ import annotations

from datetime import timedelta

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import Room, register_section, register_todos
from core.events.registry import subscribe
from core.jobs.registry import register_job, register_periodic
from core.people.reveal.registry import Revealable, register_revealable
from onboarding.households.events import HouseholdsChanged, HouseholdsEnded
from onboarding.matching.actions.finding import JOB, follow_change, follow_end
from onboarding.matching.jobs import find, look_again, recount_phones
from onboarding.matching.queries.pairs import todos
from onboarding.matching.queries.phones import shared_phone
from onboarding.matching.registry import register_staying
from onboarding.matching.rules.rights import DECIDERS


def register() -> None:
    """Events, jobs, the commune's section and to-dos, words of the trail."""
    subscribe(HouseholdsChanged, follow_change)
    subscribe(HouseholdsEnded, follow_end)
    # A sample is drawn from exactly these households: its rows are evidence, not history to be carried along.
    register_staying("onboarding.Revisit")
    register_job(JOB, find, label="tìm hộ có thể trùng", priority=-20)
    register_periodic("matching.look_again", timedelta(hours=1), look_again, label="so lại hộ mới ghi")
    register_periodic(
        "matching.recount_phones", timedelta(hours=6), recount_phones, label="đếm lại điện thoại dùng chung"
    )
    register_section(
        "Hộ có thể trùng",
        "duplicates",
        lambda viewer: viewer.has_role(*DECIDERS),
        about="So hai hộ giống nhau, gộp hoặc ghi là hai hộ khác nhau; điện thoại quá ba hộ dùng.",
        order=40,
        room=Room.COMMUNE,
    )
    register_todos(todos)
    register_revealable("shared-phone", Revealable("Số điện thoại dùng chung", shared_phone))
    register_objects({"duplicate_pair": "cặp hộ có thể trùng", "shared_phone": "điện thoại dùng chung"})
    register_vocabulary(
        {
            "duplicate.distinct": "ghi là hai hộ khác nhau",
            "duplicate.asked_again": "hỏi lại cặp hộ vì có điểm giống mới",
            "household.merged": "gộp hộ",
            "household.unmerged": "tách lại hộ đã gộp",
            "phone.flagged": "đánh dấu điện thoại dùng chung",
            "phone.cleared": "cho phép dùng chung điện thoại",
        }
    )
