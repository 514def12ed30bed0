"""What the slice tells the rest of the house once."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import register_section, register_todos
from core.messages.registry import register_message_kind
from core.people.reveal.registry import Revealable, register_revealable
from market.reports.kinds import KINDS
from market.reports.queries import contact_of_report, report_todos
from market.reports.rules import HANDLERS


def register() -> None:
    """The desk's section, to-dos, messages, words of the trail."""
    for kind in KINDS:
        register_message_kind(kind)
    register_todos(report_todos)
    register_section(
        "Phản ánh",
        "report_desk",
        lambda viewer: viewer.has_role(*HANDLERS),
        about="Trả lời phản ánh trong 24 giờ, gỡ tin sai, xét đề nghị bán lại.",
        order=35,
    )
    register_revealable("report-contact", Revealable("Cách liên hệ người gửi", contact_of_report, is_phone=False))
    register_objects({"report": "phản ánh", "takedown": "lần gỡ tin"})
    register_vocabulary(
        {
            "report.taken": "nhận phản ánh",
            "report.answered": "trả lời phản ánh",
            "takedown.made": "gỡ tin xuống",
            "takedown.appealed": "đề nghị bán lại",
            "takedown.appeal_decided": "quyết đề nghị bán lại",
            "listing.taken_down": "tin bị gỡ xuống",
            "listing.put_back": "tin được bán lại",
        }
    )
