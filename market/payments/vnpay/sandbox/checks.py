"""What the double demands of a pay address before it shows a page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from market.payments.vnpay.sandbox import signing
from market.payments.vnpay.sandbox.cards import BANKS
from market.payments.vnpay.sandbox.settings import LARGEST_AMOUNT, SMALLEST_AMOUNT, Settings, clock_text

_FORMS = {
    "vnp_Version": r"2\.1\.0",
    "vnp_Command": r"pay",
    "vnp_TxnRef": r"[A-Za-z0-9._-]{1,100}",
    "vnp_Amount": r"[1-9][0-9]{0,11}",
    "vnp_CurrCode": r"VND",
    "vnp_CreateDate": r"[0-9]{14}",
    "vnp_ExpireDate": r"[0-9]{14}",
    "vnp_IpAddr": r"[0-9A-Fa-f.:]{2,45}",
    "vnp_Locale": r"vn|en",
    # Stricter than VNPAY: marks and special characters are where encoders of merchants differ.
    "vnp_OrderInfo": r"[A-Za-z0-9 .,:-]{1,255}",
    "vnp_OrderType": r"[A-Za-z0-9]{1,100}",
    "vnp_ReturnUrl": r"https?://[^\s~*!()']{3,247}",
}
_METHODS = ("", "VNBANK", "VNPAYQR", *BANKS)


class Problem(Exception):
    """A pay address that is refused; `code` as the gateway's error page shows it."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def checked_fields(raw_query: str, settings: Settings) -> dict[str, str]:
    """The decoded fields of a pay address. Raises Problem."""
    try:
        fields = signing.read_query(raw_query)
    except signing.Unreadable as error:
        raise Problem("03", "Địa chỉ thanh toán không đọc được.") from error
    if fields.get("vnp_TmnCode") != settings.tmn_code:
        raise Problem("72", "Không tìm thấy website bán hàng này.")
    if not signing.is_address_signed(settings.secret, fields):
        raise Problem("70", "Chữ ký không đúng.")
    for name, form in _FORMS.items():
        if not re.fullmatch(form, fields.get(name, "")):
            raise Problem("03", f"Dữ liệu gửi sang không đúng định dạng: {name}.")
    if fields.get("vnp_BankCode", "") not in _METHODS:
        raise Problem("76", "Ngân hàng này không có ở bản mô phỏng.")
    amount = int(fields["vnp_Amount"])
    if not SMALLEST_AMOUNT <= amount <= LARGEST_AMOUNT or amount % 100:
        raise Problem("03", "Số tiền phải từ 5.000 đến dưới 1 tỷ đồng, không có phần lẻ.")
    now = datetime.now(UTC)
    if fields["vnp_CreateDate"] > clock_text(now + timedelta(minutes=5)):
        raise Problem("03", "Thời gian tạo giao dịch nằm ở tương lai (phải là giờ Việt Nam).")
    if fields["vnp_ExpireDate"] <= clock_text(now):
        raise Problem("15", "Giao dịch đã quá thời gian chờ thanh toán.")
    return fields
