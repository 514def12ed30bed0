"""Vietnamese phone numbers. Pure."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumberType

# Hotlines (1900…, 1800…) are valid numbers, but nobody's phone.
_OF_A_PERSON = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


class NotAPhone(ValueError):
    """The text is no Vietnamese mobile or landline number."""


def normalise(written: str) -> str:
    """E.164 of a Vietnamese number as people write it ("0912 345 678", "84912345678", "912345678").

    Excel drops the leading zero, so nine digits get it back. Raises NotAPhone.
    """
    digits = re.sub(r"[^\d+]", "", written)
    if re.fullmatch(r"[35789]\d{8}", digits):
        digits = "0" + digits
    try:
        number = phonenumbers.parse(digits, "VN")
    except phonenumbers.NumberParseException as error:
        raise NotAPhone(written) from error
    if number.country_code != 84 or phonenumbers.number_type(number) not in _OF_A_PERSON:
        raise NotAPhone(written)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def national(e164: str) -> str:
    """ "0912 345 678" of an E.164 number; "" for ""."""
    if not e164:
        return ""
    parsed = phonenumbers.parse(e164, None)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def masked(e164: str) -> str:
    """ "091… …678": enough to recognise, too little to call; "" for ""."""
    shown = national(e164).replace(" ", "")
    return f"{shown[:3]}… …{shown[-3:]}" if shown else ""
