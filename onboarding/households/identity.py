"""Personal IDs: only a keyed hash and the last three digits are ever stored.

The hash is made with a key of its own (`PERSONAL_ID_KEY`): what is not stored cannot be hashed anew, so this key does
not take part in the rotation of field keys.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from django.conf import settings


class NotAPersonalId(ValueError):
    """The text is no personal ID; the message is a Vietnamese sentence."""


def normalise_personal_id(written: str) -> str:
    """The twelve digits of a personal ID as people write it ("077 203 000 123"). There is no check digit. A nine-digit
    CMND is an older paper of the same person and compares with nothing. Raises NotAPersonalId."""
    digits = re.sub(r"[\s.\-]", "", written)
    if not re.fullmatch(r"[0-9]{12}", digits):
        raise NotAPersonalId("Số định danh cá nhân có 12 chữ số. Hãy xem lại trên thẻ căn cước.")
    return digits


def personal_id_hash(digits: str) -> str:
    """The stored form of twelve digits, 64 hex characters; "" for ""."""
    if not digits:
        return ""
    return hmac.new(settings.PERSONAL_ID_KEY.encode(), f"personal-id:{digits}".encode(), hashlib.sha256).hexdigest()


def near_key(folded_name: str, birth_year: int | None) -> str:
    """What people of one name and age share even when the name was written with a slip: the first letters of family and
    given name, and the birth year ("na1970" of "nguyen van an", 1970); "" when either is not known. An index key to find
    nearly equal names in a hamlet without reading the whole hamlet."""
    words = folded_name.split()
    return f"{words[0][0]}{words[-1][0]}{birth_year}" if len(words) > 1 and birth_year else ""
