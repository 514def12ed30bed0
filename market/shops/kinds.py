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
MAKER_ASKED = MessageKind(
    code="shop.maker_asked",
    label="Gian hàng chung hỏi bán hàng của bạn",
    purpose=Purpose.SERVICE,
    templates={Channel.INBOX: "market/shops/messages/maker_asked.txt"},
)
MAKER_ANSWERED = MessageKind(
    code="shop.maker_answered",
    label="Nhà sản xuất trả lời gian hàng chung",
    purpose=Purpose.SERVICE,
    templates={Channel.INBOX: "market/shops/messages/maker_answered.txt"},
)
