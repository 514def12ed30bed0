"""What happens to payments."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class PaymentSettled(Event):
    """Verified money has arrived for this payment, for the first time."""

    payment_id: int


@dataclass(frozen=True)
class PaymentChanged(Event):
    """A payment or its attempts have moved: asked for, begun, being confirmed, failed, settled, canceled. `channel` is the
    payment's."""

    payment_id: int
    channel: str


@dataclass(frozen=True)
class RefundChanged(Event):
    """A refund was asked for, or has another state."""

    refund_id: int


@dataclass(frozen=True)
class RefundFinished(Event):
    """A refund has its result: succeeded, failed or withdrawn."""

    refund_id: int
