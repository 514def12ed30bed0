"""What a person types from a decision, and what can be wrong with it. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from urllib.parse import urlsplit

from core.kit.text import fold_words
from ocop.certificates.models import IssuerLevel, Quality
from ocop.certificates.papers import paper_key
from ocop.certificates.rules import DISTRICTS_ENDED, issuer_fits
from ocop.register.cells import WrittenDate, parse_date
from ocop.register.rules import maker_key


@dataclass(frozen=True)
class EntryFacts:
    """A paper as entered, all texts. `unit` is the code of today's commune (or province, when only that is known), `recognised_on`
    as written ("2026-05-07", "8/2022", "2022"), `corrects` the check code of the recorded paper that this one puts right."""

    name: str
    producer: str
    stars: str
    decision: str
    recognised_on: str
    unit: str = ""
    producer_kind: str = ""
    product_group: str = ""
    issuer_level: str = ""
    issuer_name: str = ""
    quality: str = Quality.STATE_NEWS.value
    external_code: str = ""
    source_url: str = ""
    note: str = ""
    corrects: str = ""

    def as_json(self) -> dict[str, str]:
        """For storing; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, str]) -> EntryFacts:
        """What was stored; fields that this version does not know are left out."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: text for name, text in stored.items() if name in known})

    def recognised(self) -> WrittenDate | None:
        """The day of recognition as exactly as it was written; None when it cannot be read."""
        return parse_date(self.recognised_on)[0]

    def fingerprint(self) -> str:
        """The same for the same paper of the same product, however its words are spelled; a correction stands beside it."""
        parts = [
            fold_words(self.name), maker_key(self.producer), self.unit, paper_key(self.decision, self.recognised()),
            self.corrects,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Problem:
    """What is wrong, with which field ("" for several), and what to do."""

    field: str
    sentence: str


def problems(facts: EntryFacts, today: date) -> list[Problem]:
    """Everything that is wrong with an entry by itself, in one round; what the register says against it asks the action."""
    found = []
    if not fold_words(facts.name):
        found.append(Problem("name", "Hãy ghi tên sản phẩm như trên quyết định."))
    if not fold_words(facts.producer):
        found.append(Problem("producer", "Hãy ghi tên chủ thể như trên quyết định."))
    if not fold_words(facts.decision) and facts.quality in {Quality.SIGNED, Quality.STATE_NEWS}:
        found.append(Problem("decision", "Hãy ghi số quyết định công nhận."))
    if facts.quality not in Quality.values:
        found.append(Problem("quality", "Hãy chọn đã thấy giấy ở đâu."))
    if facts.source_url and urlsplit(facts.source_url).scheme not in {"http", "https"}:
        found.append(Problem("source_url", "Địa chỉ nguồn phải bắt đầu bằng http:// hoặc https://."))
    found += _about_recognition(facts, today)
    return found


def _about_recognition(facts: EntryFacts, today: date) -> list[Problem]:
    written, _ = parse_date(facts.recognised_on)
    if written is None:
        return [Problem("recognised_on", "Hãy ghi ngày công nhận như trên quyết định, ví dụ 07/05/2026.")]
    if written.first_day > today:
        return [Problem("recognised_on", "Ngày công nhận ở sau hôm nay. Hãy xem lại trên quyết định.")]
    stars = int(facts.stars) if facts.stars.isdigit() else 0
    if stars not in {3, 4, 5}:
        return [Problem("stars", "Chỉ sản phẩm từ 3 đến 5 sao có giấy chứng nhận OCOP. Hãy chọn lại hạng sao.")]
    if facts.issuer_level not in IssuerLevel.values:
        return [Problem("issuer_level", "Hãy chọn cấp đã công nhận.")]
    # An inexact date fits when some day of it does.
    if not any(issuer_fits(facts.issuer_level, stars, day) for day in (written.first_day, written.last_day)):
        return [Problem("issuer_level", _who_decides(stars, written.first_day))]
    return []


def _who_decides(stars: int, on: date) -> str:
    if stars == 5:
        return "5 sao do Bộ công nhận. Hãy xem lại hạng sao hoặc cấp công nhận."
    if stars == 4:
        return "4 sao do tỉnh công nhận. Hãy xem lại hạng sao hoặc cấp công nhận."
    if on < DISTRICTS_ENDED:
        return "Trước 01/07/2025, 3 sao do huyện công nhận. Hãy xem lại ngày hoặc cấp công nhận."
    return "Từ 01/07/2025, 3 sao do tỉnh công nhận, không còn cấp huyện. Hãy xem lại ngày hoặc cấp công nhận."


FIELD_LABELS = {
    "name": "Tên sản phẩm",
    "producer": "Chủ thể",
    "producer_kind": "Loại hình",
    "product_group": "Ngành, nhóm như nguồn ghi",
    "unit": "Xã, phường hoặc tỉnh",
    "stars": "Hạng sao",
    "decision": "Số quyết định",
    "issuer_level": "Cấp công nhận",
    "issuer_name": "Nơi ra quyết định",
    "recognised_on": "Ngày công nhận",
    "quality": "Đã thấy giấy ở đâu",
    "external_code": "Mã sản phẩm OCOP",
    "source_url": "Địa chỉ nguồn",
    "note": "Ghi chú",
}
