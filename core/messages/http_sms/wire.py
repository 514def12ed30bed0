"""The words of a brand-name SMS provider's HTTP API: requests, answers, codes → meaning. Pure.

The dialect is the one eSMS.vn documents for customer-care messages ("SendMultipleMessage_V4_post_json", developers.esms.vn):
one POST of JSON per SMS, always answered with HTTP 200 and a `CodeResult`. `RequestId` is ours; the provider drops a second
request with the same one for 24 hours and answers 124, so a repeat after a lost answer is a question, not a second SMS.
Another provider is another module with these two functions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.messages.contract import Outcome, SendResult
from core.messages.segments import cost

CARE = "2"  # SmsType: customer care; advertising by brand name is approved as a campaign, not sent one by one


@dataclass(frozen=True)
class Account:
    """Who we are to the provider; `sender` is the registered brand name."""

    key: str
    secret: str
    sender: str


@dataclass(frozen=True)
class Code:
    """What one `CodeResult` means for us."""

    outcome: Outcome
    sentence: str
    pause: float | None = None


# Troubles of our account are mended by people within hours: the message waits and is not lost.
CODES = {
    "100": Code(Outcome.ACCEPTED, "Nhà cung cấp đã nhận tin."),
    "124": Code(Outcome.ACCEPTED, "Nhà cung cấp đã nhận tin này từ lần trước."),
    "99": Code(Outcome.REFUSED, "Số này đang bị nhà cung cấp chặn."),
    "108": Code(Outcome.REFUSED, "Số điện thoại không đúng."),
    "177": Code(Outcome.REFUSED, "Chưa đăng ký tên gửi với nhà mạng của số này."),
    "146": Code(Outcome.REFUSED, "Nội dung không khớp mẫu đã đăng ký với nhà cung cấp."),
    "118": Code(Outcome.REFUSED, "Nhà cung cấp không nhận loại tin này."),
    "101": Code(Outcome.LATER, "Nhà cung cấp không nhận khóa. Kiểm tra SMS_KEY và SMS_SECRET.", 600),
    "102": Code(Outcome.LATER, "Tài khoản nhà cung cấp chưa có bảng giá.", 600),
    "103": Code(Outcome.LATER, "Tài khoản nhà cung cấp hết tiền. Hãy nạp thêm.", 600),
    "104": Code(Outcome.LATER, "Tên gửi (SMS_SENDER) chưa được đăng ký.", 600),
    "140": Code(Outcome.LATER, "Địa chỉ máy chủ chưa được nhà cung cấp cho phép.", 600),
}


def request_body(account: Account, *, phone: str, text: str, reference: str) -> dict[str, str]:
    """The JSON of one SMS. `phone` is E.164 and goes without its plus sign."""
    return {
        "ApiKey": account.key,
        "SecretKey": account.secret,
        "Brandname": account.sender,
        "SmsType": CARE,
        "IsUnicode": "0" if cost(text).alphabet == "gsm7" else "1",
        "Phone": phone.removeprefix("+"),
        "Content": text,
        "RequestId": reference,
    }


def meaning_of(status: int, body: bytes, *, retry_after: str = "") -> SendResult:
    """What an HTTP answer says about the message. A page or a broken body after our POST leaves its fate open."""
    if status == 429:
        pause = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 60.0
        return SendResult(Outcome.LATER, "Nhà cung cấp đang quá tải, hẹn thử lại.", code="429", pause=pause)
    if status in {401, 403}:
        known = CODES["101"]
        return SendResult(known.outcome, known.sentence, code=str(status), pause=known.pause)
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    code = str(said.get("CodeResult", "")) if isinstance(said, dict) else ""
    if not code and 400 <= status < 500:
        return SendResult(Outcome.REFUSED, "Nhà cung cấp không nhận yêu cầu này.", code=str(status))
    if not code or status >= 500:
        return SendResult(Outcome.UNKNOWN, "Nhà cung cấp trả lời không rõ.", code=str(status))
    assert isinstance(said, dict)
    provider_id = str(said.get("SMSID", ""))[:80]
    found = CODES.get(code)
    if found is None:
        return SendResult(
            Outcome.REFUSED, f"Nhà cung cấp từ chối, mã {code[:10]}.", code=code[:10], provider_id=provider_id
        )
    return SendResult(found.outcome, found.sentence, code=code, provider_id=provider_id, pause=found.pause)
