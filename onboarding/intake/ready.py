"""What this slice enters into the registries; called once from `AppConfig.ready()`."""

from __future__ import annotations

from datetime import time, timedelta

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import Room, register_section, register_todos
from core.events.registry import subscribe
from core.jobs.registry import register_job, register_periodic
from core.places.events import MapTurned
from core.places.registry import register_use
from onboarding.households.events import HouseholdsChanged
from onboarding.intake import forms, jobs
from onboarding.intake.actions.issues import follow_map
from onboarding.intake.actions.keeping import redact_texts
from onboarding.intake.actions.photos import erase_orphans
from onboarding.intake.actions.retrying import follow_change, try_refused
from onboarding.intake.actions.waiting import DERIVE_JOB
from onboarding.intake.models import RecordKind
from onboarding.intake.queries.issues import todos
from onboarding.intake.registry import FormVersion, register_form
from onboarding.intake.rules import OFFICERS


def register() -> None:
    """Forms, jobs, words of the trail."""
    register_form(FormVersion("household/1", RecordKind.HOUSEHOLD, forms.household_1))
    register_form(FormVersion("visit/1", RecordKind.VISIT, forms.visit_1))
    register_form(FormVersion("session/1", RecordKind.SESSION, forms.session_1))
    register_job(DERIVE_JOB, jobs.derive, label="Ghi bản từ máy thực địa vào sổ")
    register_periodic(
        "intake.derive_waiting", timedelta(minutes=1), jobs.derive_waiting, label="Tìm bản thực địa chưa vào sổ"
    )
    register_periodic(
        "intake.erase_orphans",
        timedelta(days=1),
        erase_orphans,
        label="Xóa ảnh thực địa không có bản ghi",
        at=time(3, 30),
    )
    register_periodic(
        "intake.redact_texts",
        timedelta(days=1),
        redact_texts,
        label="Lược số giấy tờ, điện thoại khỏi bản thực địa cũ",
        at=time(3, 45),
    )
    register_periodic(
        "intake.try_refused", timedelta(hours=1), try_refused, label="Ghi lại bản thực địa từng không ghi được"
    )
    subscribe(MapTurned, follow_map)
    subscribe(HouseholdsChanged, follow_change)
    register_section(
        "Tiếp nhận",
        "intake_issues",
        lambda viewer: viewer.has_role(*OFFICERS),
        about="Bản ghi thực địa cần quyết, tệp niêm phong, máy của tổ.",
        order=40,
        room=Room.COMMUNE,
    )
    register_todos(todos)
    register_use("onboarding.Submission", "bản ghi thực địa (giữ nguyên nơi đã ghi)")
    register_use("onboarding.IntakeIssue", "việc cần quyết của bản ghi thực địa")
    register_objects(
        {
            "submission": "bản ghi thực địa",
            "submission_text": "nội dung bản ghi thực địa",
            "device": "máy thực địa",
            "intake_part": "ảnh thực địa",
        }
    )
    register_vocabulary(
        {
            "device.enrolled": "ghi nhận máy thực địa",
            "device.locked": "khóa máy thực địa",
            "device.unlocked": "mở khóa máy thực địa",
            "intake.applied": "ghi bản thực địa vào sổ",
            "intake.held": "giữ bản thực địa chờ bản trước",
            "intake.forced": "ghi bản thực địa khi chưa đủ bản trước",
            "intake.refused": "không ghi được bản thực địa",
            "intake.disputed": "giữ bản thực địa gửi lại với nội dung khác",
            "intake.decided": "quyết định về bản thực địa",
            "intake.file_imported": "nhập tệp niêm phong",
            "intake.redacted": "lược số giấy tờ, điện thoại khỏi bản thực địa",
            "intake.part_erased": "xóa ảnh không có bản ghi",
        }
    )
