"""Counting a day per commune and keeping the counts, wholly once a day and in parts whenever something has changed.

Counters follow one another: the lock is taken before anything is read, so a count never overwrites a later one with what it
read earlier. What was marked while a count runs stays marked and is counted next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, F, Q, Value

from core.kit import clock
from core.kit.bulk import insert_many
from core.places.queries import former_provinces
from ocop.indicators.actions.marking import EVERYTHING
from ocop.indicators.counting import Counts, Found, count_together
from ocop.indicators.models import Recount, Tally
from ocop.indicators.queries import by_subject, measurement
from ocop.indicators.registry import INDICATORS, PRODUCTS, SUBJECTS, Indicator, Subject
from ocop.indicators.tallies import MARKER, codes_of, is_counted

_LOCK = 0x7A11_E5  # the counters' own number among PostgreSQL's advisory locks
_AT_ONCE = 5_000


def count_day() -> int:
    """The job of 00:05: count the day wholly; returns how many rows are kept of it."""
    return count_units(on=clock.today())


def recount_due() -> int:
    """The job of every other second: count again what was marked; returns how many marks are done. Killed at any line, the
    marks are still there."""
    if not Recount.objects.exists():  # no lock while nothing is to be done
        return 0
    with transaction.atomic():
        lock_counters()
        marks = list(Recount.objects.order_by("pk")[:_AT_ONCE])
        today = clock.today()
        _recount(today, marks)
        # What changed before midnight, or while no worker ran, belongs to the day on which it changed as well.
        for day in sorted({clock.day_of(each.since) for each in marks} - {today}):
            if is_counted(day):
                _recount(day, [each for each in marks if clock.day_of(each.since) <= day])
        Recount.objects.filter(pk__in=[each.pk for each in marks]).delete()
    return len(marks)


def _recount(on: date, marks: Iterable[Recount]) -> None:
    wanted = defaultdict[str, set[int | None]](set)
    for each in marks:
        wanted[each.subject].add(each.unit_id)
    if EVERYTHING in wanted or not is_counted(on):
        count_units(on=on)
        return
    for name, units in wanted.items():
        subject = SUBJECTS[name]
        is_whole = None in units and subject is not PRODUCTS
        count_units(on=on, subjects=[subject], units=None if is_whole else units)


@transaction.atomic
def count_units(
    *, on: date, subjects: Iterable[Subject] | None = None, units: Collection[int | None] | None = None
) -> int:
    """Count all indicators of these subjects (all by default) on a day, per unit and former province, and keep the counts in
    place of those of before: of these `units` (ids; None: rows without a known place), or of all there are. One query for all
    subjects and two statements, however many units. Returns how many rows are kept."""
    lock_counters()
    chosen = {subject.name for subject in subjects} if subjects is not None else set(SUBJECTS)
    parts = [each for each in by_subject(INDICATORS.values()) if each[0].name in chosen]
    counted = count_together(
        [
            (subject.counted(on, _area(units, subject.unit_field)), indicators, _groups(subject))
            for subject, indicators in parts
        ]
    )
    formers, at = former_provinces(), clock.now()
    fresh = [
        row
        for (subject, indicators), found in zip(parts, counted, strict=True)
        for row in _rows(indicators, _placed(subject, found, formers), on, at, is_whole=units is None or None in units)
    ]
    codes = [code for _subject, indicators in parts for code in codes_of(indicators)]
    Tally.objects.filter(_area(units, "unit"), on=on, indicator__in=codes).delete()
    insert_many(fresh)
    return len(fresh)


def lock_counters() -> None:
    """Until the end of the transaction nobody else counts. SQLite has one writer at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _rows(
    indicators: list[Indicator],
    placed: Iterable[tuple[tuple[int | None, str], Counts]],
    on: date,
    at: datetime,
    *,
    is_whole: bool,
) -> Iterator[Tally]:
    """What is kept of one subject's counts. `is_whole`: with a row for each indicator that says: counted, whatever was found."""
    found = dict(placed)
    if is_whole:
        found.setdefault(MARKER, {})
    for (unit_id, former), counts in found.items():
        for indicator in indicators:
            for code, numbers in _numbers(indicator, counts):
                if any(numbers) or ((unit_id, former) == MARKER and code == indicator.code):
                    yield Tally(
                        indicator=code,
                        version=indicator.version,
                        on=on,
                        unit_id=unit_id,
                        former_code=former,
                        numerator=numbers[0],
                        denominator=numbers[1],
                        missing=numbers[2],
                        counted_at=at,
                    )


def _groups(subject: Subject) -> dict[str, Any]:
    """By unit and, for products alone, by the former province that they name."""
    former = F("former_province__code") if subject is PRODUCTS else Value(None, CharField())
    return {"unit_group": F(f"{subject.unit_field}_id"), "former_group": former}


def _placed(
    subject: Subject, counted: Found, formers: Mapping[int, str]
) -> Iterator[tuple[tuple[int | None, str], Counts]]:
    """Products say themselves in which province they were made; of everything else the commune says it."""
    for (unit_id, former), counts in counted:
        yield (unit_id, (former if subject is PRODUCTS else formers.get(unit_id)) or ""), counts


def _numbers(indicator: Indicator, counts: Counts) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """The rows of an indicator: its own, and one for each part of it."""
    found = measurement(indicator, counts)
    yield indicator.code, (found.numerator, found.denominator, found.missing)
    for part, (numerator, denominator) in found.beside.items():
        yield f"{indicator.code}:{part}", (numerator, denominator, 0)


def _area(units: Collection[int | None] | None, field: str) -> Q:
    """The condition "lies in one of these units" (None among them: nobody knows where; None instead: anywhere)."""
    if units is None:
        return Q()
    known = Q(**{f"{field}__in": [pk for pk in units if pk is not None]})
    return known | Q(**{f"{field}__isnull": True}) if None in units else known
