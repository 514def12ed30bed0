"""How VNPAY writes amounts, times and texts, and what it accepts. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

VERSION: Final = "2.1.0"
# What the gateway accepts for one payment, in đồng.
SMALLEST_AMOUNT: Final = 5_000
LARGEST_AMOUNT: Final = 999_999_999
GATEWAY_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")

# No "|" in any of them: API signatures join values with it, unescaped.
TEXT: Final = re.compile(r"[A-Za-z0-9 .,:-]{1,255}")
REFERENCE: Final = re.compile(r"[A-Za-z0-9]{1,40}")
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9]{1,32}")
TERMINAL: Final = re.compile(r"[A-Za-z0-9]{8}")
TIME: Final = re.compile(r"[0-9]{14}")
IP_ADDRESS: Final = re.compile(r"[0-9A-Fa-f:.]{2,45}")
TRANSACTION_NO: Final = re.compile(r"[0-9]{0,15}")
BANK_CODE: Final = re.compile(r"(?:[A-Z0-9]{3,20})?")
LOCALE: Final = re.compile(r"vn|en")
ORDER_TYPE: Final = re.compile(r"[A-Za-z0-9]{1,100}")


class Refused(ValueError):
    """A message that must change nothing."""


class BadSignature(Refused):
    """The signature is missing or wrong, or the message could be read in two ways."""


class Malformed(Refused):
    """The message is not one of VNPAY's: empty, undecodable, or without its key fields."""


def gateway_amount(dong: int) -> str:
    """Whole đồng (not negative) as `vnp_Amount`: x 100, digits only. Raises ValueError on a negative."""
    if dong < 0:
        raise ValueError("an amount is never negative")
    return str(dong * 100)


def dong_amount(text: str) -> int:
    """`vnp_Amount` back to đồng. Raises Malformed unless it is digits and divides by 100 exactly."""
    if not re.fullmatch(r"[0-9]{1,15}", text) or int(text) % 100:
        raise Malformed(f"not whole đồng: {text[:20]!r}")
    return int(text) // 100


def gateway_time(moment: datetime) -> str:
    """An aware moment as VNPAY writes it: yyyyMMddHHmmss on the clock of Asia/Ho_Chi_Minh.

    Raises ValueError on a naive one: guessing its zone is how payments expire seven hours early.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(GATEWAY_ZONE).strftime("%Y%m%d%H%M%S")


def moment_of(text: str) -> datetime:
    """VNPAY's fourteen digits (`vnp_PayDate`) as an aware UTC moment. Raises Malformed."""
    if not TIME.fullmatch(text):
        raise Malformed(f"not a gateway time: {text[:20]!r}")
    try:
        local = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=GATEWAY_ZONE)
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"not a gateway time: {text!r}") from error


def order_info(text: str) -> str:
    """Any Vietnamese text as VNPAY may carry it: no marks, only `A-Z a-z 0-9 space . , : -`, at most 255.

    Raises ValueError when nothing is left.
    """
    plain = text.replace("đ", "d").replace("Đ", "D")
    plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    plain = re.sub(r"[^A-Za-z0-9.,:-]+", " ", plain).strip()[:255].rstrip()
    if not plain:
        raise ValueError("an order text without a single usable character")
    return plain


def dong_or_none(text: str) -> int | None:
    """As `dong_amount`, with None for what is not whole đồng: equal to no order's amount."""
    try:
        return dong_amount(text)
    except Malformed:
        return None


def require(pattern: re.Pattern[str], name: str, value: str) -> None:
    """Raise ValueError unless the whole of `value` is of the form VNPAY accepts for `name`."""
    if not pattern.fullmatch(value):
        raise ValueError(f"{name} is not what VNPAY accepts: {value[:60]!r}")
