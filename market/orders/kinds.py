"""What selling has to say about orders."""

from __future__ import annotations

from core.messages.contract import Channel, Purpose
from core.messages.registry import MessageKind

ORDER_PAID = MessageKind(
    code="order.paid",
    label="Đơn đã trả tiền",
    purpose=Purpose.SERVICE,
    templates={Channel.INBOX: "market/orders/messages/paid.txt"},
)
