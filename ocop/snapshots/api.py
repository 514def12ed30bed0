"""Snapshots for programs: figures, definitions and rows as they were frozen. `request.auth` is the Viewer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from core.people.queries import STAFF_ROLES, Viewer
from ocop.snapshots.exports import document, head, row_out
from ocop.snapshots.models import Snapshot
from ocop.snapshots.queries import snapshots_visible_to

router = Router(tags=["snapshots"])
PER_PAGE = 50


class SnapshotOut(Schema):
    """A snapshot. `frozen_at` is empty while its rows are still written, `signed_at` until a second person has signed;
    `communes_framed` of `communes` with households had a signed frame; `restated_by` is the number of the one that stands in its place."""

    number: str
    unit: str
    on: date
    map_version: str
    restates: str
    restated_by: str
    note: str
    communes: int | None
    communes_framed: int | None
    rows_count: int
    rows_sha256: str
    figures_sha256: str
    made_at: datetime
    frozen_at: datetime | None
    signed_at: datetime | None


class SnapshotsOut(Schema):
    """One page of snapshots, the latest day first."""

    count: int
    page: int
    pages: int
    snapshots: list[SnapshotOut]


class DefinitionOut(Schema):
    """An indicator as it was defined that day."""

    code: str
    version: int
    name: str
    definition: str


class FigureOut(Schema):
    """One indicator in one unit (the snapshot's own: its whole area), or in the part of it in a `former_area`. `beside` are parts
    of it as [numerator, denominator]: ext (papers extended while a renewal is under way), svc (services)."""

    indicator: str
    version: int
    unit: str
    unit_name: str
    former_area: str
    numerator: int
    denominator: int
    missing: int
    target_percent: int | None
    beside: dict[str, list[int]]


class WholeSnapshotOut(SnapshotOut):
    """A snapshot with its figures."""

    definitions: list[DefinitionOut]
    figures: list[FigureOut]
    rows_url: str


class SnapshotRowOut(Schema):
    """One counted thing. `sides` has a letter for each of `indicators`: n both numbers, d denominator, m unknown, - neither.
    `traits`: e an extended paper, s a service."""

    subject: str
    id: int
    unit: str
    former_area: str
    sides: str
    traits: str
    evidence_sha256: str


class SnapshotRowsOut(Schema):
    """One page of rows; `count` is that of all pages."""

    number: str
    indicators: list[str]
    count: int
    page: int
    pages: int
    rows: list[SnapshotRowOut]


@router.get("/snapshots", response=SnapshotsOut)
def list_snapshots(request: HttpRequest, page: int = 1) -> dict[str, Any]:
    """The snapshots of one's area, 50 a page. 404 without a staff role."""
    pages = Paginator(_visible(request), PER_PAGE)
    shown = pages.get_page(page)
    found = [_out(each) for each in shown.object_list]
    return {"count": pages.count, "page": shown.number, "pages": pages.num_pages, "snapshots": found}


@router.get("/snapshots/{number}", response=WholeSnapshotOut)
def get_snapshot(request: HttpRequest, number: str) -> dict[str, Any]:
    """One snapshot with its figures and definitions. 404 for what the person may not see."""
    found = get_object_or_404(_visible(request), number=number)
    return document(found) | _out(found) | {"rows_url": request.build_absolute_uri(f"{request.path}/rows")}


@router.get("/snapshots/{number}/rows", response=SnapshotRowsOut)
def list_snapshot_rows(request: HttpRequest, number: str, page: int = 1) -> dict[str, Any]:
    """Its rows, 50 a page, by subject and number."""
    found = get_object_or_404(_visible(request), number=number)
    pages = Paginator(found.rows.order_by("subject", "subject_id"), PER_PAGE)
    shown = pages.get_page(page)
    return {
        "number": found.number,
        "indicators": sorted(found.definitions),
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "rows": [row_out(row) for row in shown.object_list],
    }


def _visible(request: HttpRequest) -> Any:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    if not viewer.has_role(*STAFF_ROLES):
        raise Http404
    return snapshots_visible_to(viewer)


def _out(found: Snapshot) -> dict[str, Any]:
    later = getattr(found, "restated_by", None)
    return head(found) | {
        "restated_by": later.number if later else "",
        "made_at": found.made_at,
        "frozen_at": found.frozen_at,
        "signed_at": found.signed_at,
    }
