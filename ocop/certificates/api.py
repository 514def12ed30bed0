"""Certified products and their papers for programs. `request.auth` is the Viewer of a staff key; what it does not cover is not there.

Makers are shown as the decision names them, a person's twelve-digit number masked; nothing else of a person is here.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from core.kit import clock
from core.people.queries import STAFF_ROLES, Viewer
from ocop.certificates.models import Certificate, CertificateCopy
from ocop.certificates.queries import certificate_by_code, in_state, with_certificates
from ocop.certificates.rules import State
from ocop.register.models import OcopProduct, TaxonomyNode
from ocop.register.queries import place_words, products_visible_to

router = Router(tags=["ocop"])
PER_PAGE = 100


class SetOut(Schema):
    """The set of 26/2026 a person has chosen. `number` counts from 1 to 26, `sector` from 1 to 6."""

    number: int
    name: str
    sector: int
    is_service: bool


class PaperOut(Schema):
    """A certificate on the day asked for. `recognised_on` is "2024-05-07", "2024-05", "2024" or "", as exactly as it is known."""

    check_code: str
    state: str
    stars: int | None
    decision_number: str
    issuer_level: str
    issuer_name: str
    quality: str
    recognised_on: str
    holds_until_at_least: date | None
    superseded_on: date | None
    revoked_on: date | None


class ProductOut(Schema):
    """A product as its source writes it; `set` is null until somebody has said which. `unit` is today's commune or province."""

    id: int
    name: str
    producer: str
    producer_kind: str
    unit: str
    place: str
    product_group: str
    set: SetOut | None
    taxonomy: str
    external_code: str
    source_url: str
    certificates: list[PaperOut]


class ProductsOut(Schema):
    """One page; `count` is that of all pages."""

    on: date
    count: int
    page: int
    pages: int
    products: list[ProductOut]


class OfProductOut(Schema):
    """What a paper is about."""

    id: int
    name: str
    producer: str
    unit: str


class PaperOfProductOut(PaperOut):
    """A paper with its product."""

    product: OfProductOut


class CertificatesOut(Schema):
    """One page; `count` is that of all pages."""

    on: date
    count: int
    page: int
    pages: int
    certificates: list[PaperOfProductOut]


class CopyOut(Schema):
    """A frozen copy: `sha256` is over `facts` as JSON, keys sorted, no blanks, UTF-8."""

    number: int
    facts: dict[str, str]
    sha256: str
    made_at: datetime
    reason: str


class CertificateWithCopiesOut(PaperOfProductOut):
    """One paper with what it said at every time it was recorded or corrected."""

    copies: list[CopyOut]


Day = Annotated[date | None, Query(ge=date(2018, 1, 1), le=date(2100, 1, 1))]
Code = Annotated[str, Query(max_length=10)]
PageNumber = Annotated[int, Query(ge=1)]


@router.get("/certificates", response=CertificatesOut, summary="OCOP certificates of one's area")
def list_certificates(
    request: HttpRequest, unit: Code = "", state: State | None = None, on: Day = None, page: PageNumber = 1
) -> dict[str, Any]:  # fmt: skip
    """In the order in which they were recorded, a hundred to a page: those of `unit` (today's commune or province) that are in
    `state` on the day `on` (today in Vietnam by default)."""
    day = on or clock.today()
    rows = Certificate.objects.filter(product__in=_products(request, unit))
    if state is not None:
        rows = rows.filter(in_state(state, day))
    rows = rows.select_related("product__unit").prefetch_related("renewal_files").order_by("pk")
    pages = Paginator(rows, PER_PAGE)
    shown = pages.get_page(page)
    return {
        "on": day,
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "certificates": [_paper(paper, day) | {"product": _of_product(paper.product)} for paper in shown],
    }


@router.get("/certificates/{code}", response=CertificateWithCopiesOut, summary="One OCOP certificate")
def get_certificate(request: HttpRequest, code: str, on: Day = None) -> dict[str, Any]:
    """By its check code, with its frozen copies. 404 outside the area of the key."""
    paper = certificate_by_code(code)
    if paper is None or not _products(request, "").filter(pk=paper.product_id).exists():
        raise Http404
    copies = CertificateCopy.objects.filter(certificate=paper).order_by("number")
    return _paper(paper, on or clock.today()) | {"product": _of_product(paper.product), "copies": list(copies)}


@router.get("/products", response=ProductsOut, summary="OCOP products of one's area")
def list_products(
    request: HttpRequest,
    unit: Code = "",
    sector: Annotated[int | None, Query(ge=1, le=6)] = None,
    on: Day = None,
    page: PageNumber = 1,
) -> dict[str, Any]:
    """In the order in which they were recorded, a hundred to a page, with the state of every paper on the day `on`."""
    day = on or clock.today()
    rows = _products(request, unit)
    if sector is not None:
        rows = rows.filter(product_set__parent__parent__number=sector)
    pages = Paginator(_whole(rows).order_by("pk"), PER_PAGE)
    shown = pages.get_page(page)
    return {
        "on": day,
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "products": [_product(product, day) for product in shown],
    }


@router.get("/products/{number}", response=ProductOut, summary="One OCOP product")
def get_product(request: HttpRequest, number: int, on: Day = None) -> dict[str, Any]:
    """404 outside the area of the key."""
    found = _whole(_products(request, "")).filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404
    return _product(found, on or clock.today())


def _products(request: HttpRequest, unit: str) -> QuerySet[OcopProduct]:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    if not viewer.has_role(*STAFF_ROLES):
        raise Http404
    rows = products_visible_to(viewer)
    return rows.filter(Q(unit__code=unit) | Q(unit__parent__code=unit)) if unit else rows


def _whole(rows: QuerySet[OcopProduct]) -> QuerySet[OcopProduct]:
    sets = TaxonomyNode.objects.select_related("parent__parent")
    return with_certificates(rows).prefetch_related(Prefetch("product_set", sets))


def _product(product: OcopProduct, on: date) -> dict[str, Any]:
    chosen = product.product_set
    return _of_product(product) | {
        "producer_kind": product.producer_kind,
        "place": place_words(product),
        "product_group": product.product_group,
        "set": _set(chosen) if chosen is not None else None,
        "taxonomy": product.taxonomy_version,
        "external_code": product.external_code,
        "source_url": product.source_url,
        "certificates": [_paper(paper, on) for paper in product.certificates.all()],
    }


def _set(chosen: TaxonomyNode) -> dict[str, Any]:
    assert chosen.parent is not None and chosen.parent.parent is not None
    sector = chosen.parent.parent.number
    return {"number": chosen.number, "name": chosen.name, "sector": sector, "is_service": chosen.is_service}


def _of_product(product: OcopProduct) -> dict[str, Any]:
    return {
        "id": product.pk,
        "name": product.shown_name,
        "producer": product.shown_maker,
        "unit": product.unit.code if product.unit else "",
    }


def _paper(paper: Certificate, on: date) -> dict[str, Any]:
    exact = {Certificate.DatePrecision.YEAR.value: 4, Certificate.DatePrecision.MONTH.value: 7}
    day = paper.recognised_on
    return {
        "check_code": paper.check_code,
        "state": paper.state_on(on).value,
        "stars": paper.stars,
        "decision_number": paper.decision_number,
        "issuer_level": paper.issuer_level,
        "issuer_name": paper.issuer_name,
        "quality": paper.quality,
        "recognised_on": day.isoformat()[: exact.get(paper.precision, 10)] if day else "",
        "holds_until_at_least": paper.earliest_end,
        "superseded_on": paper.superseded_on,
        "revoked_on": paper.revoked_on,
    }
