"""Which household of the register a row of a list is, and what it would change there. Pure reading of the desk.

A machine says "the same household" only when nothing speaks against it: the survey's record, the personal ID with the same
name, or the same name in the same hamlet with no birth year or phone that differs. Of two that may be meant, neither.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.imports.contract import Change, Claim
from core.imports.sheet.columns import Values
from core.kit import clock, phones
from core.kit.text import fold_words
from onboarding.households.actions import facts_of
from onboarding.households.facts import FACTS, HouseholdFacts, ProductionFacts
from onboarding.households.identity import personal_id_hash
from onboarding.households.models import Household, PhoneOwner
from onboarding.households.wording import fact_label, fact_words
from onboarding.lists.cells import Phone
from onboarding.lists.columns import CHOSEN, YES_NO
from onboarding.lists.desk import ListDesk
from onboarding.lists.trades import with_measures
from onboarding.matching.rules.likeness import is_same_name

ADULT_FROM = 16  # a younger person needs a legal representative (Law 91/2025/QH15), and is no head of a household
_OLDEST = 120


@dataclass(frozen=True)
class Match:
    """The household a row is, or why that cannot be said (`reason`); both empty: nobody of the register."""

    household: Household | None = None
    reason: str = ""


def facts_in(values: Values, hamlet: Any) -> tuple[HouseholdFacts, tuple[str, ...]]:
    """The facts a row says, and warnings about how they were read. A fact not said has its empty value."""

    def said(name: str, nothing: Any = None) -> Any:
        return nothing if values[name] is None else values[name].value

    warnings = [read.warning for read in values.values() if read is not None and read.warning]
    phone, owner = said("phone"), said("phone_owner", PhoneOwner.UNKNOWN.value)
    number = phone.number if isinstance(phone, Phone) else ""
    if isinstance(phone, Phone) and not number and owner == PhoneOwner.UNKNOWN:
        owner = PhoneOwner.NONE.value
    if owner in {PhoneOwner.OWN, PhoneOwner.RELATIVE} and not number:
        owner = PhoneOwner.UNKNOWN.value
        warnings.append("Ghi điện thoại của ai nhưng không có số.")
    production: tuple[ProductionFacts, ...] = said("production", ())
    chosen = [code for name, code in CHOSEN.items() if said(name)]
    production += tuple(
        ProductionFacts(code) for code in chosen if code not in {line.kind for line in production}
    )  # fmt: skip
    areas = [
        area for name in ("area", "area_ha", "area_m2", "area_cong", "area_sao") if (area := said(name)) is not None
    ]
    if areas or said("heads") is not None or said("season"):
        production, left_out = with_measures(production, sum(areas) or None, said("heads"), said("season", ""))
        warnings += [left_out] if left_out else []
    facts = HouseholdFacts(
        said("head_name"),
        hamlet,
        phone=number,
        phone_owner=owner,
        production=tuple(sorted(production, key=lambda line: (line.kind, line.goods))),
        personal_id=said("personal_id", ""),
        tax_code=said("tax_code", ""),
        sex=said("sex", ""),
        birth_year=said("birth_year"),
        **{name: said(name) for name in YES_NO},
    )
    return facts, (*warnings, *_doubts_of_id(facts))


def _doubts_of_id(facts: HouseholdFacts) -> list[str]:
    """A personal ID says the century, sex and year of birth; another paper may say otherwise, so this only warns."""
    digits = facts.personal_id
    if not digits:
        return []
    century, is_female = 1900 + 100 * (int(digits[3]) // 2), bool(int(digits[3]) % 2)
    doubts = []
    if facts.birth_year and facts.birth_year != century + int(digits[4:6]):
        doubts.append("Năm sinh khác với số định danh. Hãy xem lại trên thẻ căn cước.")
    if facts.sex and is_female != (facts.sex == "female"):
        doubts.append("Giới tính khác với số định danh. Hãy xem lại trên thẻ căn cước.")
    return doubts


def objection(facts: HouseholdFacts, phone_said: Phone | None) -> str:
    """Why these facts cannot stand in the register; "" when they can."""
    if facts.birth_year is not None:
        age = clock.today().year - facts.birth_year
        if age < ADULT_FROM:
            return f"Năm sinh {facts.birth_year}: chủ hộ phải từ {ADULT_FROM} tuổi. Hãy xem lại năm sinh, hoặc ghi tên người đại diện."
        if age > _OLDEST:
            return f"Năm sinh {facts.birth_year} không hợp lý. Hãy xem lại."
    if facts.phone_owner == PhoneOwner.NONE and phone_said is not None and phone_said.number:
        return "Ghi không có điện thoại nhưng lại có số. Hãy bỏ một trong hai."
    return ""


def claims_of(facts: HouseholdFacts, values: Values, match: Match) -> tuple[Claim, ...]:
    """What a file may say once: this record, this person, this household, and somebody of this name in this hamlet."""
    folded = fold_words(facts.head_name)
    claims = [
        Claim(
            f"name:{facts.hamlet.pk}:{folded}",
            "" if facts.head_name.isascii() else _spelling(facts.head_name),
            (facts.personal_id, str(facts.birth_year or ""), facts.phone),
        )
    ]
    if facts.personal_id:
        claims.append(Claim(f"person:{personal_id_hash(facts.personal_id)}"))
    if values["record"]:
        claims.append(Claim(f"record:{values['record'].value}"))
    if match.household is not None:
        claims.append(Claim(f"household:{match.household.pk}"))
    return tuple(claims)


def _spelling(name: str) -> str:
    """The same for «Hòa» and «Hoà», another for «Hoa»: letters and tones of each word in any order."""
    return " ".join("".join(sorted(unicodedata.normalize("NFD", word))) for word in name.casefold().split())


def match_of(facts: HouseholdFacts, values: Values, desk: ListDesk) -> Match:
    """The household of the register that this row is."""
    if values["record"] and (known := desk.by_record.get(values["record"].value)) is not None:
        if desk.unit.pk not in {known.commune_id, known.commune.parent_id}:
            return Match(reason="Bản ghi này của phiếu khảo sát đã ở nơi khác. Hãy nhập ở đúng nơi.")
        if known.end_reason != "undone":
            return Match(known)
    if facts.personal_id and (persons := desk.by_person.get(personal_id_hash(facts.personal_id))):
        same = [each for each in persons if is_same_name(each.head_name, facts.head_name)]
        if len(same) == 1:
            return Match(same[0])
        return Match(reason=f"Số định danh này đã ghi cho {_names(persons)}. Hãy xem lại họ tên hoặc số định danh.")
    return _by_name(facts, desk)


def _by_name(facts: HouseholdFacts, desk: ListDesk) -> Match:
    named = desk.by_name.get((facts.hamlet.pk, fold_words(facts.head_name)[:120]), [])
    judged = [(each, _judged(facts, each)) for each in named if is_same_name(each.head_name, facts.head_name)]
    possible = [(each, verdict) for each, verdict in judged if verdict is not False]
    for group in (
        [each for each, verdict in possible if verdict],
        [each for each, _ in possible if each.ended_on is None],
        [each for each, _ in possible],
    ):
        if len(group) == 1:
            return Match(group[0])
        if group:
            return Match(
                reason=f"Có {len(group)} hộ cùng tên ở đây: {_names(group)}. Hãy ghi thêm số điện thoại, năm sinh hoặc số định danh."
            )
    return Match()


def _judged(facts: HouseholdFacts, household: Household) -> bool | None:
    """Whether two of one name in one hamlet are one (True), are two (False), or nothing says so (None): the first that both
    have decides."""
    if facts.personal_id and household.personal_id_hash:
        return bool(personal_id_hash(facts.personal_id) == household.personal_id_hash)
    if facts.birth_year and household.birth_year:
        return bool(facts.birth_year == household.birth_year)
    if facts.phone and household.phone:
        return bool(facts.phone == household.phone)
    return None


def _names(households: Sequence[Household]) -> str:
    return ", ".join(f"«{each.head_name}» (hộ số {each.pk})" for each in households[:3])


def changes_to(household: Household, facts: HouseholdFacts) -> dict[str, Any]:
    """What the row would change: fact → new value. An empty cell changes nothing, and the sheet's lines of production are
    laid over the known ones, none is taken away."""
    before = facts_of(household)
    changes: dict[str, Any] = {}
    if household.head_name.isascii() and not facts.head_name.isascii():
        changes["head_name"] = facts.head_name
    if facts.hamlet.pk != household.hamlet_id:
        changes["hamlet"] = facts.hamlet
    for name in ("sex", "birth_year", "tax_code", *YES_NO):
        value = getattr(facts, name)
        if value not in (None, "") and value != getattr(before, name):
            changes[name] = value
    if facts.personal_id and not household.personal_id_hash:
        changes["personal_id"] = facts.personal_id
    changes |= _phone_changes(before, facts)
    production = _laid_over(before.production, facts.production)
    if production != before.production:
        changes["production"] = production
    return changes


def _phone_changes(before: HouseholdFacts, facts: HouseholdFacts) -> dict[str, Any]:
    if facts.phone_owner == PhoneOwner.NONE:
        return {"phone": "", "phone_owner": facts.phone_owner} if before.phone_owner != PhoneOwner.NONE else {}
    if not facts.phone:
        return {}
    changes: dict[str, Any] = {}
    if facts.phone != before.phone:
        changes |= {"phone": facts.phone, "phone_owner": facts.phone_owner}
    elif facts.phone_owner not in (PhoneOwner.UNKNOWN, before.phone_owner):
        changes["phone_owner"] = facts.phone_owner
    return {name: value for name, value in changes.items() if value != getattr(before, name)}


def _laid_over(
    known: tuple[ProductionFacts, ...], said: tuple[ProductionFacts, ...]
) -> tuple[ProductionFacts, ...]:  # fmt: skip
    lines = {(line.kind, line.goods): line for line in known}
    for line in said:
        key = (line.kind, line.goods)
        if key not in lines and not line.goods and any(kind == line.kind for kind, _ in lines):
            continue  # «cây lâu năm» says nothing new of a household that grows cashew
        before = lines.get(key, line)
        lines[key] = replace(
            before,
            area_m2=line.area_m2 if line.area_m2 is not None else before.area_m2,
            heads=line.heads if line.heads is not None else before.heads,
            season=line.season or before.season,
        )
    return tuple(sorted(lines.values(), key=lambda line: (line.kind, line.goods)))


def changes_in_words(changes: dict[str, Any], before: HouseholdFacts | None) -> tuple[Change, ...]:
    """For the page: what a row changes or adds, numbers that point at a person masked."""
    return tuple(
        Change(fact_label(name), _shown(name, getattr(before, name)) if before else "", _shown(name, changes[name]))
        for name in FACTS
        if name in changes
    )


def _shown(name: str, value: Any) -> str:
    if name == "phone":
        return phones.masked(value)
    if name in {"personal_id", "tax_code"}:
        return f"…{value[-3:]}" if value else ""
    return fact_words(name, value)


def said_facts(facts: HouseholdFacts) -> dict[str, Any]:
    """The facts a new household would have, without those nobody said."""
    nothing: tuple[Any, ...] = (None, "", ())
    return {
        name: value
        for name in FACTS
        if (value := getattr(facts, name)) not in nothing
        and not (name == "phone_owner" and value == PhoneOwner.UNKNOWN)
    }
