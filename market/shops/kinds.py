"""What is told about shops."""

from __future__ import annotations

from core.messages.contract import Channel, Purpose
from core.messages.registry import MessageKind

BANK_CHANGED = MessageKind(
    code="shop.bank_changed",
    label="Tài khoản nhận tiền đã đổi",
    purpose=Purpose.SERVICE,
    templates={Channel.INBOX: "market/shops/messages/bank_changed.txt"},
)
