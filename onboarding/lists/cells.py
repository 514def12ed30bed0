"""Cells of a household list as people really write them. Pure.

Each parser takes the clean text of a cell and returns a value with what has to be said about it (`Read`), or raises
CellRefused. What can be read in two ways is refused or left out with a warning, never guessed in silence.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from dataclasses import dataclass
from typing import Any

from core.imports.sheet import parsers
from core.imports.sheet.columns import CellRefused
from core.kit import phones
from core.kit.text import fold_words

NONE_WORDS = {"khong", "khong co", "ko", "ko co", "chua", "chua co", "none", "no"}
_NAME_MAXIMUM = 120
_TITLE = re.compile(r"^(?:(?:hộ|gia đình|chủ hộ)\s+(?:(?:ông|bà|anh|chị|cô|chú)\s+)?|(?:ô|b)\.\s*)", re.IGNORECASE)
_LONG_TITLE = re.compile(r"^(?:ông|bà|anh|chị)\s+(?=(?:\S+\s+){2,}\S+$)", re.IGNORECASE)
_TRIAL = re.compile(
    r"^(?:test\w*|asdf\w*|qwe\w*|a{2,}|x{2,}|abc|xyz|demo|sample|dong thu|thu|mau|vi du|nguyen van (?:test|abc|xyz))(?: .*)?$|^.* test$"
)
_NO_NAME = re.compile(r"[0-9=<>{}\[\]|\\@#$%^*_~`;:?!\"“”]")
_PARENTS = re.compile(r"\s*\([^)]*\)\s*$")
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


@dataclass(frozen=True)
class Read:
    """A value, and a sentence about how it was read ("" when it is just what stands there)."""

    value: Any
    warning: str = ""


@dataclass(frozen=True)
class Phone:
    """A phone as E.164; "" when the sheet says that there is none."""

    number: str


def name(written: str) -> Read:
    """The head's full name: titles before it taken away, capitals made a name's. Raises CellRefused."""
    shown = written.replace("’", "'").replace("‘", "'").strip(" .,-'\"“”")
    warning = ""
    bare = _PARENTS.sub("", _LONG_TITLE.sub("", _TITLE.sub("", shown))).strip()
    if bare != shown:
        warning = f"«{written}» được ghi là «{_as_name(bare)}»."
    if not bare or _NO_NAME.search(bare) or not fold_words(bare):
        raise CellRefused(f"«{written}» không phải họ tên. Hãy ghi họ tên bằng chữ, như «Nguyễn Văn An».")
    if len(bare) > _NAME_MAXIMUM:
        raise CellRefused(f"dài {len(bare)} ký tự, nhiều nhất là {_NAME_MAXIMUM}. Hãy viết ngắn lại.")
    if _TRIAL.match(fold_words(bare)):
        raise CellRefused(f"«{written}» giống dòng thử. Hãy bỏ dòng này, hoặc ghi họ tên thật.")
    found = _as_name(bare)
    if " " not in found and not warning:
        warning = f"Họ tên «{found}» chỉ có một chữ. Hãy xem đã đủ chưa."
    return Read(found, warning)


def _as_name(written: str) -> str:
    """«NGUYỄN VĂN AN» and «nguyễn văn an» are «Nguyễn Văn An»; what has both cases stays as it was written."""
    if written not in (written.upper(), written.lower()):
        return written
    return re.sub(r"[^\W\d_]+", lambda word: word[0][:1].upper() + word[0][1:].lower(), written)


def phone(written: str) -> Read:
    """A phone, or that there is none. Of two numbers the first is taken, and that is said."""
    if written in {"0", "-"} or fold_words(written) in NONE_WORDS:
        return Read(Phone(""))
    parts = [part for part in re.split(r"[/;,|]|\s-\s|\bhoặc\b", _float_as_text(written)) if part.strip()]
    if len(parts) > 1 and all(len(re.sub(r"\D", "", part)) >= 9 for part in parts):
        first = parsers.phone(parts[0].strip())
        return Read(Phone(first), f"Ô số điện thoại có {len(parts)} số; chỉ ghi {phones.masked(first)}.")
    found = parsers.phone(_float_as_text(written))
    if phones.is_of_before_2018(_float_as_text(written)):
        return Read(Phone(found), f"Số điện thoại 11 số kiểu cũ được đổi thành {phones.masked(found)}.")
    return Read(Phone(found))


def personal_id(written: str) -> Read:
    """Twelve digits. Eleven are a number whose leading zero a spreadsheet took: left out and said, for nobody can know
    whether it was only that. Nine (or eight) are an old CMND, which names nobody any more: left out and said."""
    digits = re.sub(r"[\s.\-']", "", _float_as_text(written))
    if re.fullmatch(r"[0-9]{12}", digits):
        return Read(digits)
    if re.fullmatch(r"[0-9]{10,11}", digits):
        return Read(
            "",
            f"Số định danh …{digits[-3:]} chỉ có {len(digits)} chữ số, có lẽ bảng tính đã bỏ số 0 ở đầu. "
            "Chưa ghi số này; hãy ghi đủ 12 chữ số, để ô ở dạng chữ.",
        )
    if re.fullmatch(r"[0-9]{8,9}", digits):
        return Read("", f"Số CMND {len(digits)} chữ số (…{digits[-3:]}) không còn giá trị nên không ghi.")
    if fold_words(written) in NONE_WORDS:
        return Read("")
    raise CellRefused("số định danh cá nhân có 12 chữ số. Hãy xem lại trên thẻ căn cước.")


def tax_code(written: str) -> Read:
    """Ten digits with a right check digit, with "-001" for a branch, or the person's twelve digits."""
    bare = re.sub(r"[\s.']", "", _float_as_text(written))
    if fold_words(written) in NONE_WORDS:
        return Read("")
    if re.fullmatch(r"[0-9]{12}", bare):
        return Read(bare)
    ten, _, branch = bare.partition("-")
    if re.fullmatch(r"[0-9]{13}", bare):
        ten, branch = bare[:10], bare[10:]
    is_short = bool(re.fullmatch(r"[0-9]{9}", ten)) and _is_tax_code(f"0{ten}")
    ten = f"0{ten}" if is_short else ten
    if not _is_tax_code(ten) or (branch and not re.fullmatch(r"[0-9]{3}", branch)):
        raise CellRefused("mã số thuế không đúng. Hãy ghi 10, 13 hoặc 12 chữ số như trên giấy.")
    found = f"{ten}-{branch}" if branch else ten
    return Read(found, "Mã số thuế được thêm lại số 0 ở đầu." if is_short else "")


