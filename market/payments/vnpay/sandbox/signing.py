"""VNPAY's two signatures, written a second time on purpose: nothing here is shared with the product.

Percent-encoding is done by hand, byte by byte, so not even a library call is common to both sides.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

_KEPT = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


class Unreadable(ValueError):
    """A query string that has no single meaning."""


def encode(text: str) -> str:
    """UTF-8 percent-encoding: letters, digits and `-_.` stay, space becomes "+", the rest upper-case %XX."""
    return "".join(chr(byte) if byte in _KEPT else "+" if byte == 0x20 else f"%{byte:02X}" for byte in text.encode())


def decode(text: str) -> str:
    """The reverse of any percent-encoding. Raises Unreadable on a broken escape or other bytes."""
    raw = bytearray()
    position = 0
    while position < len(text):
        character = text[position]
        if character == "%":
            digits = text[position + 1 : position + 3]
            if len(digits) != 2 or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
                raise Unreadable("broken escape")
            raw.append(int(digits, 16))
            position += 3
            continue
        raw += b" " if character == "+" else character.encode()
        position += 1
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("not UTF-8") from error


def read_query(raw_query: str) -> dict[str, str]:
    """The parameters of a raw query string, decoded. Raises Unreadable, also on a repeated name."""
    fields: dict[str, str] = {}
    for pair in filter(None, raw_query.split("&")):
        name, _, value = pair.partition("=")
        name = decode(name)
        if name in fields:
            raise Unreadable(f"{name} is repeated")
        fields[name] = decode(value)
    return fields


def sign(secret: str, data: str) -> str:
    """HMAC-SHA512, lower-case hex."""
    return hmac.digest(secret.encode(), data.encode(), hashlib.sha512).hex()


def sign_address(secret: str, fields: dict[str, str]) -> str:
    """A query string of these fields in byte order of their names, with its signature last."""
    data = _address_data(fields)
    return data + "&vnp_SecureHash=" + sign(secret, data)


def is_address_signed(secret: str, fields: dict[str, str]) -> bool:
    """Whether decoded address fields carry the right `vnp_SecureHash`."""
    return _same(fields.get("vnp_SecureHash", ""), sign(secret, _address_data(fields)))


def sign_values(secret: str, values: Sequence[str]) -> str:
    """The signature of an API message: raw values joined by "|"."""
    return sign(secret, "|".join(values))


def are_values_signed(secret: str, values: Sequence[str], claimed: str) -> bool:
    """Whether `claimed` signs these values in this order."""
    return _same(claimed, sign_values(secret, values))


def _address_data(fields: dict[str, str]) -> str:
    counted = sorted(
        (name.encode(), value)
        for name, value in fields.items()
        if value and name.startswith("vnp_") and name not in ("vnp_SecureHash", "vnp_SecureHashType")
    )
    return "&".join(encode(name.decode()) + "=" + encode(value) for name, value in counted)


def _same(claimed: str, right: str) -> bool:
    return hmac.compare_digest(claimed.lower().encode(), right.encode())
