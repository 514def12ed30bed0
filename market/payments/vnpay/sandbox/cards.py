"""Banks and test cards: the four that VNPAY publishes for its sandbox, and one of our own for every other code.

The published list names the cards, not their codes: 51 and 12 are VNPAY's codes for these cases, and an
expired card has none of its own, so it ends with 99 (other error).
"""

from __future__ import annotations

from dataclasses import dataclass

BANKS = {
    "NCB": "Thẻ ngân hàng NCB",
    "VIETCOMBANK": "Thẻ ngân hàng Vietcombank",
    "AGRIBANK": "Thẻ ngân hàng Agribank",
    "VIETINBANK": "Thẻ ngân hàng VietinBank",
    "BIDV": "Thẻ ngân hàng BIDV",
    "INTCARD": "Thẻ quốc tế",
}
OTP = "123456"
MOST_WRONG_OTPS = 3


@dataclass(frozen=True)
class Card:
    """What paying with it ends in, in VNPAY's two codes; `label` is what the page calls this card."""

    number: str
    response_code: str
    label: str
    transaction_status: str = "02"


CARDS = (
    Card("9704198526191432198", "00", "Thẻ trả được", "00"),
    Card("9704195798459170488", "51", "Thẻ không đủ số dư"),
    Card("9704193370791314", "12", "Thẻ bị khóa"),
    Card("9704194841945513", "99", "Thẻ hết hạn"),
    Card("9704000000000007", "07", "Đã trừ tiền, bị nghi ngờ gian lận", "07"),
    Card("9704000000000009", "09", "Chưa đăng ký Internet Banking"),
    Card("9704000000000010", "10", "Sai thông tin thẻ quá 3 lần"),
    Card("9704000000000065", "65", "Quá hạn mức trong ngày"),
    Card("9704000000000075", "75", "Ngân hàng bảo trì"),
    Card("9704000000000079", "79", "Sai mật khẩu thanh toán quá số lần"),
    Card("9704000000000004", "99", "Đã trừ tiền ở ngân hàng, VNPAY chưa nhận (giao dịch đảo)", "04"),
)


def card_of(typed: str) -> Card | None:
    """The test card with this number, spaces and hyphens forgiven."""
    digits = typed.replace(" ", "").replace("-", "")
    return next((card for card in CARDS if card.number == digits), None)