def _is_tax_code(ten: str) -> bool:
    if not re.fullmatch(r"[0-9]{10}", ten):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(ten, _TAX_WEIGHTS, strict=False))
    return (10 - total % 11) % 11 == int(ten[9]) if total % 11 != 0 else False


def birth_year(written: str) -> Read:
    """A year, or the year of a date in any way of writing ("12/5/1975", "05/1975", a spreadsheet's day number)."""
    text = _float_as_text(written)
    if re.fullmatch(r"(1[89]|20)\d\d", text):
        return Read(int(text))
    if month := re.fullmatch(r"(?:tháng\s*)?(\d{1,2})\s*[/.\-]\s*((?:1[89]|20)\d\d)", text):
        return Read(int(month[2]))
    if re.fullmatch(r"\d{1,2}", text):
        raise CellRefused(f"«{written}» chưa rõ năm nào. Hãy ghi đủ bốn chữ số, như 1975.")
    try:
        found = parsers.day()(text)
    except CellRefused as refused:
        raise CellRefused(f"không đọc được «{written}». Hãy ghi năm sinh bốn chữ số, như 1975.") from refused
    is_number = re.fullmatch(r"\d{5}([.,]\d+)?", text)
    return Read(found.year, f"Ô năm sinh là số của Excel; hiểu là ngày {found:%d/%m/%Y}." if is_number else "")


def yes_no(written: str) -> Read:
    """Yes or no; in a list people also write "1.0", and whatever they have: a number of a paper is no yes."""
    return Read(parsers.yes_no(_float_as_text(written)))


def count(written: str) -> Read:
    """A number of animals: "20", "20 con", "1.200"."""
    bare = re.sub(r"\s*(con|cặp|đàn|đầu)$", "", _float_as_text(written), flags=re.IGNORECASE)
    return Read(parsers.integer(maximum=1_000_000)(bare))


def record(written: str) -> Read:
    """The id that the survey's device made ("uuid:…" too)."""
    try:
        return Read(uuid.UUID(written.removeprefix("uuid:")))
    except ValueError as error:
        raise CellRefused("mã bản ghi của phiếu khảo sát không đúng. Hãy tải lại bảng từ phần mềm khảo sát.") from error


def text(limit: int) -> Any:
    """Text of at most so many characters."""
    parse = parsers.text(limit)
    return lambda written: Read(parse(unicodedata.normalize("NFC", written)))


def choice(words: Any) -> Any:
    """One of several."""
    parse = parsers.choice(words)
    return lambda written: Read(parse(written))


def _float_as_text(written: str) -> str:
    """ "77203000123.0" is the number 77203000123."""
    return re.sub(r"^(\d+)[.,]0+$", r"\1", written.strip())
