"""What this slice tells the registries of others; called once from `ready()`."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import Room, register_section, register_todos
from core.events.registry import subscribe
from core.imports.registry import register_import_kind
from core.places.events import MapTurned
from onboarding.consent.events import ConsentsRecorded
from onboarding.households.events import HouseholdsChanged, HouseholdsEnded
from onboarding.opening.actions.moving import follow_map
from onboarding.opening.actions.withdrawing import (
    on_consents_recorded,
    on_households_changed,
    on_households_ended,
)
from onboarding.opening.kind import OpeningKind
from onboarding.opening.queries.tasks import opening_todos, refused_by_platform, with_dead_account, without_account
from onboarding.opening.rules import READERS
from onboarding.visits.registry import FollowUp, register_follow_up


def register() -> None:
    """Words of the trail, the section of the commune's desk, follow-ups and to-dos, the kind of import."""
    register_objects({"opening_batch": "lô mở gian hàng"})
    register_vocabulary(
        {
            "opening.batch_made": "lập lô mở gian hàng",
            "opening.sheet_taken": "tải bảng mở gian hàng",
            "opening.phone_given": "đưa tên, điện thoại của hộ cho sàn mở gian hàng",
            "opening.batch_sent": "gửi lô mở gian hàng cho sàn",
            "opening.batch_ended": "kết thúc lô mở gian hàng",
            "opening.line_withdrawn": "rút hộ khỏi lô mở gian hàng",
            "opening.told_to_stop": "báo sàn dừng mở gian hàng",
            "opening.results_confirmed": "xác nhận tệp kết quả của sàn",
            "opening.answered": "ghi trả lời của sàn về gian hàng",
            "opening.answer_undone": "hoàn tác trả lời của sàn về gian hàng",
        }
    )
    register_section(
        "Mở gian hàng",
        "opening",
        lambda viewer: viewer.has_role(*READERS),
        about="Lập lô hộ đã đồng ý, gửi bảng cho sàn, nhập kết quả sàn trả về.",
        order=60,
        room=Room.COMMUNE,
    )
    register_todos(opening_todos)
    register_import_kind(OpeningKind())
    register_follow_up(FollowUp("no_account", "Chưa có gian hàng", without_account, order=10))
    register_follow_up(FollowUp("opening_refused", "Sàn chưa mở gian hàng", refused_by_platform, order=20))
    register_follow_up(FollowUp("dead_account", "Gian hàng chết", with_dead_account, order=30))
    subscribe(ConsentsRecorded, on_consents_recorded)
    subscribe(MapTurned, follow_map)
    subscribe(HouseholdsChanged, on_households_changed)
    subscribe(HouseholdsEnded, on_households_ended)
