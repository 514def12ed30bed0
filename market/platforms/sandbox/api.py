"""The seller API: JSON in, JSON out, one bearer key, or tokens in exchange for it."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from market.platforms.sandbox.intake import Refused, read_content, read_offer, read_photo, read_sku
from market.platforms.sandbox.listing import Listing
from market.platforms.sandbox.marketplace import Marketplace, marketplace_of, whims_of
from market.platforms.sandbox.photos import photo_id
from market.platforms.sandbox.store import PAGE_SIZE, DuplicateSku
from market.platforms.sandbox.tokens import Grant
from market.platforms.sandbox.whims import Whims

View = Callable[..., HttpResponse]
WRONG_KEY = "Khóa không đúng hoặc đã bị thu hồi."
UNKNOWN_STATE = "archived"


def error(status: int, code: str, message: str, fields: dict[str, list[str]] | None = None) -> JsonResponse:
    """The one shape of every refusal."""
    return JsonResponse({"error": {"code": code, "message": message, "fields": fields or {}}}, status=status)


def _complaint(refusal: Refused) -> JsonResponse:
    body: dict[str, Any] = {"code": "invalid", "message": "Có mục chưa đúng.", "fields": refusal.fields}
    if refusal.rule_version:
        body["rule_version"] = refusal.rule_version
    return JsonResponse({"error": body}, status=422)


def seller_call(**methods: View) -> View:
    """A view for sellers: checks the key or token, chooses by method, turns complaints into answers."""

    @csrf_exempt
    def view(request: HttpRequest, **arguments: Any) -> HttpResponse:
        marketplace = marketplace_of(request)
        refusal = _refusal_of_caller(request, marketplace)
        if refusal is not None:
            return refusal
        handler = methods.get(request.method or "")
        if handler is None:
            return error(405, "method_not_allowed", "Không có thao tác này.")
        try:
            return handler(request, marketplace, **arguments)
        except Refused as refusal_of_body:
            return _complaint(refusal_of_body)
        except DuplicateSku:
            return error(409, "duplicate_sku", "Mã hàng này đã có trên sàn.")

    return view


def bearer_of(request: HttpRequest) -> str:
    """What the caller shows: a key or a token."""
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _refusal_of_caller(request: HttpRequest, marketplace: Marketplace) -> HttpResponse | None:
    given = bearer_of(request)
    if marketplace.habits.tokens is None:
        is_right = hmac.compare_digest(given.encode(), marketplace.key.encode())
        return None if is_right else error(401, "wrong_key", WRONG_KEY)
    is_valid = marketplace.tokens.is_valid(given)
    if is_valid is None:
        return error(401, "wrong_token", "Cần phiên đăng nhập.")
    return None if is_valid else error(401, "token_expired", "Phiên đã hết hạn.")


def body_of(request: HttpRequest) -> Any:
    """The JSON body. Raises Refused."""
    try:
        return json.loads(request.body)
    except ValueError as failure:
        raise Refused({"": ["Nội dung không phải JSON."]}) from failure


def shown(listing: Listing, whims: Whims | None = None) -> dict[str, Any]:
    """A listing as sellers read it."""
    content = dict(listing.content)
    content["images"] = [{"sha256": image["id"].removeprefix("m-"), **image} for image in content["images"]]
    return {
        "id": listing.id,
        "seller_sku": listing.seller_sku,
        **content,
        "price_vnd": listing.price_vnd,
        "quantity": listing.quantity,
        "visible": listing.visible,
        "state": UNKNOWN_STATE if whims and whims.has("unknown_state") else listing.state,
        "reasons": listing.reasons,
        "path": f"/p/{listing.id}",
        "updated_at": datetime.fromtimestamp(listing.updated_at, UTC).isoformat(),
    }


def _answer(request: HttpRequest, listing: Listing | None, status: int = 200) -> HttpResponse:
    if listing is None:
        return error(404, "not_found", "Không có tin này.")
    return JsonResponse(shown(listing, whims_of(request)), status=status)


def _found(view: View) -> View:
    """404 for a listing that is not there, before anything in the body is judged."""

    @wraps(view)
    def checked(request: HttpRequest, marketplace: Marketplace, listing_id: int) -> HttpResponse:
        if marketplace.store.get(listing_id) is None:
            return _answer(request, None)
        return view(request, marketplace, listing_id)

    return checked


def _me(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    return JsonResponse({"shop": "Gian hàng thử", "state": "active"})


def _list(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    given = request.GET.get("page", "1")
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 10_000):
        return error(422, "invalid", "Có mục chưa đúng.", {"page": ["Cần số trang từ 1."]})
    page, whims, now = int(given), whims_of(request), time.time()
    start = whims.page_start(page, PAGE_SIZE)
    found = marketplace.store.listings(seller_sku=request.GET.get("sku"), start=start)
    following = page + 1 if len(found) > PAGE_SIZE else None
    if whims.has("page_loops"):
        following = page
    visible = [whims.version(listing, now, in_list=True) for listing in found[:PAGE_SIZE]]
    items = [shown(listing, whims) for listing in visible if listing is not None]
    return JsonResponse({"items": items, "next_page": following})


def _create(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    body, complaints, whims = body_of(request), dict[str, list[str]](), whims_of(request)
    values: list[Any] = []
    for read in (read_sku, lambda given: _content(given, marketplace, whims), read_offer):
        try:
            values.append(read(body))
        except Refused as refusal:
            complaints |= refusal.fields
    if complaints:
        raise Refused(complaints)
    sku, content, offer = values
    _by_the_rules(marketplace, content, offer[0])
    if whims.has("sku_taken"):
        raise DuplicateSku(sku)
    is_unique = marketplace.habits.unique_sku or whims.has("sku_unique") is not None
    fates = whims.fates(time.time())
    created = marketplace.store.create(sku, content, *whims.offer(*offer), is_unique=is_unique, fates=fates)
    if whims.has("doubled"):
        created = marketplace.store.create(sku, content, *whims.offer(*offer), fates=fates)
    return _answer(request, created, 201)


def _by_the_rules(marketplace: Marketplace, content: dict[str, Any], price_vnd: int | None) -> None:
    strict, catalogue = marketplace.habits.strict_categories, marketplace.catalogue
    complaints = catalogue.complaints(content, price_vnd, is_strict=strict)
    if complaints:
        raise Refused(complaints, catalogue.rule_version)


def _content(body: Any, marketplace: Marketplace, whims: Whims) -> dict[str, Any]:
    return whims.content(body, read_content(body, marketplace.store))


def _read(request: HttpRequest, marketplace: Marketplace, listing_id: int) -> HttpResponse:
    return _answer(request, whims_of(request).version(marketplace.store.get(listing_id), time.time()))


@_found
def _replace(request: HttpRequest, marketplace: Marketplace, listing_id: int) -> HttpResponse:
    whims = whims_of(request)
    content = _content(body_of(request), marketplace, whims)
    _by_the_rules(marketplace, content, None)
    return _answer(request, marketplace.store.replace(listing_id, content, fates=whims.fates(time.time())))


@_found
def _offer(request: HttpRequest, marketplace: Marketplace, listing_id: int) -> HttpResponse:
    price_vnd, quantity = read_offer(body_of(request))
    held, catalogue = marketplace.store.get(listing_id), marketplace.catalogue
    if held and (complaints := catalogue.price_complaints(held.content["category"], price_vnd)):
        raise Refused(complaints, catalogue.rule_version)
    offer = whims_of(request).offer(price_vnd, quantity)
    return _answer(request, marketplace.store.set_offer(listing_id, *offer))


@_found
def _visibility(request: HttpRequest, marketplace: Marketplace, listing_id: int) -> HttpResponse:
    body = body_of(request)
    visible = body.get("visible") if isinstance(body, dict) else None
    if not isinstance(visible, bool):
        raise Refused({"visible": ["Cần true hoặc false."]})
    return _answer(request, marketplace.store.set_visible(listing_id, visible))


def _delete(request: HttpRequest, marketplace: Marketplace, listing_id: int) -> HttpResponse:
    if not marketplace.store.delete(listing_id):
        return _answer(request, None)
    return HttpResponse(status=204)


def _photos(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    digest = request.GET.get("sha256", "")
    held = marketplace.store.photos.find(photo_id(digest)) is not None
    return JsonResponse({"items": [{"id": photo_id(digest), "sha256": digest}] if held else []})


def _keep_photo(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    content_type = read_photo(request.content_type or "", request.body)
    media_id = marketplace.store.photos.keep(request.body, content_type)
    return JsonResponse({"id": media_id, "sha256": media_id.removeprefix("m-")}, status=201)


@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """The key, or a refresh token that nobody has used, in exchange for a token and the next refresh token."""
    marketplace = marketplace_of(request)
    seconds = marketplace.habits.tokens
    if seconds is None or request.method != "POST":
        return error(404, "not_found", "Sàn này dùng thẳng khóa.")
    try:
        body = body_of(request)
    except Refused as refusal:
        return error(422, "invalid", "Có mục chưa đúng.", refusal.fields)
    given = body if isinstance(body, dict) else {}
    if hmac.compare_digest(str(given.get("key", "")).encode(), marketplace.key.encode()):
        granted: Grant | None = marketplace.tokens.grant(seconds)
    else:
        granted = marketplace.tokens.exchange(str(given.get("refresh_token", "")), seconds)
    if granted is None:
        return error(401, "wrong_key", WRONG_KEY)
    answer = {"token": granted.token, "refresh_token": granted.refresh_token, "expires_in": int(granted.seconds)}
    return JsonResponse(answer, status=201)


me = seller_call(GET=_me)
listings = seller_call(GET=_list, POST=_create)
listing = seller_call(GET=_read, PUT=_replace, DELETE=_delete)
offer = seller_call(PATCH=_offer)
visibility = seller_call(POST=_visibility)
media = seller_call(GET=_photos, POST=_keep_photo)
