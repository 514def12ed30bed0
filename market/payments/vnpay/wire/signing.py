"""The signature of addresses and of API messages: HMAC-SHA512 in hexadecimal. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote

HASH_KEYS: Final = frozenset({"vnp_SecureHash", "vnp_SecureHashType"})

# What each encoder in use at VNPAY or in its sample code keeps, besides letters and digits. All of them are
# injective, so accepting any of them on receipt does not weaken the signature. The first is the one we send.
ENCODERS: Final[Mapping[str, str]] = {
    "php_urlencode": "-_.",
    "python_quote_plus": "-_.~",
    "url_search_params": "-_.*",
    "dotnet_webutility": "-_.!*()",
    "nodejs_demo": "-_.!~*'()",
}
# Characters on which they disagree: never sent, so that no two sides can sign differently.
AMBIGUOUS: Final = re.compile(r"[~*!()']")
_HEX_SHA512: Final = re.compile(r"[0-9a-fA-F]{128}")


def encode_parameters(parameters: Mapping[str, str], encoder: str = "php_urlencode") -> str:
    """What is signed for addresses: pairs in byte order of the key, UTF-8, "+" for space, upper-case %XX.

    `encoder` is one of the sets of unescaped characters that VNPAY's own samples use.
    """
    kept = ENCODERS[encoder]
    return "&".join(
        f"{_quote_plus(key, kept)}={_quote_plus(parameters[key], kept)}"
        for key in sorted(parameters)
        if parameters[key] != "" and key not in HASH_KEYS
    )


def piped(body: Mapping[str, str], names: Iterable[str]) -> str:
    """What is signed for API messages: the raw values of `vnp_<name>`, in this order, joined by "|"."""
    return "|".join(body[f"vnp_{name}"] for name in names)


def sign(data: str, secret: str) -> str:
    """HMAC-SHA512 of `data` under the terminal's secret, 128 lower-case hex digits."""
    return hmac.new(secret.encode(), data.encode(), hashlib.sha512).hexdigest()


def is_hash_of(claimed: str, data: str, secret: str) -> bool:
    """Whether `claimed` (hex, either case) signs `data`; constant time for anything of the right form."""
    if not _HEX_SHA512.fullmatch(claimed):
        return False
    return hmac.compare_digest(claimed.lower(), sign(data, secret))


def _quote_plus(text: str, kept: str) -> str:
    # urllib never escapes "~": the encoders that do need it by hand.
    escaped = quote(text, safe=kept + " ").replace(" ", "+")
    return escaped if "~" in kept else escaped.replace("~", "%7E")
