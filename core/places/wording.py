"""What a finding says to people: each unit in full, and why it is not simply what was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.places.index import Place, PlaceIndex
from core.places.matching import Hit, Search
from core.places.models import Level


class Doubt(StrEnum):
    """Why an answer is not simply what was written; programs may act on these, people read the sentence."""

    LETTER = "letter"
    MARKS = "marks"
    KIND = "kind"
    FORMER_NAME = "former_name"
    ERA = "era"
    AREA_OF_OTHER_ERA = "area_of_other_era"
    MERGED_DISTRICT = "merged_district"
    SAME_NAME = "same_name"
    NOT_THERE = "not_there"


@dataclass(frozen=True)
class Remark:
    """One doubt and its sentence for people."""

    doubt: Doubt
    sentence: str


@dataclass(frozen=True)
class Candidate:
    """A unit that may be meant; `words` names it in full, `remarks` say what differs from what was written."""

    unit: Place
    words: str
    remarks: tuple[Remark, ...]


NOTHING_WRITTEN = Remark(Doubt.NOT_THERE, "Chưa có tên đơn vị hành chính nào. Hãy ghi tên xã, huyện cũ hoặc tỉnh.")


def full_words(index: PlaceIndex, place: Place) -> str:
    """ "xã Xuyên Mộc, huyện Xuyên Mộc, tỉnh Bà Rịa - Vũng Tàu"."""
    words, at = [str(place)], place.parent_id
    while at is not None:
        words.append(str(index.places[at]))
        at = index.places[at].parent_id
    return ", ".join(words)


def candidate(search: Search, hit: Hit) -> Candidate:
    """The hit in words."""
    place, cost, found = hit.name.place, hit.cost, []
    if cost.letters:
        mended = ", ".join(f"«{text}»" for text in hit.mended)
        found.append(Remark(Doubt.LETTER, f"Đã sửa một chữ: {mended} không có trong danh mục."))
    if cost.marks:
        found.append(Remark(Doubt.MARKS, f"Dấu khác với danh mục, nơi ghi là {full_words(search.index, place)}."))
    if cost.kind:
        found.append(Remark(Doubt.KIND, f"Loại đơn vị khác với cách viết: đây là {full_words(search.index, place)}."))
    if cost.former_name:
        called = _called(search, place)
        found.append(Remark(Doubt.FORMER_NAME, f"Tên của thời khác; ngày {search.on:%d/%m/%Y} gọi là {called}."))
    if cost.other_era:
        found.append(Remark(Doubt.ERA, _era_sentence(search, place)))
    if cost.areas_of_other_era:
        found.append(Remark(Doubt.AREA_OF_OTHER_ERA, "Huyện, tỉnh viết kèm không cùng thời với đơn vị này."))
    if cost.merged:
        joined = f"Huyện này đã nhập vào huyện khác trước ngày 1/7/2025; sổ chỉ còn {full_words(search.index, place)}."
        found.append(Remark(Doubt.MERGED_DISTRICT, joined))
    found += [Remark(Doubt.NOT_THERE, f"Không nằm trong «{text}».") for text in hit.missed]
    return Candidate(place, full_words(search.index, place), tuple(found))


def nothing_fits(search: Search, hits: Sequence[Hit]) -> Remark:
    """Why there is no unit with these names, and what to do."""
    written = search.place.name.text
    if not hits:
        return Remark(Doubt.NOT_THERE, f"Không có đơn vị nào tên «{written}». Hãy xem lại cách viết.")
    missing = " và ".join(sorted({f"«{text}»" for text in hits[0].missed}))
    return Remark(
        Doubt.NOT_THERE, f"«{written}» không nằm trong {missing or 'khu vực này'}. Hãy xem lại từng tên, hoặc chọn một."
    )


def several_fit(search: Search, best: Sequence[Hit]) -> Remark:
    """That the names alone do not decide, and what to do."""
    provinces = {_province(search.index, hit.name.place) for hit in best}
    where = "Tên này trùng ở nhiều tỉnh" if len(provinces) > 1 else "Có nhiều đơn vị cùng hợp với tên này"
    return Remark(Doubt.SAME_NAME, f"{where}: {len(best)} đơn vị. Hãy chọn một, hoặc ghi thêm huyện, tỉnh.")


def another_level(search: Search, fitting: Sequence[Hit]) -> tuple[Remark, ...]:
    """Without a column or a prefix, a district and a commune may share the name: the reader is told of the other."""
    level = fitting[0].name.place.level
    others = [hit for hit in fitting[1:] if hit.name.place.level != level and not hit.cost.letters]
    if search.level or search.place.name.kind or not others:
        return ()
    return (Remark(Doubt.SAME_NAME, f"Cũng có thể là {full_words(search.index, others[0].name.place)}."),)


def _called(search: Search, place: Place) -> str:
    now = next((name for name in search.index.names_of(place) if name.is_in_force(search.on)), None)
    return f"{now.kind[:1].lower()}{now.kind[1:]} {now.name}" if now else str(place)


def _era_sentence(search: Search, place: Place) -> str:
    if place.valid_to is None or place.valid_to > search.on:
        return f"Đơn vị này chỉ có từ ngày {place.valid_from:%d/%m/%Y}."
    index = search.index
    became = [full_words(index, index.places[pk]) for pk in index.successors.get(place.id, [])[:3]]
    now = f" Sau đó là {' và '.join(became)}." if became else ""
    return f"Đơn vị này chỉ có đến trước ngày {place.valid_to:%d/%m/%Y}.{now}"


def _province(index: PlaceIndex, place: Place) -> int:
    if place.level == Level.PROVINCE:
        return place.id
    return next((above for above in index.above(place) if index.places[above].level == Level.PROVINCE), place.id)
