"""The seller API beside the listings: categories and their rules, a dry run, orders."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from market.platforms.sandbox.api import body_of, error, seller_call
from market.platforms.sandbox.catalogue import Rules
from market.platforms.sandbox.intake import Refused, read_content, read_offer, read_sku
from market.platforms.sandbox.marketplace import Marketplace, whims_of
from market.platforms.sandbox.orders import BadCursor

CATEGORIES_AT_ONCE = 6


def _categories(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    given = request.GET.get("page", "1")
    page = int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 0
    if page < 1:
        return error(422, "invalid", "Có mục chưa đúng.", {"page": ["Cần số trang từ 1."]})
    nodes, catalogue = marketplace.catalogue.nodes, marketplace.catalogue
    part = nodes[(page - 1) * CATEGORIES_AT_ONCE : page * CATEGORIES_AT_ONCE]
    items = [{**node, "leaf": catalogue.is_leaf(node["code"])} for node in part]
    return JsonResponse({"items": items, "next_page": page + 1 if page * CATEGORIES_AT_ONCE < len(nodes) else None})


def _rules(request: HttpRequest, marketplace: Marketplace, code: str) -> HttpResponse:
    catalogue = marketplace.catalogue
    if not catalogue.has(code):
        return error(404, "not_found", "Sàn không có ngành hàng này.")
    asked = catalogue.rules.get(code, Rules())
    answer = {
        "category": code,
        "version": catalogue.rule_version,
        "as_of": datetime.fromtimestamp(catalogue.changed_at, UTC).isoformat(),
        "required": list(asked.required),
        "images_minimum": asked.images_minimum,
        "papers": list(asked.papers),
        "price_minimum": asked.price_minimum,
        "price_maximum": asked.price_maximum,
    }
    return JsonResponse(answer)


def _check(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    """What would be said of a creation; nothing is kept."""
    body, complaints, values = body_of(request), dict[str, list[str]](), list[Any]()
    for read in (read_sku, lambda given: read_content(given, None), read_offer):
        try:
            values.append(read(body))
        except Refused as refusal:
            complaints |= refusal.fields
    if not complaints:
        _, content, (price_vnd, _) = values
        strict = marketplace.habits.strict_categories
        complaints = marketplace.catalogue.complaints(content, price_vnd, is_strict=strict)
    return JsonResponse({"complaints": complaints, "rule_version": marketplace.catalogue.rule_version})


def _orders(request: HttpRequest, marketplace: Marketplace) -> HttpResponse:
    try:
        since = datetime.fromisoformat(request.GET.get("since", "2000-01-01T00:00:00+00:00"))
    except ValueError:
        return error(422, "invalid", "Có mục chưa đúng.", {"since": ["Cần thời điểm ISO 8601."]})
    cursor = request.GET.get("cursor", "")
    again = bool(cursor) and whims_of(request).has("page_repeated") is not None
    try:
        items, following = marketplace.orders.page(since.timestamp(), cursor, again=again)
    except BadCursor:
        return error(422, "bad_cursor", "Con trỏ không còn dùng được.")
    return JsonResponse({"items": items, "next_cursor": following, "at": time.time()})


categories = seller_call(GET=_categories)
rules = seller_call(GET=_rules)
check = seller_call(POST=_check)
orders = seller_call(GET=_orders)
