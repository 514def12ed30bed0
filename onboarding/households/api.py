"""Households for programs: the register without names, phones, personal IDs, tax codes or bank accounts. `request.auth` is the
Viewer of the key; what it does not cover is not there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from core.people.queries import Viewer
from onboarding.households.models import Household
from onboarding.households.queries import READERS, households_in_area

router = Router(tags=["households"])
PER_PAGE = 100


class ProductionOut(Schema):
    """One line of production: `area_m2` square metres, `heads` animals, null when not said; `scale` only said in words."""

    kind: str
    goods: str
    area_m2: int | None
    heads: int | None
    season: str
    scale: str


class ReadyOut(Schema):
    """What selling online needs; null is "not asked", which is not "no"."""

    has_bank_account: bool | None
    has_e_wallet: bool | None
    has_e_identity: bool | None
    has_payment_qr: bool | None


class HouseholdOut(Schema):
    """A household. `id` was made where it was first written and never changes; `version` grows with every change of what is
    known; `changed_at` is when the row was last written, UTC. `hamlet` is the id of `/units/{code}/hamlets`. `verified_at`
    (UTC) and `verified_how` ("visit", "call", "papers") are null until another person has made sure. A household
    with `ended_on` is no longer counted."""

    id: UUID
    version: int
    changed_at: datetime
    registered_at: datetime
    source: str
    commune: str
    hamlet: int
    hamlet_name: str
    has_phone: bool
    phone_owner: str
    has_business_registration: bool | None
    production: list[ProductionOut]
    ready: ReadyOut
    verified: bool
    verified_at: datetime | None
    verified_how: str | None
    ended_on: date | None
    end_reason: str | None
    merged_into: UUID | None


class HouseholdsOut(Schema):
    """One page; `count` is that of all pages."""

    count: int
    page: int
    pages: int
    households: list[HouseholdOut]


@router.get("/households", response=HouseholdsOut, summary="Households of one's area")
def list_households(
    request: HttpRequest,
    commune: Annotated[str, Query(max_length=10)] = "",
    hamlet: Annotated[int | None, Query(ge=1, le=2**31)] = None,
    verified: bool | None = None,
    changed_since: datetime | None = None,
    ended: bool = False,
    page: Annotated[int, Query(ge=1)] = 1,
) -> dict[str, Any]:
    """In the order in which they were stored, a hundred to a page. `commune` is a code, `hamlet` an id. `changed_since` (UTC
    when no zone is given) also answers with those that ended; else they come only with `ended=true`."""
    rows = _rows(request)
    if changed_since is not None:
        moment = changed_since if changed_since.tzinfo else changed_since.replace(tzinfo=UTC)
        rows = rows.filter(changed_at__gte=moment)
    elif not ended:
        rows = rows.filter(ended_on__isnull=True)
    if commune:
        rows = rows.filter(commune__code=commune)
    if hamlet is not None:
        rows = rows.filter(hamlet=hamlet)
    if verified is not None:
        rows = rows.filter(verified_by__isnull=not verified)
    pages = Paginator(rows.order_by("pk"), PER_PAGE)
    shown = pages.get_page(page)
    return {
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "households": [_out(row) for row in shown],
    }


@router.get("/households/{record_id}", response=HouseholdOut, summary="One household")
def get_household(request: HttpRequest, record_id: UUID) -> dict[str, Any]:
    """404 outside the area of the key."""
    found = _rows(request).filter(record_id=record_id).first()
    if found is None:
        raise Http404
    return _out(found)


def _rows(request: HttpRequest) -> QuerySet[Household]:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    if not viewer.has_role(*READERS):
        raise Http404
    return households_in_area(viewer).select_related("merged_into").prefetch_related("production_lines")


def _out(row: Household) -> dict[str, Any]:
    lines = sorted(row.production_lines.all(), key=lambda line: (line.kind, line.goods))
    plain = ("version", "changed_at", "registered_at", "source", "phone_owner", "has_business_registration", "ended_on")
    return {name: getattr(row, name) for name in plain} | {
        "id": row.record_id,
        "commune": row.commune.code,
        "hamlet": row.hamlet_id,
        "hamlet_name": row.hamlet.name,
        "has_phone": bool(row.phone_index),
        "production": [{name: getattr(line, name) for name in ProductionOut.model_fields} for line in lines],
        "ready": {name: getattr(row, name) for name in ReadyOut.model_fields},
        "verified": row.verified_by_id is not None,
        "verified_at": row.verified_at,
        "verified_how": row.verified_how or None,
        "end_reason": row.end_reason or None,
        "merged_into": row.merged_into.record_id if row.merged_into else None,
    }
