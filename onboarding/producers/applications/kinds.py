"""What is told to applicants."""

from __future__ import annotations

from core.messages.contract import Channel, Purpose
from core.messages.registry import MessageKind

APPLICATION_ANSWERED = MessageKind(
    code="application.answered",
    label="Xã trả lời đơn đăng ký bán hàng",
    purpose=Purpose.SERVICE,
    templates={Channel.INBOX: "onboarding/producers/applications/messages/answered.txt"},
)
