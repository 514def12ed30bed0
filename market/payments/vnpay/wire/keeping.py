"""What of a message may be kept: all of it, except what tells about the buyer's card. Pure."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Final
from urllib.parse import unquote_plus

from market.payments.vnpay.wire.api_messages import QUERY_ANSWER_HASHED

REMOVED: Final = "removed"
_KEPT_OF_ANSWERS: Final = {f"vnp_{name}" for name in (*QUERY_ANSWER_HASHED, "SecureHash")}
# In text of any form: the field's name, what parts it from its value, the value.
_CARD_IN_TEXT: Final = re.compile(r"(vnp_card(?!type)\w*)(\W{1,6})[^&\"'<>\r\n]*", re.IGNORECASE)


def without_card_data(raw: str) -> str:
    """A message as it may be kept for months: byte for byte, without what tells about the buyer's card.

    Of a query string (IPN, return) the values of `vnp_Card…` fields go, `vnp_CardType` stays. Of an API answer everything goes
    that VNPAY does not sign (card number and holder stand there), with the names of what went under `removed`. Characters that no
    database keeps are replaced. Never raises.
    """
    text = raw.replace("\x00", "\ufffd")
    if text.lstrip()[:1] == "{":
        with suppress(ValueError, RecursionError):
            return _answer_without_extras(text)
    # Whatever else it is: a query string, a page of a broken server, a list.
    text = "&".join(_pair_without_card(pair) for pair in text.split("&"))
    return _CARD_IN_TEXT.sub(rf"\1\2{REMOVED}", text)


def _pair_without_card(pair: str) -> str:
    name, _, value = pair.partition("=")
    plain = unquote_plus(name).lower()
    return f"{name}={REMOVED}" if value and plain.startswith("vnp_card") and plain != "vnp_cardtype" else pair


def _answer_without_extras(text: str) -> str:
    body = json.loads(text)
    kept = {name: body[name] for name in body if name in _KEPT_OF_ANSWERS and isinstance(body[name], str | int)}
    if len(kept) == len(body):
        return text
    return json.dumps(kept | {REMOVED: sorted(body.keys() - kept.keys())})
