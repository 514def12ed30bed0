"""The rows of a snapshot as they are read: on which side of every indicator each stands, and a digest of what put it there.

No person's name and no phone is read here; a household is its number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db.models import F, Q

from core.places.models import Level
from core.places.queries import former_provinces
from ocop.certificates.queries import speaking_certificate, with_certificates
from ocop.frames.queries import framed_households
from ocop.indicators.households import ACTIVE_DAYS, accounts_of
from ocop.indicators.queries import Scope, marked_rows
from ocop.indicators.registry import HAMLETS, HOUSEHOLDS, INDICATORS, PRODUCTS, STALLS, Beside, Indicator, Subject
from ocop.presence.queries import seen_on_platforms
from ocop.register.models import OcopProduct
from ocop.snapshots.frozen import evidence_digest
from ocop.snapshots.models import Snapshot, SnapshotRow
from onboarding.accounts.doings import doings_of
from onboarding.markets.queries.states import stall_states
from onboarding.teams.queries import assignments_in_force

NUMERATOR, DENOMINATOR, MISSING, NEITHER = "n", "d", "m", "-"
PARTS = {Beside.EXTENDED: "e", Beside.SERVICE: "s"}  # the letters of `SnapshotRow.traits`
_AT_ONCE = 2000
Evidence = dict[int, list[Any]]


def definitions() -> dict[str, list[Any]]:
    """The indicators as they are defined today: code → version, name, definition."""
    return {each.code: [each.version, each.name, each.definition] for each in INDICATORS.values()}


def codes_of(snapshot: Snapshot) -> list[str]:
    """The indicators of a snapshot in the order of the letters of `SnapshotRow.sides` (databases keep no order of keys)."""
    return sorted(snapshot.definitions)


class Standing(NamedTuple):
    """A row that stands on any side, as it was read; `marks` in the order of `Reading.names`."""

    pk: int
    unit_code: str
    former_code: str
    sides: str
    traits: str
    marks: tuple[Any, ...]


@dataclass(frozen=True)
class Reading:
    """The rows of a subject at one moment, by number."""

    subject: Subject
    names: list[str]
    rows: list[Standing]


def read(snapshot: Snapshot, subject: Subject, scope: Scope) -> Reading:
    """All rows of a subject that stand on any side, in one statement: they were so at one and the same moment, and what the marks
    look up in whole tables is looked up once. Some hundred bytes of memory a row."""
    rows = marked_rows(subject, scope)
    names = sorted(rows.query.annotation_select)
    place = {"at_unit": F(subject.unit_field), "at_code": F(f"{subject.unit_field}__code")}
    if subject is PRODUCTS:
        place |= {"was_code": F("former_province__code"), "was_level": F("former_province__level")}
    former, letters = former_provinces(), dict[tuple[Any, ...], tuple[str, str, tuple[Any, ...]]]()
    codes, parts = codes_of(snapshot), _parts_of(subject)
    found: list[Standing] = []
    for row in rows.order_by("pk").values("pk", *names, **place).iterator(chunk_size=_AT_ONCE):
        marks = tuple(row[name] for name in names)
        if marks not in letters:  # few of them are different
            letters[marks] = _sides(subject, row, codes), _traits(parts, row), marks
        sides, traits, same = letters[marks]
        if sides.strip(NEITHER):
            lay = _former(row) if subject is PRODUCTS else former.get(row["at_unit"], "")
            found.append(Standing(row["pk"], row["at_code"] or "", lay, sides, traits, same))
    return Reading(subject, names, found)


def captured(snapshot: Snapshot, reading: Reading, rows: Sequence[Standing]) -> list[SnapshotRow]:
    """These rows of a reading with a digest of what put them there, unsaved. A fixed number of queries."""
    subject = reading.subject
    evidence = _evidence(subject, [row.pk for row in rows], snapshot.on)
    return [
        SnapshotRow(
            snapshot=snapshot,
            subject=subject.name,
            subject_id=row.pk,
            unit_code=row.unit_code,
            former_code=row.former_code,
            sides=row.sides,
            traits=row.traits,
            evidence_sha256=evidence_digest(
                [subject.name, row.pk, dict(zip(reading.names, row.marks, strict=True)), evidence.get(row.pk, [])]
            ),
        )
        for row in rows
    ]


def holds(condition: Q, marks: Mapping[str, Any]) -> bool:
    """Whether a condition over marks that are true or false holds for a row."""
    answers = [
        holds(child, marks) if isinstance(child, Q) else bool(marks[child[0]]) is child[1]
        for child in list[Any](condition.children)
    ]
    found = any(answers) if condition.connector == Q.OR else all(answers)
    return found is not condition.negated


def _sides(subject: Subject, marks: Mapping[str, Any], codes: Sequence[str]) -> str:
    indicators = (INDICATORS[code] for code in codes)
    return "".join(_letter(each, marks) if each.subject is subject else NEITHER for each in indicators)


def _letter(indicator: Indicator, marks: Mapping[str, Any]) -> str:
    if holds(indicator.denominator, marks):
        return NUMERATOR if holds(indicator.numerator, marks) else DENOMINATOR
    return MISSING if holds(indicator.missing, marks) else NEITHER


def _parts_of(subject: Subject) -> dict[Beside, Q]:
    """What is counted beside the rates of a subject: the same rows in all of them, or a letter of a row would not say it."""
    found: dict[Beside, Q] = {}
    for indicator in INDICATORS.values():
        for part, condition in indicator.beside.items() if indicator.subject is subject else ():
            if found.setdefault(part, condition) != condition:
                raise ValueError(f"{part} means different rows in the rates of {subject.name}")
    return found


def _traits(parts: Mapping[Beside, Q], marks: Mapping[str, Any]) -> str:
    return "".join(PARTS[part] for part in sorted(parts) if holds(parts[part], marks))


def _former(row: Mapping[str, Any]) -> str:
    return row["was_code"] or "" if row["was_level"] == Level.PROVINCE else ""


def _evidence(subject: Subject, ids: list[int], on: date) -> Evidence:
    if subject is PRODUCTS:
        return _of_products(ids, on)
    if subject is HOUSEHOLDS:
        return _of_households(ids, on)
    if subject is STALLS:
        return _of_stalls(ids, on)
    assert subject is HAMLETS
    teams = assignments_in_force(on).filter(hamlet__in=ids).values_list("hamlet_id", "team_id")
    return {hamlet: [["team", team]] for hamlet, team in teams.order_by("hamlet_id", "team_id")}


def _of_products(ids: list[int], on: date) -> Evidence:
    seen = seen_on_platforms(ids, on)
    found: Evidence = {}
    for product in with_certificates(OcopProduct.objects.filter(pk__in=ids)):
        papers = list(product.certificates.all())
        speaking, _ = speaking_certificate(papers, on)
        told = [
            [
                "paper",
                each.check_code,
                str(each.state_on(on)),
                each.stars,
                each.quality,
                str(each.recognised_on),
                each == speaking,
            ]
            for each in papers
        ]
        pages = [
            ["page", each.platform, each.url, _moment(each.at), each.result, each.counts]
            for each in seen.get(product.pk, [])
        ]
        found[product.pk] = _in_order([*told, *pages])
    return found


def _of_households(ids: list[int], on: date) -> Evidence:
    accounts, doings = accounts_of(ids, on), doings_of(ids, on, ACTIVE_DAYS)
    framed = framed_households(on).filter(household__in=ids).order_by("frame__sha256")
    frames = dict(framed.values_list("household_id", "frame__sha256"))
    return {
        pk: _in_order(
            [
                *(
                    [
                        "account",
                        each.platform_name,
                        each.state,
                        each.url,
                        _moment(each.claimed_at),
                        _moment(each.seen_at),
                    ]
                    for each in accounts.get(pk, [])
                ),
                *(["doing", each.kind, str(each.happened_on), each.source] for each in doings.get(pk, [])),
                ["frame", frames.get(pk, "")],
            ]
        )
        for pk in ids
    }


def _of_stalls(ids: list[int], on: date) -> Evidence:
    """The last check and what was told, by their numbers: they are never changed."""
    found: Evidence = {}
    for pk, state in stall_states(ids, on).items():
        use = state.use
        found[pk] = [
            ["check", state.check.pk if state.check else None, _moment(state.check.at if state.check else None)],
            ["verdict", state.verdict.value],
            ["told", use.pk if use else None, str(use.month) if use else ""],
        ]
    return found


def _in_order(facts: list[list[Any]]) -> list[Any]:
    """By their text: databases sort names differently."""
    return sorted(facts, key=lambda fact: [str(part) for part in fact])


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""
