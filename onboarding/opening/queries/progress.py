"""How far a commune is with a platform, hamlet by hamlet, and its batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q, QuerySet

from core.kit import clock
from core.people.queries import Viewer
from core.places.finder import find_units
from core.places.models import Hamlet, Level, Unit, in_force
from onboarding.accounts.models import Platform
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.opening.queries.standings import Standing, living_households, standings
from onboarding.opening.rules import READERS, LeftOut


@dataclass(frozen=True)
class HamletProgress:
    """One hamlet (None: the whole commune) and one platform, in numbers of households. `ready` can be asked for now; of the
    others `left_out` says how many for which reason (see `rules.LeftOut`), the most frequent first."""

    hamlet: Hamlet | None
    households: int
    agreed: int
    waiting: int
    opened: int
    refused: int
    ready: int
    left_out: tuple[tuple[str, int], ...] = field(default=(), compare=False)


def communes_for(viewer: Viewer) -> QuerySet[Unit]:
    """Today's communes in which this person reads account opening."""
    today = Unit.objects.filter(in_force(clock.today()), level=Level.COMMUNE)
    return today.filter(viewer.units(*READERS)).select_related("parent").order_by("name", "pk")


def communes_named(viewer: Viewer, written: str) -> list[Unit]:
    """Those of `communes_for` that this name may mean: the one that fits best, else the near ones, nearest first."""
    mine = communes_for(viewer)
    provinces = list(Unit.objects.filter(pk__in=mine.order_by().values("parent"))[:2])
    finding = find_units(written, level=Level.COMMUNE, within=provinces[0] if len(provinces) == 1 else None)
    near = [finding.unit] if finding.unit else [each.unit for each in finding.candidates]
    found = mine.in_bulk([each.id for each in near])
    return [found[each.id] for each in near if each.id in found]


def platforms_to_open() -> QuerySet[Platform]:
    """The real platforms in force today, those of the target first."""
    today = Platform.objects.filter(in_force(clock.today()), is_simulation=False)
    return today.order_by("-counts_for_target", "name")


def progress_of(commune: Unit, platform: Platform, on: date) -> tuple[list[HamletProgress], HamletProgress]:
    """Every hamlet in force, and the whole commune; a fixed number of queries."""
    rows = standings(living_households(commune), platform, on)
    hamlets = Hamlet.objects.filter(in_force(on), commune=commune).order_by("name", "pk")
    by_hamlet: dict[int, list[Standing]] = {}
    for row in rows:
        by_hamlet.setdefault(row.hamlet_id, []).append(row)
    return [_counted(hamlet, by_hamlet.get(hamlet.pk, [])) for hamlet in hamlets], _counted(None, rows)


def _counted(hamlet: Hamlet | None, rows: Iterable[Standing]) -> HamletProgress:
    of = list(rows)
    return HamletProgress(
        hamlet=hamlet,
        households=len(of),
        agreed=sum(row.has_agreed for row in of),
        waiting=sum(row.is_waiting for row in of),
        opened=sum(row.has_account for row in of),
        refused=sum(row.is_refused for row in of),
        ready=sum(not row.left_out for row in of),
        left_out=tuple(Counter(row.left_out for row in of if row.left_out).most_common()),
    )


def why_none(row: HamletProgress) -> str:
    """ "3 hộ chưa đồng ý gửi thông tin cho sàn; …": why nobody there can be asked for now; "" when somebody can."""
    if row.ready:
        return ""
    return "; ".join(f"{count} hộ {str(LeftOut(reason).label).split(';')[0]}" for reason, count in row.left_out)


def batches_visible_to(viewer: Viewer) -> QuerySet[OpeningBatch]:
    """The batches of one's area, newest first, each with how many of its lines stand where."""
    counts = {
        f"{state}_lines": Count("lines", filter=Q(lines__state=state)) for state in OpeningLine.State.values
    }  # fmt: skip
    rows = OpeningBatch.objects.filter(viewer.area(*READERS, unit_field="commune"))
    return rows.select_related("platform", "commune", "hamlet", "made_by", "sent_by").annotate(**counts).order_by("-pk")


def lines_of(batch: OpeningBatch) -> QuerySet[OpeningLine]:
    """The lines of a batch in the order of the sheet."""
    return batch.lines.select_related("household__hamlet", "producer", "account").order_by("number")
