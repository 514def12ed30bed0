"""The test cards that VNPAY publishes for its sandbox, all of bank NCB, with what happens when they pay.

The published list names the cards, not their codes: 51 and 12 are VNPAY's codes for these cases, and an
expired card has none of its own, so it ends with 99 (other error).
"""

from __future__ import annotations

from dataclasses import dataclass

BANK = "NCB"
OTP = "123456"
MOST_WRONG_OTPS = 3


@dataclass(frozen=True)
class Card:
    """`response_code` is VNPAY's; `label` is what the page calls this card."""

    number: str
    response_code: str
    label: str


CARDS = (
    Card("9704198526191432198", "00", "Thẻ trả được"),
    Card("9704195798459170488", "51", "Thẻ không đủ số dư"),
    Card("9704193370791314", "12", "Thẻ bị khóa"),
    Card("9704194841945513", "99", "Thẻ hết hạn"),
)


def card_of(typed: str) -> Card | None:
    """The test card with this number, spaces and hyphens forgiven."""
    digits = typed.replace(" ", "").replace("-", "")
    return next((card for card in CARDS if card.number == digits), None)
