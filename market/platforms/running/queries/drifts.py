"""Where a platform and we do not agree, and what a person may do about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from core.people.queries import Viewer
from market.platforms.models import Drift
from market.platforms.reconcile.actions import may_keep_ours, may_take_theirs
from market.platforms.reconcile.holding import is_asked
from market.platforms.reconcile.wording import lines_of, web_address


@dataclass(frozen=True)
class Difference:
    """One open drift as the list shows it: `lines` are (field, ours, theirs) in words; `url` is "" where it is no web address,
    `is_asked` says that a job is at it."""

    drift: Drift
    lines: tuple[tuple[str, str, str], ...]
    url: str
    may_keep: bool
    may_take: bool
    is_asked: bool


def open_drifts(kind: str = "", platform: str = "") -> QuerySet[Drift]:
    """Drifts that nobody has decided, newest first; of one kind, on the platform with this code."""
    rows = Drift.objects.filter(decision=Drift.Decision.OPEN)
    if kind:
        rows = rows.filter(kind=kind)
    if platform:
        rows = rows.filter(connection__platform__code=platform)
    return rows.select_related("connection__platform", "row__listing__shop__producer").order_by("-found_at", "-pk")


def differences(drifts: list[Drift], viewer: Viewer) -> list[Difference]:
    """These drifts with what an operator may do; no query."""
    return [
        Difference(
            drift,
            lines_of(drift),
            web_address(drift),
            # A stray object has no version of ours beside it: it becomes ours, or is left.
            may_keep=drift.kind != Drift.Kind.STRANGER and may_keep_ours(drift),
            # What changes a seller's own words is the seller's; only that a stray object is ours may an operator say.
            may_take=drift.kind == Drift.Kind.STRANGER and may_take_theirs(viewer, drift),
            is_asked=is_asked(drift),
        )
        for drift in drifts
    ]
