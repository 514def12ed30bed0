"""The text of a VietQR code: a bank transfer that any Vietnamese banking app fills in, written and read. Pure.

EMV Co merchant-presented QR with NAPAS' fields (NAPAS, "Bộ tiêu chuẩn định dạng VietQR", 2021): tag 38 names the bank and the
account, service QRIBFTTA is a transfer to an account.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.kit.text import fold, squeeze

NAPAS = "A000000727"
_TO_ACCOUNT = "QRIBFTTA"
_BIN = re.compile(r"[0-9]{6}")
_ACCOUNT = re.compile(r"[0-9A-Za-z]{1,19}")
LONGEST_MESSAGE = 25
LONGEST_CODE = 512  # signs, as EMVCo allows
_HEAD = re.compile(r"([0-9]{2})([0-9]{2})")
_CHECKSUM = re.compile(r"[0-9A-Fa-f]{4}")
_TARGETS = frozenset(f"{number:02d}" for number in range(26, 52))  # 02 to 25 are the card companies' own, without parts


def payment_text(*, bank_bin: str, account: str, name: str = "") -> str:
    """What the code of a stall says: the account, without a sum, over and over. `name` is the owner's, if the code shall say it.
    Raises ValueError."""
    text = _head("11", bank_bin, account) + _field("58", "VN") + (_field("59", name[:25]) if name else "") + "6304"
    return text + f"{_crc(text.encode()):04X}"


def vietqr_text(*, bank_bin: str, account: str, amount: int, message: str) -> str:
    """What the code says: `bank_bin` six digits, `account` up to 19 letters and digits, `amount` whole đồng, `message` what the
    transfer shall say (without marks, at most 25 characters). Raises ValueError."""
    text = _head("12", bank_bin, account)
    if not 0 < amount < 10**13:
        raise ValueError("an amount of whole đồng, up to 13 digits")
    said = re.sub(r"[^A-Za-z0-9 ]", "", fold(message)).upper()[:LONGEST_MESSAGE].strip()
    text += _field("54", str(amount))
    text += _field("58", "VN") + (_field("62", _field("08", said)) if said else "") + "6304"
    return text + f"{_crc(text.encode()):04X}"


class NotPaymentCode(ValueError):
    """The text is no payment code that anything could be paid by; the message says why, for programs."""


@dataclass(frozen=True)
class PaymentText:
    """What a payment code says. `issuer` names the scheme (NAPAS: a bank transfer, then `bank_bin` has six digits), `account` is
    the account, card or merchant number, `name` what the code itself says of its owner ("": most bank codes say nothing),
    `amount` a fixed sum as it is written ("": the payer types it)."""

    issuer: str
    bank_bin: str
    account: str
    name: str
    amount: str
    crc_is_right: bool

    @property
    def is_bank_transfer(self) -> bool:
        """Whether it names an account at a bank."""
        return self.issuer == NAPAS


def read_payment_text(text: str) -> PaymentText:
    """A payment code read field by field (EMVCo, "QR Code Specification for Payment Systems: Merchant-Presented Mode", 1.1).

    A checksum that is not right is told, not refused: the code is there and says something. Raises NotPaymentCode for whatever
    has not the form of such a code, or names nobody to be paid.
    """
    text = text.strip("\r\n\t ")
    if not 0 < len(text) <= LONGEST_CODE:
        raise NotPaymentCode("empty or too long")
    fields = _fields(text)
    if fields.get("00") != "01":
        raise NotPaymentCode("not a merchant-presented payment code")
    tag, checksum = list(fields.items())[-1]
    if tag != "63" or not _CHECKSUM.fullmatch(checksum):
        raise NotPaymentCode("no checksum at its end")
    issuer, bank_bin, account = _target(fields)
    return PaymentText(
        issuer=issuer,
        bank_bin=bank_bin,
        account=account,
        name=squeeze(fields.get("59", "")),
        amount=fields.get("54", ""),
        crc_is_right=_crc(text[:-4].encode(errors="surrogatepass")) == int(checksum, 16),
    )


def _fields(text: str) -> dict[str, str]:
    """Two digits of a tag, two of a length, the value; over and over. A tag twice could be read either way: refused."""
    found: dict[str, str] = {}
    place = 0
    while place < len(text):
        head = _HEAD.match(text, place)
        if head is None:
            raise NotPaymentCode(f"no field at {place}")
        tag, length = head[1], int(head[2])
        value = text[place + 4 : place + 4 + length]
        if not length or len(value) < length or tag in found:
            raise NotPaymentCode(f"field {tag} is empty, cut off or there twice")
        found[tag] = value
        place += 4 + length
    return found


def _target(fields: dict[str, str]) -> tuple[str, str, str]:
    """Who is paid: NAPAS' bank account if the code has one, else the first scheme's number (wallets, card merchants)."""
    others = []
    for tag in sorted(set(fields) & _TARGETS):
        inner = _fields(fields[tag])
        issuer, number = inner.get("00", ""), inner.get("01", "")
        if issuer == NAPAS:
            return issuer, *_bank_account(number)
        others.append((issuer, number or next((inner[each] for each in sorted(inner) if each != "00"), "")))
    for issuer, number in others:
        if issuer and number:
            return issuer, "", number
    raise NotPaymentCode("nobody to be paid")


def _bank_account(text: str) -> tuple[str, str]:
    inner = _fields(text)
    bank_bin, account = inner.get("00", ""), inner.get("01", "")
    if not _BIN.fullmatch(bank_bin) or not _ACCOUNT.fullmatch(account):
        raise NotPaymentCode("no bank or no account")
    return bank_bin, account


def _head(kind: str, bank_bin: str, account: str) -> str:
    """Version, used once (12) or over and over (11), whom it pays, and the đồng."""
    if not _BIN.fullmatch(bank_bin) or not _ACCOUNT.fullmatch(account):
        raise ValueError("a bank has six digits, an account up to 19 letters and digits")
    bank = _field("00", bank_bin) + _field("01", account)
    target = _field("00", NAPAS) + _field("01", bank) + _field("02", _TO_ACCOUNT)
    return _field("00", "01") + _field("01", kind) + _field("38", target) + _field("53", "704")


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def _crc(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    return crc
