"""What papers register once."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from core.audit.registry import register_vocabulary
from core.desk.registry import Room, register_section, register_todos
from core.jobs.registry import register_periodic
from core.messages.contract import Channel, Purpose
from core.messages.registry import MessageKind, register_message_kind
from onboarding.papers.actions import ENDING_KIND, MISMATCH_KIND, remove_stray_scans
from onboarding.papers.jobs import tell_of_ending_papers
from onboarding.papers.queries import paper_todos
from onboarding.papers.rules import CHECKERS


def register() -> None:
    """Words of the trail, the message, the daily job, to-dos, the officer's section."""
    register_vocabulary(
        {
            "paper.recorded": "ghi giấy tờ",
            "paper.checked": "so giấy tờ với bản gốc",
            "paper.mismatch": "ghi giấy tờ không khớp bản gốc",
            "paper.withdrawn": "bỏ giấy tờ đã ghi",
            "paper.restored": "lấy lại giấy tờ đã bỏ",
            "paper.scan_taken": "tải bản chụp giấy tờ",
        }
    )
    register_message_kind(
        MessageKind(
            code=ENDING_KIND,
            label="Giấy tờ sắp hết hạn",
            purpose=Purpose.SERVICE,
            templates={Channel.INBOX: "onboarding/papers/messages/ending.txt"},
        )
    )
    register_message_kind(
        MessageKind(
            code=MISMATCH_KIND,
            label="Giấy tờ không khớp bản gốc",
            purpose=Purpose.SERVICE,
            templates={Channel.INBOX: "onboarding/papers/messages/mismatch.txt"},
        )
    )
    register_periodic(
        "papers.ending", timedelta(days=1), tell_of_ending_papers, label="báo giấy tờ sắp hết hạn", at=time(7, 0)
    )
    register_periodic("papers.strays", timedelta(days=1), remove_stray_scans, label="dọn bản chụp giấy tờ bỏ dở")
    register_todos(paper_todos)
    register_section(
        _("Giấy tờ"),
        "commune_papers",
        lambda viewer: viewer.has_role(*CHECKERS),
        about=_("Giấy của người bán, chờ so với bản gốc."),
        order=28,
        room=Room.COMMUNE,
    )
