"""What a payment provider must do. VNPAY is the one there is; what is true of all payments is in `actions`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from market.payments.models import PaymentAttempt, Refund


@dataclass(frozen=True)
class Result:
    """What a provider says about one attempt, after its message was authenticated.

    `outcome` is one of: paid, under_review, failed, waiting. `amount` is whole đồng or None when the provider did
    not say. The codes are the provider's own, kept for people.
    """

    outcome: str
    amount: int | None
    response_code: str = ""
    transaction_status: str = ""
    transaction_no: str = ""
    bank_code: str = ""
    pay_date: str = ""


@dataclass(frozen=True)
class RefundResult:
    """What a provider says about one refund, after its message was authenticated.

    `outcome` is one of: succeeded, pending (accepted, the bank is at it), failed, unknown. `amount` is whole đồng or None when
    the provider did not say.
    """

    outcome: str
    amount: int | None
    response_code: str = ""
    transaction_status: str = ""
    transaction_no: str = ""


class PaymentProvider(Protocol):
    """The operations; none changes a payment by itself."""

    def pay_page(self, attempt: PaymentAttempt) -> str:
        """The address of the provider's page for a committed attempt."""

    def ask(self, attempt: PaymentAttempt) -> Result:
        """Ask the provider what became of an attempt. Raises core.kit.outbound.OutboundError."""

    def refund(self, refund: Refund) -> RefundResult:
        """Send a committed refund, once. Raises core.kit.outbound.NotSent when it surely did not leave, any other
        OutboundError when nobody knows."""

    def ask_refund(self, refund: Refund) -> RefundResult:
        """Ask what became of an accepted refund. Raises core.kit.outbound.OutboundError."""
