"""Stock for the programs of those who sell: read it, set it, move it, without a call that came twice counting twice.

A number is set with `If-Match` (the revision last read) or with an `Idempotency-Key`; a move always with the key. The key is
one's own word for one request, up to 100 characters: sent again with the same words about the same SKU nothing more happens,
with other words or about another SKU it is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Literal

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from core.kit.text import squeeze
from market.listings.api.access import viewer_of_call
from market.listings.models import Listing
from market.listings.queries import listings_acted_for
from market.listings.stockroom.actions import (
    MOST,
    OtherRequest,
    Stale,
    StockRefused,
    add_stock,
    lose_stock,
    set_stock,
)

router = Router(tags=["stock"])
PER_PAGE = 500


class StockOut(Schema):
    """What of a listing may still be sold and what orders hold, in its unit; `revision` grows with every change of the
    listing and is also its ETag."""

    sku: str
    stock: int
    reserved: int
    revision: int


class StocksOut(Schema):
    """One page; `count` is that of all pages."""

    count: int
    page: int
    pages: int
    stock: list[StockOut]


class StockIn(Schema):
    """How much may be sold from now on."""

    stock: int = Field(ge=0, le=MOST)
    reason: str = Field("", max_length=160)


class MoveIn(Schema):
    """Units brought in, or lost for a reason."""

    kind: Literal["in", "lost"]
    quantity: int = Field(ge=1, le=MOST)
    reason: str = Field("", max_length=160)


@router.get("/stock", response=StocksOut, summary="Stock of one's goods")
def list_stock(request: HttpRequest, page: int = 1) -> dict[str, Any]:
    """Of all goods of the producers one acts for, five hundred to a page."""
    rows = listings_acted_for(viewer_of_call(request)).prefetch_related(None).order_by("pk")
    pages = Paginator(rows, PER_PAGE)
    shown = pages.get_page(page)
    return {
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "stock": [_out(row) for row in shown],
    }


@router.get("/stock/{sku}", response=StockOut, summary="Stock of one thing")
def get_stock(request: HttpRequest, response: HttpResponse, sku: str) -> dict[str, Any]:
    """404 for what is not one's own."""
    return _answer(response, _own(request, sku))


@router.put("/stock/{sku}", response=StockOut, summary="Say how much may be sold")
def put_stock(request: HttpRequest, response: HttpResponse, sku: str, body: StockIn) -> dict[str, Any]:
    """Needs `If-Match` or `Idempotency-Key` (428 without). 412 when the listing has changed since, 409 for a key that came
    with something else or for another SKU."""
    listing = _own(request, sku)
    revision, reference = _revision(request), _reference(request, f"put:{body.stock}:{body.reason}")
    if revision is None and not reference:
        raise HttpError(428, "If-Match or Idempotency-Key is needed")
    return _answer(
        response,
        _done(
            lambda: set_stock(
                listing=listing, stock=body.stock, revision=revision, reason=squeeze(body.reason), reference=reference,
                by=viewer_of_call(request),
            )
        ),
    )  # fmt: skip


@router.post("/stock/{sku}/moves", response=StockOut, summary="Bring goods in, or write them off")
def post_move(request: HttpRequest, response: HttpResponse, sku: str, body: MoveIn) -> dict[str, Any]:
    """Needs `Idempotency-Key` (428 without). 422 when more would be lost than is there, 409 as above."""
    listing = _own(request, sku)
    reference = _reference(request, f"{body.kind}:{body.quantity}:{body.reason}")
    if not reference:
        raise HttpError(428, "Idempotency-Key is needed")
    act = add_stock if body.kind == "in" else lose_stock
    return _answer(
        response,
        _done(
            lambda: act(
                listing=listing, quantity=body.quantity, reason=squeeze(body.reason), reference=reference,
                by=viewer_of_call(request),
            )
        ),
    )  # fmt: skip


def _own(request: HttpRequest, sku: str) -> Listing:
    found = listings_acted_for(viewer_of_call(request)).prefetch_related(None).filter(sku=sku).first()
    if found is None:
        raise Http404
    return found


def _done(act: Callable[[], Listing]) -> Listing:
    try:
        return act()
    except Stale as error:
        raise HttpError(412, "the listing has changed since this revision") from error
    except OtherRequest as error:
        raise HttpError(409, "this Idempotency-Key came before with something else") from error
    except StockRefused as error:
        raise HttpError(422, str(error)) from error


def _revision(request: HttpRequest) -> int | None:
    written = request.headers.get("If-Match", "").strip()
    if not written:
        return None
    number = written.removeprefix("W/").strip('"')
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise HttpError(412, "If-Match is no revision of this listing")
    return int(number)


def _reference(request: HttpRequest, what: str) -> str:
    """The key and what was asked, in the forty signs that a move keeps; "" without a key. Of each person their own."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 100:
        raise HttpError(422, "Idempotency-Key is longer than 100 characters")
    if not key:
        return ""
    whose = viewer_of_call(request).user_id
    return f"api:{_short(f'{whose}:{key}', 20)}:{_short(what, 15)}"


def _short(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _answer(response: HttpResponse, listing: Listing) -> dict[str, Any]:
    response["ETag"] = f'"{listing.revision}"'
    return _out(listing)


def _out(row: Listing) -> dict[str, Any]:
    return {"sku": row.sku, "stock": row.stock, "reserved": row.reserved, "revision": row.revision}
