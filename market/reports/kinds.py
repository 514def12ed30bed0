"""What is said about reports and takedowns."""

from __future__ import annotations

from core.messages.contract import Channel, Purpose
from core.messages.registry import MessageKind

KINDS = tuple(
    MessageKind(
        code=code,
        label=label,
        purpose=Purpose.SERVICE,
        templates={Channel.INBOX: f"market/reports/messages/{template}.txt"},
    )
    for code, label, template in (
        ("listing.taken_down", "Tin bị gỡ xuống", "taken_down"),
        ("appeal.decided", "Đề nghị bán lại đã xét", "appeal_decided"),
        ("report.answered", "Phản ánh đã trả lời", "answered"),
    )
)
