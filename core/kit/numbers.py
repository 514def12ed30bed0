"""Tax codes and bank accounts as people write them. Pure."""

from __future__ import annotations

import re

# The check digit of ten-digit codes: 10 less the weighted sum of the first nine, modulo 11. Weights and rule as in python-stdnum's
# vn.mst, which knows no twelve-digit codes yet.
_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


class NotATaxCode(ValueError):
    """The text is no tax code; the message is a Vietnamese sentence."""


class NotABankAccount(ValueError):
    """The text is no bank account number; the message is a Vietnamese sentence."""


def normalise_tax_code(written: str) -> str:
    """Ten digits of an organisation with a right check digit, with "-001" of a branch; or the twelve digits of a person, who
    since 1 July 2025 has the personal ID for a tax code (TT 86/2024/TT-BTC; no check digit). Raises NotATaxCode."""
    text = re.sub(r"[\s.]", "", written)
    if re.fullmatch(r"[0-9]{12}", text):
        return text
    found = re.fullmatch(r"([0-9]{10})(?:-?([0-9]{3}))?", text)
    if not found:
        raise NotATaxCode("Mã số thuế có 10 số (tổ chức), 13 số (chi nhánh) hoặc 12 số (cá nhân). Hãy xem lại.")
    code, branch = found.groups()
    if 10 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, code, strict=False)) % 11 != int(code[9]):
        raise NotATaxCode("Mã số thuế này sai một chữ số. Hãy xem lại trên giấy.")
    return f"{code}-{branch}" if branch else code


def normalise_bank_account(written: str) -> str:
    """Six to nineteen digits or capital letters, as banks give them. Raises NotABankAccount."""
    text = re.sub(r"[\s.\-]", "", written).upper()
    if not re.fullmatch(r"[0-9A-Z]{6,19}", text):
        raise NotABankAccount("Số tài khoản có từ 6 đến 19 chữ số. Hãy xem lại trên sổ hoặc trên ứng dụng.")
    return text


def masked_end(number: str) -> str:
    """ "… …678": the last three of a number that nobody sees whole; "" for ""."""
    return f"… …{number[-3:]}" if number else ""


_GAP = r"[\s.\-‐‑‒–—−]{0,3}"
# Twelve digits however they are grouped. Over hyphens and wider gaps only what begins with 0, as the codes of provinces in personal
# IDs do: other rows of figures are dates and ranges. A product code of OCOP (68-22924-1-2026) has twelve digits by chance: it comes
# first, so that it is passed over whole.
_PERSON_NUMBER = re.compile(
    r"(?P<code>(?<!\d)(?<!\d-)\d{2}(?:-\d{1,5}){2,3}-20\d{2}(?![\d-]))"
    rf"|(?<!\d)(?:(?:\d[\s.]?){{11}}\d|0(?:{_GAP}\d){{11}})(?!\d)"
)


def without_personal_numbers(text: str) -> str:
    """The text with every number of exactly twelve digits (a personal ID, and so a person's tax code) masked to its last three,
    however its digits are grouped; product codes of OCOP stay."""
    return _PERSON_NUMBER.sub(
        lambda found: found[0] if found["code"] else masked_end(re.sub(r"\D", "", found[0])), text
    )
