"""Vietnamese phone numbers. Pure."""

from __future__ import annotations

import functools
import re

import phonenumbers
from phonenumbers import PhoneNumberType

# Hotlines (1900…, 1800…) are valid numbers, but nobody's phone.
_OF_A_PERSON = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
# The eleven-digit mobile numbers that became ten-digit ones between 15/9 and 14/11/2018 (Ministry of Information and
# Communications, decision 798/QĐ-BTTTT of 30/5/2018): the old beginning without 0 → the new one.
_BEFORE_2018 = {
    "162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37", "168": "38", "169": "39",
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    "186": "56", "188": "58", "199": "59",
}  # fmt: skip
_OLD_MOBILE = re.compile(rf"(?:\+?84|0?)({'|'.join(_BEFORE_2018)})(\d{{7}})")
_NINE_DIGITS = re.compile(r"(?:\+84|84|0?)([35789]\d{8})")


class NotAPhone(ValueError):
    """The text is no Vietnamese mobile or landline number."""


def normalise(written: str) -> str:
    """E.164 of a Vietnamese number as people write it ("0912 345 678", "84912345678", "912345678", "0168 234 5678").

    Excel drops the leading zero, so it is put back; the old eleven-digit mobile numbers get the beginning they have
    had since 2018. Raises NotAPhone.
    """
    digits = re.sub(r"[^\d+]", "", written)
    if old := _OLD_MOBILE.fullmatch(digits):
        digits = f"0{_BEFORE_2018[old[1]]}{old[2]}"
    if (nine := _NINE_DIGITS.fullmatch(digits)) and _is_mobile(nine[1][:4]):
        return f"+84{nine[1]}"
    if re.fullmatch(r"[35789]\d{8}", digits):
        digits = "0" + digits
    try:
        number = phonenumbers.parse(digits, "VN")
    except phonenumbers.NumberParseException as error:
        raise NotAPhone(written) from error
    if number.country_code != 84 or phonenumbers.number_type(number) not in _OF_A_PERSON:
        raise NotAPhone(written)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_of_before_2018(written: str) -> bool:
    """Whether this is one of the eleven-digit mobile numbers that `normalise` gives their new beginning."""
    return _OLD_MOBILE.fullmatch(re.sub(r"[^\d+]", "", written)) is not None


def national(e164: str) -> str:
    """ "0912 345 678" of an E.164 number; "" for ""."""
    if not e164:
        return ""
    if len(e164) == 12 and e164.startswith("+84") and _is_mobile(e164[3:7]):
        return f"0{e164[3:6]} {e164[6:9]} {e164[9:]}"
    parsed = phonenumbers.parse(e164, None)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def masked(e164: str) -> str:
    """ "091… …678": enough to recognise, too little to call; "" for ""."""
    shown = national(e164).replace(" ", "")
    return f"{shown[:3]}… …{shown[-3:]}" if shown else ""


@functools.lru_cache(maxsize=10_000)
def _is_mobile(beginning: str) -> bool:
    """Whether nine digits that begin with these four are a mobile number. (Asked once per beginning: a list of a province
    has a hundred thousand numbers, and the library takes a tenth of a millisecond for each.)"""
    number = phonenumbers.parse(f"+84{beginning}00000", None)
    return phonenumbers.number_type(number) == PhoneNumberType.MOBILE
