"""Which screens there are, and what one shows: sums of kept counts, nothing counted anew and nobody's row."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import capfirst

from core.kit import clock
from core.kit.text import sort_key
from core.people.models import Grant
from core.people.queries import Viewer, may_enter
from core.places.models import Level, Unit, in_force
from ocop.indicators.queries import Scope
from ocop.indicators.registry import INDICATORS
from ocop.indicators.tallies import counted_days, kept_series, last_count
from ocop.indicators.targets import TargetFor, targets_for
from ocop.snapshots.open_data import TIED
from ocop.snapshots.suppression import SMALL, is_small
from ocop.wall.models import ScreenLink
from ocop.wall.rules import MAKERS

PRODUCT_RATES = ("I2both", "I2v", "I2p", "I2any")
HOUSEHOLD_RATES = ("I1", "I1b", "I1d")
FIELD_RATES = ("I3", "I3a", "I4")
SHOWN = tuple(INDICATORS[code] for code in (*PRODUCT_RATES, *HOUSEHOLD_RATES, *FIELD_RATES))
WEEK = timedelta(days=7)
# How far back a last count is still shown (as old), and how much older than a week the count may be that it is compared with.
LOOK_BACK, GIVE = timedelta(days=30), timedelta(days=7)


@dataclass(frozen=True)
class Rate:
    """The integers of a rate; `is_hidden`: so few in a commune that they are not shown to a room, or one that gives such a one away;
    `is_missing_hidden`: the same of what is missing."""

    numerator: int
    denominator: int
    missing: int
    is_hidden: bool = False
    is_missing_hidden: bool = False


@dataclass(frozen=True)
class Wall:
    """What a screen shows. `on` is the last day that was counted (None: none lately), `before` the one a week earlier; rates by code,
    without those that have no denominator, which is not 0."""

    scope: Scope
    on: date | None
    counted_at: datetime | None
    before: date | None
    now: Mapping[str, Rate]
    then: Mapping[str, Rate]
    targets: Mapping[str, TargetFor]

    @property
    def is_old(self) -> bool:
        """Whether today has not been counted."""
        return self.on != self.scope.on


def wall_of(scope: Scope) -> Wall:
    """The figures of a scope on the last counted day and a week before. Four queries at any size."""
    days = counted_days(SHOWN, scope.on - LOOK_BACK, scope.on)
    if not days:
        return Wall(scope, None, None, None, {}, {}, {})
    on = days[-1]
    before = next((day for day in reversed(days) if on - WEEK - GIVE <= day <= on - WEEK), None)
    series = kept_series(SHOWN, scope, [on, before] if before else [on])
    # Of one commune few people are few neighbours; above it a small number tells nobody who is meant.
    hides = scope.unit is not None and scope.unit.level == Level.COMMUNE

    def rates(day: date | None) -> dict[str, Rate]:
        found = {code: kept[day] for code, kept in series.items() if day in kept}
        unseen = _unseen(found) if hides else set()
        return {
            code: Rate(n, d, m, code in unseen, hides and m in SMALL) for code, (n, d, m) in found.items() if d or m
        }

    return Wall(
        scope, on, last_count(scope, on), before, rates(on), rates(before), targets_for([INDICATORS["I1"], INDICATORS["I2both"]], scope)
    )  # fmt: skip


def _unseen(found: Mapping[str, tuple[int, int, int]]) -> set[str]:
    """The small ones; one small one of those that follow from each other takes the others with it."""
    small = {code for code, (n, d, _m) in found.items() if is_small((n, d))}
    return small | TIED if small & TIED else small


def hash_of(secret: str) -> str:
    """The stored form of a link's secret (it is long and random, so a plain hash is enough)."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class Screen:
    """A link, and whether its maker may still enter and signs the figures of its area today."""

    link: ScreenLink
    is_vouched: bool


def screen_of(secret: str) -> Screen | None:
    """The screen with this secret, open or not; one query."""
    return next(iter(screens_of(ScreenLink.objects.select_related("unit").filter(secret_hash=hash_of(secret)))), None)


def screens_of(links: QuerySet[ScreenLink]) -> list[Screen]:
    """These links as screens, in one query: a right that its giver has lost is none (as in `Viewer.covers`)."""
    area = Q(unit=OuterRef("unit")) | Q(unit=OuterRef("unit__parent")) | Q(unit__isnull=True)
    today = in_force(clock.today())
    held = Grant.objects.filter(today, area, user=OuterRef("made_by"), role__in=MAKERS, hamlet__isnull=True)
    rows: QuerySet[Any] = links.select_related("unit", "made_by", "revoked_by").annotate(
        signs=Exists(held) | Q(made_by__is_superuser=True)
    )
    return [Screen(row, bool(row.signs) and row.made_by is not None and may_enter(row.made_by)) for row in rows]


def open_links() -> QuerySet[ScreenLink]:
    """Links that are neither revoked nor run out."""
    return ScreenLink.objects.filter(revoked_at__isnull=True, expires_at__gt=clock.now())


def links_visible_to(viewer: Viewer) -> QuerySet[ScreenLink]:
    """The links of the areas whose figures this person signs, the newest first."""
    rows = ScreenLink.objects.filter(viewer.area(*MAKERS, unit_field="unit"))
    return rows.select_related("unit", "made_by", "revoked_by").order_by("-made_at", "-pk")


def areas_to_show(viewer: Viewer) -> list[tuple[Unit, str]]:
    """The areas a person may make a link for, provinces first, with what a form calls them; who signs for the whole country chooses
    among provinces."""
    rows = Unit.objects.filter(viewer.units(*MAKERS), in_force(clock.today())).filter(
        Q(level=Level.PROVINCE) if viewer.sees_everything(*MAKERS) else Q(level__in=[Level.PROVINCE, Level.COMMUNE])
    )
    units = sorted(rows, key=lambda unit: (unit.level == Level.COMMUNE, sort_key(unit.name)))
    return [(unit, capfirst(str(unit))) for unit in units]
