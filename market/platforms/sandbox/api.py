"""The seller API: JSON in, JSON out, one bearer key."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from market.platforms.sandbox.intake import Refused, read_content, read_offer, read_photo, read_sku
from market.platforms.sandbox.marketplace import Marketplace, marketplace_of
from market.platforms.sandbox.store import PAGE_SIZE, DuplicateSku, Listing, photo_id

View = Callable[..., HttpResponse]


def error(status: int, code: str, message: str, fields: dict[str, list[str]] | None = None) -> JsonResponse:
    """The one shape of every refusal."""
    return JsonResponse({"error": {"code": code, "message": message, "fields": fields or {}}}, status=status)


def seller_call(**methods: View) -> View:
    """A view for sellers: checks the key, chooses by method, turns complaints into answers."""

    @csrf_exempt
    def view(request: HttpRequest, **arguments: int) -> HttpResponse:
        marketplace = marketplace_of(request)
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), marketplace.key.encode()):
            return error(401, "wrong_key", "Khóa không đúng hoặc đã bị thu hồi.")
        handler = methods.get(request.method or "")
        if handler is None:
            return error(405, "method_not_allowed", "Không có thao tác này.")
        try:
            return handler(request, marketplace, **arguments)
        except Refused as refusal:
            return error(422, "invalid", "Có mục chưa đúng.", refusal.fields)
        except DuplicateSku:
            return error(409, "duplicate_sku", "Mã hàng này đã có trên sàn.")

    return view


def body_of(request: HttpRequest) -> Any:
    """The JSON body. Raises Refused."""
    try:
        return json.loads(request.body)
    except ValueError as failure:
        raise Refused({"": ["Nội dung không phải JSON."]}) from failure


def shown(listing: Listing) -> dict[str, Any]:
    """A listing as sellers read it."""
    content = dict(listing.content)
    content["images"] = [{**image, "sha256": image["id"].removeprefix("m-")} for image in content["images"]]
    return {
        "id": listing.id,
        "seller_sku": listing.seller_sku,
        **content,
        "price_vnd": listing.price_vnd,
        "quantity": listing.quantity,
        "visible": listing.visible,
        "state": listing.state,
        "reasons": listing.reasons,
        "path": f"/p/{listing.id}",
        "updated_at": datetime.fromtimestamp(listing.updated_at, UTC).isoformat(),
    }


def _answer(listing: Listing | None, status: int = 200) -> HttpResponse:
    if listing is None:
        return error(404, "not_found", "Không có tin này.")
    return JsonResponse(shown(listing), status=status)


def _found(view: View) -> View:
    """404 for a listing that is not there, before anything in the body is judged."""

    @wraps(view)
    def checked(request: HttpRequest, marketplace: Marketplace, listing_id: int) -> HttpResponse:
        if marketplace.store.get(listing_id) is None:
            return _answer(None)
        return view(request, marketplace, listing_id)

    return checked


def _me(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    return JsonResponse({"shop": "Gian hàng thử", "state": "active"})


def _list(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    page = request.GET.get("page", "1")
    if not (page.isascii() and page.isdigit() and 0 < int(page) < 10_000):
        return error(422, "invalid", "Có mục chưa đúng.", {"page": ["Cần số trang từ 1."]})
    found = marketplace.store.listings(seller_sku=request.GET.get("sku"), page=int(page))
    following = int(page) + 1 if len(found) > PAGE_SIZE else None
    return JsonResponse({"items": [shown(listing) for listing in found[:PAGE_SIZE]], "next_page": following})


def _create(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    body, complaints = body_of(request), dict[str, list[str]]()
    values: list[Any] = []
    for read in (read_sku, lambda given: read_content(given, marketplace.store), read_offer):
        try:
            values.append(read(body))
        except Refused as refusal:
            complaints |= refusal.fields
    if complaints:
        raise Refused(complaints)
    sku, content, (price_vnd, quantity) = values
    return _answer(marketplace.store.create(sku, content, price_vnd, quantity), 201)


def _read(request: HttpRequest, marketplace: Marketplace, listing_id: int) -> HttpResponse:
    return _answer(marketplace.store.get(listing_id))


@_found
def _replace(request: HttpRequest, marketplace: Marketplace, listing_id: int) -> HttpResponse:
    content = read_content(body_of(request), marketplace.store)
    return _answer(marketplace.store.replace(listing_id, content))


@_found
def _offer(request: HttpRequest, marketplace: Marketplace, listing_id: int) -> HttpResponse:
    return _answer(marketplace.store.set_offer(listing_id, *read_offer(body_of(request))))


@_found
def _visibility(request: HttpRequest, marketplace: Marketplace, listing_id: int) -> HttpResponse:
    visible = body_of(request).get("visible")
    if not isinstance(visible, bool):
        raise Refused({"visible": ["Cần true hoặc false."]})
    return _answer(marketplace.store.set_visible(listing_id, visible))


def _delete(request: HttpRequest, marketplace: Marketplace, listing_id: int) -> HttpResponse:
    if not marketplace.store.delete(listing_id):
        return _answer(None)
    return HttpResponse(status=204)


def _photos(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    digest = request.GET.get("sha256", "")
    held = marketplace.store.photo(photo_id(digest)) is not None
    return JsonResponse({"items": [{"id": photo_id(digest), "sha256": digest}] if held else []})


def _keep_photo(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    content_type = read_photo(request.content_type or "", request.body)
    media_id = marketplace.store.keep_photo(request.body, content_type)
    return JsonResponse({"id": media_id, "sha256": media_id.removeprefix("m-")}, status=201)


me = seller_call(GET=_me)
listings = seller_call(GET=_list, POST=_create)
listing = seller_call(GET=_read, PUT=_replace, DELETE=_delete)
offer = seller_call(PATCH=_offer)
visibility = seller_call(POST=_visibility)
media = seller_call(GET=_photos, POST=_keep_photo)
