"""VNPAY's codes and what they mean for us. Pure tables, no rules about orders.

Source: VNPAY's tables of `vnp_ResponseCode` and `vnp_TransactionStatus`, version 2.1.0, current text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """What a message of VNPAY says about a payment."""

    PAID = "paid"
    WAITING = "waiting"  # the buyer has not finished, or VNPAY has not yet seen the payment
    UNDER_REVIEW = "under_review"  # money may have moved; VNPAY or its bank is looking: neither paid nor failed
    CANCELLED = "cancelled"  # by the buyer
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the question was not answered: change nothing, ask again later


class RefundOutcome(StrEnum):
    """What an answer says about a refund. UNKNOWN: it may have been accepted; never send it again."""

    SUCCEEDED = "succeeded"
    PENDING = "pending"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Meaning:
    """`reason` is a stable code for programs, `message` one or two Vietnamese sentences for the buyer."""

    outcome: Outcome
    reason: str
    message: str


PAID: Final = Meaning(Outcome.PAID, "paid", "Đã nhận tiền. Bạn không cần làm gì thêm.")
_WAITING: Final = Meaning(
    Outcome.WAITING, "not_finished", "Chưa có kết quả từ VNPAY. Hãy mở lại trang đơn hàng sau ít phút."
)
_UNDER_REVIEW: Final = Meaning(
    Outcome.UNDER_REVIEW,
    "under_review",
    "Ngân hàng đang kiểm tra giao dịch này. Đừng trả lần nữa: hãy chờ tin của chúng tôi.",
)
_FAILED: Final = Meaning(
    Outcome.FAILED, "failed", "Ngân hàng chưa nhận thanh toán này. Hãy thử lại hoặc chọn cách trả khác."
)
_UNKNOWN: Final = Meaning(
    Outcome.UNKNOWN, "no_answer", "Chưa hỏi được kết quả từ VNPAY. Hãy mở lại trang đơn hàng sau ít phút."
)


def _failed(reason: str, message: str, outcome: Outcome = Outcome.FAILED) -> Meaning:
    return Meaning(outcome, reason, message)


# vnp_ResponseCode of IPN and return, for payments that did not happen.
_DECLINES: Final[dict[str, Meaning]] = {
    "09": _failed(
        "not_enrolled",
        "Thẻ hoặc tài khoản chưa đăng ký Internet Banking. Hãy đăng ký với ngân hàng hoặc dùng thẻ khác.",
    ),
    "10": _failed(
        "identity_check_failed",
        "Thông tin thẻ chưa khớp sau ba lần nhập. Hãy xem lại thẻ rồi thanh toán lại.",
    ),
    "11": _failed("expired", "Đã hết thời gian thanh toán. Hãy bấm thanh toán lại.", Outcome.EXPIRED),
    "12": _failed("card_locked", "Thẻ hoặc tài khoản đang bị khóa. Hãy gọi ngân hàng hoặc dùng thẻ khác."),
    "13": _failed("wrong_otp", "Mã OTP chưa đúng. Hãy thanh toán lại và nhập mã mới nhất."),
    "24": _failed(
        "cancelled",
        "Bạn đã hủy lần thanh toán này. Đơn hàng vẫn còn: bấm thanh toán lại khi sẵn sàng.",
        Outcome.CANCELLED,
    ),
    "51": _failed("insufficient_funds", "Tài khoản không đủ số dư. Hãy nạp thêm tiền hoặc dùng thẻ khác."),
    "65": _failed("limit_exceeded", "Tài khoản đã quá hạn mức trong ngày. Hãy đợi ngày mai hoặc dùng thẻ khác."),
    "75": _failed("bank_maintenance", "Ngân hàng đang bảo trì. Hãy thử lại sau hoặc chọn ngân hàng khác."),
    "79": _failed(
        "wrong_password", "Mật khẩu thanh toán chưa đúng quá số lần cho phép. Hãy thử lại hoặc dùng thẻ khác."
    ),
}

# vnp_TransactionStatus that decides whatever the response code says: 04 debited but not settled, 07 suspected
# fraud.
_REVIEWED_STATUSES: Final = frozenset({"04", "07"})


def meaning_of_notice(response_code: str, transaction_status: str) -> Meaning:
    """What an IPN or return says about its payment. Never raises; an unlisted code is a plain failure.

    Paid only if both codes are 00. Where they contradict each other in the buyer's favour (an error code
    beside status 00) money may have moved, so it is under review until querydr tells.
    """
    if response_code == "00" and transaction_status == "00":
        return PAID
    if response_code == "07" or transaction_status in _REVIEWED_STATUSES or transaction_status == "00":
        return _UNDER_REVIEW
    if response_code == "00" and transaction_status == "01":
        return _WAITING
    return _DECLINES.get(response_code, _FAILED)


def meaning_of_query(response_code: str, transaction_type: str, transaction_status: str) -> Meaning:
    """What a verified querydr answer says about the *payment*. Never raises.

    `response_code` is about the question: 91 (VNPAY knows no such payment yet) is waiting, and only the
    attempt's expiry turns that into a failure; every other error leaves the payment as it is. An answer
    about a refund (`transaction_type` 02, 03) says nothing about whether the payment was made.
    """
    if response_code == "91":
        return _WAITING
    if response_code != "00" or transaction_type != "01":
        return _UNKNOWN
    if transaction_status == "00":
        return PAID
    if transaction_status == "01":
        return _WAITING
    if transaction_status == "02":
        return _FAILED
    # 05, 06, 09 tell of a refund, so the payment was made once: a person must look.
    return _UNDER_REVIEW


def outcome_of_refund(response_code: str, transaction_status: str) -> RefundOutcome:
    """What a verified refund answer says. 00 is "accepted"; whether money went back is in the status."""
    if response_code == "00":
        return {
            "00": RefundOutcome.SUCCEEDED,
            "05": RefundOutcome.PENDING,
            "06": RefundOutcome.PENDING,
            "09": RefundOutcome.FAILED,
        }.get(transaction_status, RefundOutcome.UNKNOWN)
    if response_code == "94":  # already asked for and being processed
        return RefundOutcome.PENDING
    if response_code in {"02", "03", "04", "13", "91", "93", "95", "97"}:
        return RefundOutcome.FAILED
    return RefundOutcome.UNKNOWN


def meaning_of_reason(reason: str) -> Meaning | None:
    """The unpaid meaning with this reason code, to repeat its sentence on a later page; None if unknown."""
    known = [*_DECLINES.values(), _FAILED, _UNDER_REVIEW]
    return next((meaning for meaning in known if meaning.reason == reason), None)
