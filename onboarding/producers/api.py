"""Producers for programs: without phones. `request.auth` is the Viewer of the key; what it does not cover is not there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from core.people.queries import Viewer
from onboarding.households.queries import READERS
from onboarding.producers.models import READINESS, Producer, ProducerKind

router = Router(tags=["producers"])
PER_PAGE = 100


class ProducerReadyOut(Schema):
    """What the resolution wants of producers; null is "not asked", which is not "no"."""

    has_e_invoice: bool | None
    has_digital_signature: bool | None
    has_vn_domain: bool | None
    has_e_contract: bool | None


class ProducerOut(Schema):
    """Who sells. `household` is the id of `/households`, null for those that belong to none."""

    id: int
    kind: str
    name: str
    commune: str
    household: UUID | None
    has_phone: bool
    ready: ProducerReadyOut
    registered_at: datetime


class ProducersOut(Schema):
    """One page; `count` is that of all pages."""

    count: int
    page: int
    pages: int
    producers: list[ProducerOut]


@router.get("/producers", response=ProducersOut, summary="Producers of one's area")
def list_producers(
    request: HttpRequest,
    commune: Annotated[str, Query(max_length=10)] = "",
    hamlet: Annotated[int | None, Query(ge=1, le=2**31)] = None,
    kind: ProducerKind | None = None,
    household: UUID | None = None,
    page: Annotated[int, Query(ge=1)] = 1,
) -> dict[str, Any]:
    """In the order in which they were stored, a hundred to a page. `commune` is a code; `hamlet`, an id, is that of the
    household."""
    rows = _rows(request)
    if commune:
        rows = rows.filter(commune__code=commune)
    if hamlet is not None:
        rows = rows.filter(household__hamlet=hamlet)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if household is not None:
        rows = rows.filter(household__record_id=household)
    pages = Paginator(rows.order_by("pk"), PER_PAGE)
    shown = pages.get_page(page)
    return {
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "producers": [_out(row) for row in shown],
    }


@router.get("/producers/{number}", response=ProducerOut, summary="One producer")
def get_producer(request: HttpRequest, number: int) -> dict[str, Any]:
    """404 outside the area of the key."""
    found = _rows(request).filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404
    return _out(found)


def _rows(request: HttpRequest) -> QuerySet[Producer]:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    if not viewer.has_role(*READERS):
        raise Http404
    area = viewer.area(*READERS, unit_field="commune", hamlet_field="household__hamlet")
    return Producer.objects.filter(area).select_related("commune", "household")


def _out(row: Producer) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "name": row.name,
        "commune": row.commune.code,
        "household": row.household.record_id if row.household else None,
        "has_phone": bool(row.phone_index),
        "ready": {name: getattr(row, name) for name in READINESS},
        "registered_at": row.registered_at,
    }
