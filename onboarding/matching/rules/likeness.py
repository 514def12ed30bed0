"""How alike two households are: reasons as codes, and a score from 0 to 100. Pure; who may decide is in `rights.py`.

Why these weights. What belongs to one person only speaks for itself: a personal ID nearly decides; a tax code may be one
for a family's business; an account or a phone may be lent, so they are worth a look and no more. A name is shared by many:
in a hamlet of 300 houses two men called Nguyễn Văn An are nothing strange, so the same name is only just worth a look
when nothing else is known, is none when birth years, own phones or personal IDs differ, and a nearly equal name counts
beside something else only. What speaks against one person weakens the name alone: a wife's and a husband's card are
different, and still it may be one household that was written down twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.kit.text import fold_words, squeeze
from onboarding.households.models import PhoneOwner

THRESHOLD = 50

_WEIGHTS = {"personal_id": 95, "tax_code": 80, "bank_account": 60, "phone": 55, "name": 50, "near_name": 30}
_SAME_YEAR, _OTHER_YEAR, _OTHER_PHONE, _OTHER_PERSON = 20, 25, 15, 50

_WORDS = {
    "personal_id": "cùng số định danh cá nhân",
    "tax_code": "cùng mã số thuế",
    "bank_account": "cùng số tài khoản ngân hàng",
    "phone": "cùng số điện thoại",
    "name": "cùng họ tên, cùng thôn ấp",
    "near_name": "họ tên gần giống, cùng thôn ấp",
    "birth_year": "cùng năm sinh",
}
# A decision "two households" is asked again only when one of these is new.
STRONG = frozenset({"personal_id", "tax_code", "bank_account", "phone"})
# A phone speaks for a household only if it is, or may be, its own.
OWN = frozenset({PhoneOwner.OWN, PhoneOwner.UNKNOWN})

_TONES = {"\u0300", "\u0309", "\u0303", "\u0301", "\u0323"}


class Keys(NamedTuple):
    """What of one household is compared. Each set holds a value's stored forms under every key of the ring (and under
    both columns where a number may stand in either); empty: not known. `phones` are its own only."""

    name: str
    hamlet_id: int
    birth_year: int | None
    personal_ids: frozenset[str]
    tax_codes: frozenset[str]
    accounts: frozenset[str]
    phones: frozenset[str]


@dataclass(frozen=True)
class Likeness:
    """`reasons` are codes, the strongest first."""

    score: int
    reasons: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Whether a person should look at it."""
        return self.score >= THRESHOLD


def likeness(one: Keys, other: Keys) -> Likeness:
    """How alike two households are."""
    reasons = [
        code
        for code, ours, theirs in (
            ("personal_id", one.personal_ids, other.personal_ids),
            ("tax_code", one.tax_codes, other.tax_codes),
            ("bank_account", one.accounts, other.accounts),
            ("phone", one.phones, other.phones),
        )
        if not ours.isdisjoint(theirs)
    ]
    score = sum(_WEIGHTS[code] for code in reasons)
    name = _name_reason(one, other)
    if name:
        weight = _WEIGHTS[name] - _against(one, other, reasons)
        if one.birth_year and one.birth_year == other.birth_year:
            weight += _SAME_YEAR
        reasons += [name, "birth_year"] if one.birth_year and one.birth_year == other.birth_year else [name]
        score += max(weight, 0)
    return Likeness(min(score, 100), tuple(reasons))


def _against(one: Keys, other: Keys, reasons: Sequence[str]) -> int:
    """What speaks for two people of one name."""
    years = one.birth_year and other.birth_year and one.birth_year != other.birth_year
    phones = one.phones and other.phones and "phone" not in reasons
    persons = one.personal_ids and other.personal_ids and "personal_id" not in reasons
    return (_OTHER_YEAR if years else 0) + (_OTHER_PHONE if phones else 0) + (_OTHER_PERSON if persons else 0)


def _name_reason(one: Keys, other: Keys) -> str:
    if one.hamlet_id != other.hamlet_id:
        return ""
    if is_same_name(one.name, other.name):
        return "name"
    return "near_name" if is_near_name(one.name, other.name) else ""


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are written alike, wherever the tone stands («Hòa», «Hoà») and in any Unicode form; a name
    written without any marks («Nguyen Van Hoa») is the same as each it may stand for."""
    if fold_words(one) != fold_words(other):
        return False
    return _spoken(one) == _spoken(other) or _is_unmarked(one) or _is_unmarked(other)


def is_near_name(one: str, other: str) -> bool:
    """Whether one of the names may be the other with a slip: marks that differ, one letter or two swapped ones, or middle
    names left out. Family and given name begin alike."""
    ours, theirs = fold_words(one), fold_words(other)
    if ours == theirs:
        return True
    first, second = ours.split(), theirs.split()
    if len(first) < 2 or len(second) < 2 or first[0][0] != second[0][0] or first[-1][0] != second[-1][0]:
        return False
    if (first[0], first[-1]) == (second[0], second[-1]) and _is_inside(first[1:-1], second[1:-1]):
        return True
    return len(ours) >= 6 and _one_slip(ours, theirs)


def _spoken(name: str) -> list[tuple[str, str]]:
    """Each syllable as its letters and its tone, apart: the tone belongs to the syllable, not to one of its vowels."""
    syllables = []
    for word in re.findall(r"\w+", squeeze(name).casefold()):
        signs = unicodedata.normalize("NFD", word)
        letters = "".join(sign for sign in signs if sign not in _TONES)
        syllables.append((unicodedata.normalize("NFC", letters), "".join(sign for sign in signs if sign in _TONES)))
    return syllables


def _is_unmarked(name: str) -> bool:
    return name.isascii()


def _is_inside(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the shorter is the longer with words left out."""
    if len(one) == len(other):
        return False
    short, long = sorted((one, other), key=len)
    rest = iter(long)
    return all(word in rest for word in short)


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter more, less or other, or two neighbours swapped, make one text of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    if one[1:] == other or one == other[1:] or one[1:] == other[1:]:
        return True
    return len(one) > 1 and one[:2] == other[1::-1] and one[2:] == other[2:]


def reason_words(codes: Iterable[str]) -> list[str]:
    """["cùng số điện thoại", …] of codes."""
    return [_WORDS[code] for code in codes if code in _WORDS]
