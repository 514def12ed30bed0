"""What selling has to say about platforms."""

from __future__ import annotations

from core.messages.contract import Channel, Purpose
from core.messages.registry import MessageKind

LISTING_REFUSED = MessageKind(
    code="listing.refused",
    label="Sàn chưa nhận tin",
    purpose=Purpose.SERVICE,
    templates={Channel.INBOX: "market/platforms/messages/refused.txt"},
)
