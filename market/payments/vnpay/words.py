"""VNPAY's codes as an accountant reads them beside VNPAY's own report. Pure tables; what a buyer reads is in `codes`.

Source: VNPAY's tables of `vnp_ResponseCode`, `vnp_TransactionStatus` and of refunds, version 2.1.0.
"""

from __future__ import annotations

from typing import Final

_RESPONSES: Final = {
    "00": "thành công",
    "07": "đã trừ tiền, nghi gian lận",
    "09": "chưa đăng ký Internet Banking",
    "10": "sai thông tin thẻ quá 3 lần",
    "11": "hết hạn chờ thanh toán",
    "12": "thẻ hoặc tài khoản bị khóa",
    "13": "sai mã OTP",
    "24": "khách hủy",
    "51": "không đủ số dư",
    "65": "quá hạn mức trong ngày",
    "75": "ngân hàng bảo trì",
    "79": "sai mật khẩu quá số lần",
    "99": "lỗi khác",
}
_STATUSES: Final = {
    "00": "giao dịch thành công",
    "01": "chưa hoàn tất",
    "02": "giao dịch lỗi",
    "04": "đã trừ tiền, chưa ghi nhận (giao dịch đảo)",
    "05": "VNPAY đang xử lý hoàn tiền",
    "06": "đã gửi ngân hàng hoàn tiền",
    "07": "nghi gian lận",
    "09": "ngân hàng từ chối hoàn tiền",
}
_REFUND_RESPONSES: Final = {
    "00": "VNPAY đã nhận yêu cầu",
    "02": "sai mã đơn vị (TmnCode)",
    "03": "dữ liệu sai định dạng",
    "04": "không cho hoàn toàn phần sau khi đã hoàn một phần",
    "13": "chỉ cho hoàn một phần",
    "91": "VNPAY không tìm thấy giao dịch",
    "93": "số tiền hoàn không hợp lệ",
    "94": "đã có yêu cầu này, đang xử lý",
    "95": "giao dịch không thành công bên VNPAY, từ chối hoàn",
    "97": "sai chữ ký",
    "98": "quá thời gian",
    "99": "lỗi khác",
}


def words_of_payment(response_code: str, transaction_status: str) -> str:
    """ "51: không đủ số dư; 02: giao dịch lỗi"; "" where VNPAY has said nothing."""
    return _joined((response_code, _RESPONSES), (transaction_status, _STATUSES))


def words_of_refund(response_code: str, transaction_status: str) -> str:
    """The same about a refund."""
    return _joined((response_code, _REFUND_RESPONSES), (transaction_status, _STATUSES))


def _joined(*said: tuple[str, dict[str, str]]) -> str:
    return "; ".join(f"{code}: {words.get(code, 'mã chưa biết')}" for code, words in said if code)
