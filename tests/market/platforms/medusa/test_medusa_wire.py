"""The JSON of Medusa, as plain data: what a real server was seen to answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.kit.outbound import Answer
from market.platforms.contract import (
    AuthRevoked,
    Conflict,
    ConflictKind,
    ContractBroken,
    NotFound,
    OrderState,
    OutcomeUnknown,
    Permanent,
    PlatformFailure,
    RateLimited,
    RemoteCategory,
    RemoteIds,
    RemoteOrderLine,
    Retryable,
    ReviewState,
    ValidationFailed,
    changed_fields,
)
from market.platforms.medusa import lists, offers, orders, refusals, tree, wire
from tests.market.platforms.samples import badge, document, paper, photo

SEEN = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SHELF = wire.Shelf("sc_1", "sloc_1")
SHA = "ab" * 32


def level(**changes: Any) -> dict[str, Any]:
    return {"location_id": "sloc_1", "stocked_quantity": 24, "reserved_quantity": 0, **changes}


def variant(**changes: Any) -> dict[str, Any]:
    values = {
        "id": "variant_1",
        "sku": "NM-001",
        "prices": [price()],
        "inventory_items": [{"inventory_item_id": "iitem_1", "inventory": {"location_levels": [level()]}}],
    }
    return {**values, **changes}


def price(**changes: Any) -> dict[str, Any]:
    values = {
        "id": "price_1",
        "currency_code": "vnd",
        "amount": 85_000,
        "min_quantity": None,
        "max_quantity": None,
        "rules": {},
    }
    return {**values, **changes}


def stocked(*levels: dict[str, Any]) -> list[dict[str, Any]]:
    return [variant(inventory_items=[{"inventory_item_id": "iitem_1", "inventory": {"location_levels": list(levels)}}])]


def product(**changes: Any) -> dict[str, Any]:
    values = {
        "id": "prod_7",
        "title": "Nước mắm",
        "handle": "nuoc-mam-1",
        "external_id": "NM-001",
        "status": "published",
        "description": "Ủ chượp 12 tháng.\n<b> không phải thẻ",
        "metadata": {"unit": "chai", "net_weight_grams": 500, "certificates": "K7PQ2M · 2503/QĐ-UBND · 4 sao\nZZ"},
        "images": [
            {"url": "https://shop.example/static/x.jpg", "rank": 1},
            {"url": f"https://s/1-{SHA}-0.jpg", "rank": 0},
        ],
        "categories": [{"handle": "gv"}],
        "sales_channels": [{"id": "sc_1"}],
        "variants": [variant()],
        "created_at": "2026-11-23T02:00:00.000Z",
        "updated_at": "2026-11-23T03:00:00.000Z",
    }
    return {**values, **changes}


def parse(**changes: Any) -> wire.Product:
    return wire.parse_product(product(**changes), shelf=SHELF, public_url="https://shop.example/", seen_at=SEEN)


def test_a_product_is_read_into_our_words() -> None:
    found = parse()
    seen = found.snapshot
    assert seen.remote == RemoteIds("prod_7", "https://shop.example/products/nuoc-mam-1")
    assert (seen.sku, seen.price, seen.stock, seen.unit, seen.net_weight_grams) == ("NM-001", 85_000, 24, "chai", 500)
    assert seen.description == "Ủ chượp 12 tháng.\n<b> không phải thẻ"
    assert (seen.category_code, seen.badge_codes, seen.paper_numbers) == ("gv", ("K7PQ2M", "ZZ"), ())
    assert seen.photo_digests == (SHA, ""), "in the order of their ranks; one that somebody put there is none of ours"
    assert (seen.review.state, seen.is_visible, seen.updated_at) == (ReviewState.LIVE, True, SEEN)
    assert found.is_ours and found.variant == offers.Variant("variant_1", "NM-001", 85_000, "iitem_1", 24, 0)


def test_what_is_sent_is_what_is_read() -> None:
    ours = document(
        description="Dòng 1\n\n<script>&amp;", badges=(badge(), badge(check_code="B2", valid_until=date(2027, 1, 2))),
        papers=(paper(), paper(number="9")), category_code="gv",
    )  # fmt: skip
    addresses = [f"https://s/17-{wire.photo_name(each, number)}" for number, each in enumerate(ours.photos)]
    body = wire.creation_body(ours, addresses, "pcat_1", SHELF, "sp_1")
    assert body["status"] == "proposed" and body["variants"][0]["prices"] == [
        {"currency_code": "vnd", "amount": 85_000}
    ]
    assert body["metadata"]["len_san"] == "sc_1" and "" not in body["metadata"].values()
    images = [{**image, "rank": number} for number, image in enumerate(body["images"])]
    there = product(**{**body, "images": images, "categories": [{"handle": "gv"}], "variants": [variant()]})
    snapshot = wire.parse_product(there, shelf=SHELF, public_url="", seen_at=SEEN).snapshot
    assert changed_fields(ours, snapshot) == ()


def test_a_change_takes_away_what_is_empty_now_and_the_reasons_of_the_last_review() -> None:
    body = wire.content_body(document(ingredients="", net_weight_grams=None, badges=(), photos=()), [], "")
    for name in ("ingredients", "net_weight_grams", "certificates", "rejection_reasons"):
        assert body["metadata"][name] == "", "which is how a key is taken away there"
    assert (body["images"], body["thumbnail"], body["categories"], body["status"]) == ([], None, [], "proposed")
    assert not {"handle", "variants", "sales_channels", "prices"} & body.keys(), "neither its page nor its offer moves"


def test_the_page_of_a_product_is_unique_as_its_sku_is() -> None:
    one, two = wire.handle(document("NM-001")), wire.handle(document("nm-001"))
    assert one != two and one.startswith("nuoc-mam-nhi-phan-thiet-40-do-dam-") and one.isascii()
    assert wire.handle(document(title="🍯 " * 50)).startswith("san-pham-")


@pytest.mark.parametrize("handle", ["../x", "x?y=1", "x/y", "", "a b"])
def test_a_page_that_would_lead_elsewhere_is_none(handle: str) -> None:
    assert parse(handle=handle).snapshot.remote == RemoteIds("prod_7", "")


def test_what_is_promised_to_buyers_is_not_for_sale() -> None:
    held = parse(variants=stocked(level(location_id="sloc_2"), level(stocked_quantity=10, reserved_quantity=3))).variant
    assert held is not None and (held.stock, held.in_store, held.reserved) == (7, 10, 3)
    oversold = parse(variants=stocked(level(stocked_quantity=1, reserved_quantity=3))).variant
    assert oversold is not None and oversold.stock == 0
    elsewhere = parse(variants=stocked(level(location_id="sloc_2"))).variant
    assert elsewhere is not None and (elsewhere.stock, elsewhere.in_store) == (0, None)


def test_only_what_anybody_pays_in_dong_is_our_price_and_the_others_stay() -> None:
    others = [
        price(id="p2", currency_code="eur", amount=3.5),
        price(id="p3", min_quantity=10, amount=80_000),
        price(id="p4", rules={"region_id": "reg_1"}, amount=90_000),
    ]
    held = parse(variants=[variant(prices=[*others, price()])]).variant
    assert held is not None and held.price == 85_000
    body = offers.price_body(9, held.other_prices)
    assert body["prices"][0] == {"currency_code": "vnd", "amount": 9} and body["prices"][1:] == others
    assert parse(variants=[variant(prices=others)]).snapshot.price == 0


def test_what_is_not_one_thing_for_sale_has_no_offer() -> None:
    for variants in ([], [variant(), variant(id="variant_2")]):
        found = parse(variants=variants)
        assert found.variant is None and (found.snapshot.sku, found.snapshot.price) == ("", 0)
    bundle = [{"inventory_item_id": "a", "inventory": None}, {"inventory_item_id": "b", "inventory": None}]
    for items in ([], bundle, [{"inventory_item_id": "iitem_1", "inventory": None}]):
        found_variant = parse(variants=[variant(inventory_items=items)]).variant
        assert found_variant is not None and (found_variant.stock, found_variant.in_store) == (0, None)
        assert bool(found_variant.item) is (len(items) == 1)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("proposed", ReviewState.PENDING),
        ("published", ReviewState.LIVE),
        ("rejected", ReviewState.REJECTED),
        ("draft", ReviewState.SUSPENDED),
        ("archived", ReviewState.UNKNOWN),
    ],
)
def test_a_status_is_a_review(status: str, state: ReviewState) -> None:
    review = parse(status=status, metadata={"rejection_reasons": ["Ảnh mờ", " ", 5]}).snapshot.review
    assert review.state is state
    told = [(each.code, each.field, each.remote_text) for each in review.reasons]
    is_told = state in {ReviewState.REJECTED, ReviewState.SUSPENDED}
    assert told == ([("rejected_by_review", "", "Ảnh mờ")] if is_told else [])


def test_whose_a_product_is_is_told_by_its_channel_and_while_hidden_by_its_mark() -> None:
    assert parse(sales_channels=[{"id": "sc_2"}, {"id": "sc_1"}]).is_ours
    hidden = parse(sales_channels=[], metadata={"len_san": "sc_1"})
    assert hidden.is_ours and not hidden.snapshot.is_visible
    assert not parse(sales_channels=[{"id": "sc_2"}], metadata={"len_san": "sc_2"}).is_ours
    assert not parse(sales_channels=[], metadata=None).is_ours


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 7},
        {"handle": None},
        {"images": {}},
        {"images": [{"url": "x", "rank": "0"}]},
        {"metadata": []},
        {"categories": [{"name": "x"}]},
        {"variants": stocked(level(stocked_quantity="5"))},
        {"variants": stocked(level(reserved_quantity=0.5))},
        {"variants": [variant(prices=[price(amount=45_000.5)])]},
        {"variants": [variant(prices=[price(amount=float("nan"))])]},
        {"variants": [variant(prices=[price(amount=float("inf"))])]},
        {"updated_at": "2026-11-23T10:00:00"},
        {"created_at": "gestern"},
    ],
)
def test_an_answer_that_is_not_as_known_is_not_guessed(changes: dict[str, Any]) -> None:
    with pytest.raises(ContractBroken):
        parse(**changes)


def test_what_somebody_put_among_our_words_is_no_error_and_no_word_of_ours() -> None:
    seen = parse(metadata={"unit": 5, "net_weight_grams": "500", "certificates": ["x"], "papers": None}).snapshot
    assert (seen.unit, seen.net_weight_grams, seen.badge_codes, seen.paper_numbers) == ("", None, (), ())


def test_a_photo_is_known_by_its_name_wherever_it_is_kept() -> None:
    name = wire.photo_name(photo(10), 3)
    digest = photo(10).sha256
    assert name == f"{digest}-3.jpg"
    for address in (
        f"https://s/static/1795444030879-{name}",
        f"https://s3/b/{digest}-3-01M84CQNKA583S903HGNW2NMCR.jpg?x=1",
    ):
        assert parse(images=[{"url": address, "rank": 0}]).snapshot.photo_digests == (digest,)
    for address in ("https://s/static/a.jpg", f"https://s/{'ab' * 40}.jpg", f"https://s/{SHA}/a.jpg"):
        assert parse(images=[{"url": address, "rank": 0}]).snapshot.photo_digests == ("",)


# Lists.


def rows(*made: tuple[str, int]) -> bytes:
    items = [{"id": number, "created_at": (SEEN + timedelta(seconds=at)).isoformat()} for number, at in made]
    return json.dumps({"things": items}).encode()


def test_a_list_is_read_along_its_time_and_nothing_comes_twice() -> None:
    start = lists.Place(SEEN)
    first = lists.part_of(rows(("a", 0), ("b", 1), ("c", 1)), "things", "created_at", start, 3)
    assert [item["id"] for item in first.items] == ["a", "b", "c"]
    assert first.after == lists.Place(SEEN + timedelta(seconds=1), ("b", "c"))
    assert lists.place_at(first.after.cursor) == first.after
    query = first.after.query("created_at", 3)
    assert (query["created_at[$gte]"], query["limit"]) == ("2026-11-23T03:00:01Z", "5"), "room for what comes again"
    second = lists.part_of(
        rows(("c", 1), ("b", 1), ("d", 1), ("e", 1), ("f", 1)), "things", "created_at", first.after, 3
    )
    assert [item["id"] for item in second.items] == ["d", "e", "f"]
    assert second.after == lists.Place(SEEN + timedelta(seconds=1), ("b", "c", "d", "e", "f")) or (
        second.after is not None and set(second.after.told) == set("bcdef")
    )
    last = lists.part_of(rows(("b", 1), ("g", 2)), "things", "created_at", first.after, 3)
    assert ([item["id"] for item in last.items], last.after) == (["g"], None)
    assert lists.part_of(rows(), "things", "created_at", start, 3) == lists.Part((), None)


def test_a_list_in_another_order_or_from_before_is_not_as_asked_for() -> None:
    for body in (rows(("a", 1), ("b", 0)), rows(("a", -1)), b"[]", b'{"things": 1}'):
        with pytest.raises(ContractBroken):
            lists.part_of(body, "things", "created_at", lists.Place(SEEN), 3)


def test_a_cursor_that_is_none_of_ours_says_begin_again() -> None:
    for cursor in ("khong-phai", "", "2026-13-01"):
        with pytest.raises(Conflict) as caught:
            lists.place_at(cursor)
        assert caught.value.kind is ConflictKind.VERSION


def test_the_tree_stands_parents_first_and_codes_are_handles() -> None:
    page = tree.parse_categories(
        [
            {"id": "3", "handle": "nm", "name": "Nước mắm", "parent_category_id": "2"},
            {"id": "2", "handle": "gv", "name": "Gia vị", "parent_category_id": "1"},
            {"id": "1", "handle": "thực-phẩm", "name": "Thực phẩm", "parent_category_id": None},
            {"id": "4", "handle": "d" * 61, "name": "Dài", "parent_category_id": None},
            {"id": "9", "handle": "mo-coi", "name": "Mồ côi", "parent_category_id": "8"},
        ]
    )
    assert page.items == (
        RemoteCategory("thực-phẩm", "Thực phẩm", "", is_leaf=False),
        RemoteCategory("gv", "Gia vị", "thực-phẩm", is_leaf=False),
        RemoteCategory("nm", "Nước mắm", "gv", is_leaf=True),
        RemoteCategory("4", "Dài", "", is_leaf=True),
    )


# What answers mean.


def failure(status: int, body: Any, **more: Any) -> PlatformFailure | None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    known = {"is_safe": False, "creates": False, **more}
    return refusals.failure_in(Answer(status, {"Retry-After": "90"}, raw), **known)


def said(message: str, kind: str = "invalid_data") -> dict[str, str]:
    return {"type": kind, "message": message}


HELD = "Cannot remove following inventory item(s) since they have reservations: [iitem_1]."


@pytest.mark.parametrize(
    ("status", "body", "more", "kind"),
    [
        (200, {}, {}, None),
        (200, b"", {}, OutcomeUnknown),
        (200, [], {}, OutcomeUnknown),
        (200, b"<html>", {"is_safe": True}, ContractBroken),
        (401, {"message": "Unauthorized"}, {}, AuthRevoked),
        (404, said("Product not found", "not_found"), {}, NotFound),
        (404, b"<pre>Cannot GET /admin/nope</pre>", {}, ContractBroken),
        (404, said("You tried to set relationship product_category_id: pcat_no", "not_found"), {}, ValidationFailed),
        (405, said("no"), {}, Permanent),
        (409, said("The request conflicted with another request", "conflict"), {}, Retryable),
        (409, said("The request conflicted with another request", "conflict"), {"creates": True}, OutcomeUnknown),
        (429, {}, {}, RateLimited),
        (500, said("An unknown error occurred.", "unknown_error"), {}, Retryable),
        (500, b"<h1>Server Error</h1>", {"creates": True}, OutcomeUnknown),
        (400, said("Product variant with sku: NM-001, already exists."), {"creates": True}, Conflict),
        (422, said("Product with handle: x, already exists.", "duplicate_error"), {"creates": True}, Conflict),
        (400, said("Inventory level with inventory_item_id: i, location_id: l, already exists."), {}, Retryable),
        (400, said(HELD), {}, Conflict),
        (400, {}, {}, Permanent),
    ],
)
def test_an_answer_means_what_to_do_next(status: int, body: Any, more: dict[str, Any], kind: Any) -> None:
    found = failure(status, body, **more)
    assert type(found) is (type(None) if kind is None else kind)
    if isinstance(found, Conflict):
        assert found.kind is (ConflictKind.LOCKED if body["message"] == HELD else ConflictKind.DUPLICATE)
    if isinstance(found, RateLimited):
        assert found.retry_after == 90


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("Invalid request: Expected type: 'string' for field 'title', got: '5'", "title"),
        ("Invalid request: Value for field 'stocked_quantity' too small, expected at least: '0'", "stock"),
        ("Invalid request: Unrecognized fields: 'nope'", ""),
    ],
)
def test_a_refusal_is_told_on_the_field_that_its_prose_names(message: str, field: str) -> None:
    found = failure(400, said(message))
    assert isinstance(found, ValidationFailed)
    assert [(issue.field, issue.remote_text) for issue in found.issues] == [(field, message)]


# Orders.


def order(**changes: Any) -> dict[str, Any]:
    values = {
        "id": "order_31",
        "status": "pending",
        "fulfillment_status": "not_fulfilled",
        "currency_code": "vnd",
        "created_at": "2026-11-20T01:00:00.000Z",
        "updated_at": "2026-11-21T01:00:00.000Z",
        "shipping_total": 15_000,
        "items": [order_line()],
        "shipping_address": {"first_name": "Bí", "last_name": "Nguyễn", "phone": "+84912345678"},
    }
    return {**values, **changes}


def order_line(**changes: Any) -> dict[str, Any]:
    values = {
        "variant_sku": "NM-001",
        "title": "Nước mắm",
        "quantity": 2,
        "unit_price": 85_000,
        "detail": {"return_received_quantity": 0},
    }
    return {**values, **changes}


def test_an_order_is_read_into_our_words_and_its_buyer_masked() -> None:
    found = orders.parse_order(order(items=[order_line(), order_line(variant_sku=None, unit_price=1_000.0)]))
    assert (found.order_id, found.state, found.raw_status, found.shipping_fee) == (
        *("order_31", OrderState.PLACED, "pending/not_fulfilled", 15_000),
    )
    assert (found.placed_at.day, found.updated_at.day) == (20, 21)
    assert found.lines == (RemoteOrderLine("NM-001", 2, 85_000, "Nước mắm"), RemoteOrderLine("", 2, 1_000, "Nước mắm"))
    assert found.buyer == "N… …78"
    assert orders.parse_order(order(shipping_address=None)).buyer == ""


@pytest.mark.parametrize(
    ("status", "parcels", "returned", "state"),
    [
        ("pending", "not_fulfilled", 0, OrderState.PLACED),
        ("requires_action", "not_fulfilled", 0, OrderState.PLACED),
        ("pending", "canceled", 0, OrderState.PLACED),
        ("pending", "partially_fulfilled", 0, OrderState.CONFIRMED),
        ("pending", "fulfilled", 0, OrderState.CONFIRMED),
        ("pending", "partially_shipped", 0, OrderState.SHIPPED),
        ("pending", "shipped", 0, OrderState.SHIPPED),
        ("pending", "partially_delivered", 0, OrderState.SHIPPED),
        ("pending", "delivered", 0, OrderState.DELIVERED),
        ("archived", "shipped", 0, OrderState.SHIPPED),
        ("completed", "not_fulfilled", 0, OrderState.DELIVERED),
        ("canceled", "not_fulfilled", 0, OrderState.CANCELLED),
        ("completed", "delivered", 1, OrderState.DELIVERED),
        ("completed", "delivered", 2, OrderState.RETURNED),
        ("đang bay", "not_fulfilled", 0, OrderState.UNKNOWN),
        ("pending", "đang bay", 2, OrderState.UNKNOWN),
    ],
)
def test_an_orders_two_words_are_one_of_ours(status: str, parcels: str, returned: int, state: OrderState) -> None:
    lines = [order_line(detail={"return_received_quantity": returned})]
    found = orders.parse_order(order(status=status, fulfillment_status=parcels, items=lines))
    assert (found.state, found.raw_status) == (state, f"{status}/{parcels}")


@pytest.mark.parametrize(
    "changes",
    [
        {"currency_code": "eur"},
        {"id": " "},
        {"created_at": None},
        {"shipping_total": 0.5},
        {"items": None},
        {"items": [order_line(quantity=0)]},
        {"items": [order_line(quantity="2")]},
        {"items": [order_line(unit_price=-1)]},
        {"items": [order_line(detail=None)]},
        {"items": [order_line()] * 201},
        {"fulfillment_status": None},
    ],
)
def test_a_broken_order_is_no_order(changes: dict[str, Any]) -> None:
    with pytest.raises(ContractBroken):
        orders.parse_order(order(**changes))


def test_a_long_status_and_a_long_name_are_cut() -> None:
    found = orders.parse_order(order(status="x" * 300, items=[order_line(title="y" * 300)]))
    assert (len(found.raw_status), len(found.lines[0].title)) == (60, 200)
    assert replace(found, raw_status="").state is OrderState.UNKNOWN
