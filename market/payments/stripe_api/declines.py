"""VNPAY's codes for payments that did not happen, as Stripe says them. Pure.

Source: VNPAY's table of `vnp_ResponseCode`, 2.1.0; Stripe's lists of error and decline codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Decline:
    """`is_charge`: a bank was asked and said no; otherwise the payer or the clock ended it before."""

    code: str
    message: str
    decline_code: str = ""
    is_charge: bool = True

    def error(self) -> dict[str, Any]:
        """Stripe's `last_payment_error`."""
        is_card = self.code == "card_declined"
        found: dict[str, Any] = {
            "type": "card_error" if is_card else "invalid_request_error",
            "code": self.code,
            "message": self.message,
        }
        return found | ({"decline_code": self.decline_code} if self.decline_code else {})


_DECLINES: Final = {
    "09": Decline("card_declined", "The card or account is not enrolled for internet banking.", "card_not_supported"),
    "10": Decline("payment_intent_authentication_failure", "The payer's identity could not be checked."),
    "11": Decline("payment_intent_payment_attempt_expired", "The payer did not pay in time.", is_charge=False),
    "12": Decline("card_declined", "The card or account is locked.", "restricted_card"),
    "13": Decline("payment_intent_authentication_failure", "The one-time password was wrong."),
    "24": Decline("payment_method_customer_decline", "The payer called the payment off.", is_charge=False),
    "51": Decline("card_declined", "The account has insufficient funds.", "insufficient_funds"),
    "65": Decline("card_declined", "The account is over its daily limit.", "withdrawal_count_limit_exceeded"),
    "75": Decline("payment_method_provider_timeout", "The payer's bank is under maintenance."),
    "79": Decline("card_declined", "The payment password was wrong too often.", "pin_try_exceeded"),
}
_OTHER: Final = Decline("payment_intent_payment_attempt_failed", "The payment failed.")


def decline_of(response_code: str) -> Decline:
    """What a code that is no success means."""
    return _DECLINES.get(response_code, _OTHER)
