"""What is told to people who act for producers."""

from __future__ import annotations

from core.messages.contract import Channel, Purpose
from core.messages.registry import MessageKind

MEMBER_ADDED = MessageKind(
    code="member.added",
    label="Được giúp bán hoặc làm thay",
    purpose=Purpose.SERVICE,
    templates={Channel.INBOX: "onboarding/producers/messages/added.txt"},
)
