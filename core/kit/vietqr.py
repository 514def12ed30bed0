"""The text of a VietQR code: a bank transfer that any Vietnamese banking app fills in. Pure.

EMV Co merchant-presented QR with NAPAS' fields (NAPAS, "Bộ tiêu chuẩn định dạng VietQR", 2021): tag 38 names the bank and the
account, service QRIBFTTA is a transfer to an account.
"""

from __future__ import annotations

import re

from core.kit.text import fold

_NAPAS = "A000000727"
_TO_ACCOUNT = "QRIBFTTA"
_BIN = re.compile(r"[0-9]{6}")
_ACCOUNT = re.compile(r"[0-9A-Za-z]{1,19}")
LONGEST_MESSAGE = 25


def vietqr_text(*, bank_bin: str, account: str, amount: int, message: str) -> str:
    """What the code says: `bank_bin` six digits, `account` up to 19 letters and digits, `amount` whole đồng, `message` what the
    transfer shall say (without marks, at most 25 characters). Raises ValueError."""
    if not _BIN.fullmatch(bank_bin) or not _ACCOUNT.fullmatch(account):
        raise ValueError("a bank has six digits, an account up to 19 letters and digits")
    if not 0 < amount < 10**13:
        raise ValueError("an amount of whole đồng, up to 13 digits")
    said = re.sub(r"[^A-Za-z0-9 ]", "", fold(message)).upper()[:LONGEST_MESSAGE].strip()
    target = (
        _field("00", _NAPAS) + _field("01", _field("00", bank_bin) + _field("01", account)) + _field("02", _TO_ACCOUNT)
    )
    text = (
        _field("00", "01") + _field("01", "12") + _field("38", target) + _field("53", "704") + _field("54", str(amount))
    )
    text += _field("58", "VN") + (_field("62", _field("08", said)) if said else "") + "6304"
    return text + f"{_crc(text.encode()):04X}"


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
