"""The JSON of oscarapi, as plain data: what a real server was seen to answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
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
from market.platforms.oscar import fields, lists, orders, refusals, tree, wire
from tests.market.platforms.samples import badge, document, paper

SEEN = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PARTNER = "/api/admin/partners/1/"
SHA = "ab" * 32


def record(**changes: Any) -> dict[str, Any]:
    values = {
        "url": "http://shop.example/api/admin/stockrecords/4/",
        "partner": "http://shop.example/api/admin/partners/1/",
        "partner_sku": "NM-001",
        "price_currency": "VND",
        "price": "85000.00",
        "num_in_stock": 24,
        "num_allocated": None,
    }
    return {**values, **changes}


def product(**changes: Any) -> dict[str, Any]:
    values = {
        "id": 7,
        "upc": "NM-001",
        "title": "Nước mắm",
        "slug": "nuoc-mam",
        "description": "Ủ chượp 12 tháng.<br>\n&lt;b&gt; không phải thẻ",
        "structure": "standalone",
        "is_public": True,
        "categories": ["Thực phẩm > Gia vị"],
        "attributes": [
            {"code": "unit", "name": "Đơn vị tính", "value": "chai"},
            {"code": "net_weight_grams", "name": "", "value": 500},
            {"code": "category_code", "name": "", "value": "tp/gv = Thực phẩm > Gia vị"},
            {"code": "certificates", "name": "", "value": "K7PQ2M · 2503/QĐ-UBND · 4 sao\nZZ"},
        ],
        "images": [
            {"display_order": 1, "code": None},
            {"display_order": 0, "code": f"{SHA}-0f-0"},
        ],
        "stockrecords": [record()],
        "date_updated": "2026-11-23T10:00:00+07:00",
    }
    return {**values, **changes}


def parse(**changes: Any) -> wire.Product:
    return wire.parse_product(product(**changes), partner=PARTNER, public_url="https://shop.example/", seen_at=SEEN)


def test_a_product_is_read_into_our_words() -> None:
    found = parse()
    seen = found.snapshot
    assert seen.remote == RemoteIds("7", "https://shop.example/catalogue/nuoc-mam_7/")
    assert (seen.sku, seen.price, seen.stock, seen.unit, seen.net_weight_grams) == ("NM-001", 85_000, 24, "chai", 500)
    assert seen.description == "Ủ chượp 12 tháng.\n<b> không phải thẻ"
    assert (seen.category_code, seen.badge_codes, seen.paper_numbers) == ("tp/gv", ("K7PQ2M", "ZZ"), ())
    assert seen.photo_digests == (SHA, ""), "a photo that somebody put there is none of ours"
    assert (seen.review.state, seen.is_visible, seen.updated_at) == (ReviewState.LIVE, True, SEEN)
    assert found.record == wire.StockRecord("/api/admin/stockrecords/4/", 85_000, 24, 0)


def test_what_is_sent_is_what_is_read() -> None:
    ours = document(
        description="Dòng 1\n\n<script>&amp;", badges=(badge(), badge(check_code="B2", valid_until=date(2027, 1, 2))),
        papers=(paper(), paper(number="9")), category_code="tp/gv", photos=(),
    )  # fmt: skip
    body = wire.creation_body(ours, [], "Thực phẩm > Gia vị", "0f", PARTNER)
    assert "<script" not in body["description"] and body["stockrecords"][0]["price"] == "85000.00"
    there = {**product(), **body, "stockrecords": [record()]}
    snapshot = wire.parse_product(there, partner=PARTNER, public_url="", seen_at=SEEN).snapshot
    assert changed_fields(ours, snapshot) == ()


def test_what_is_promised_to_buyers_is_not_for_sale_and_stays_in_the_store() -> None:
    held = parse(stockrecords=[record(num_in_stock=10, num_allocated=3)]).record
    assert held is not None and held.stock == 7
    assert wire.offer_body(45_000, 7, held.allocated) == {
        "price_currency": "VND",
        "price": "45000.00",
        "num_in_stock": 10,
    }
    oversold = parse(stockrecords=[record(num_in_stock=1, num_allocated=3)]).record
    assert oversold is not None and oversold.stock == 0


def test_another_partners_offer_and_another_currency_are_no_offer_of_ours() -> None:
    theirs = record(partner="http://shop.example/api/admin/partners/2/")
    assert parse(stockrecords=[theirs]).record is None
    assert parse(stockrecords=[theirs, record(price_currency="GBP")]).snapshot.price == 0
    assert parse(stockrecords=[record(price=None)]).snapshot.price == 0


@pytest.mark.parametrize(
    ("amount", "dong"), [("1.00", 1), ("45000.00", 45_000), ("1234567.00", 1_234_567), ("45000.49", 45_000)]
)
def test_decimals_are_whole_dong(amount: str, dong: int) -> None:
    assert fields.whole_dong(fields.money_in({"price": amount}, "price")) == dong


@pytest.mark.parametrize("amount", ["NaN", "-1.00", "Infinity", "1e40", "45.000", "", None, 45000])
def test_an_amount_that_is_none_is_not_guessed(amount: Any) -> None:
    if amount == "45.000":
        assert fields.money_in({"price": amount}, "price") == Decimal(45)
        return
    with pytest.raises(ContractBroken):
        fields.money_in({"price": amount}, "price")


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "7"},
        {"is_public": "yes"},
        {"slug": "../x"},
        {"images": {}},
        {"categories": [1]},
        {"stockrecords": [record(num_in_stock="5")]},
        {"stockrecords": [record(partner="nonsense")]},
        {"date_updated": "2026-11-23T10:00:00"},
        {"date_updated": "gestern"},
    ],
)
def test_an_answer_that_is_not_as_known_is_not_guessed(changes: dict[str, Any]) -> None:
    with pytest.raises(ContractBroken):
        parse(**changes)


def test_a_product_that_was_moved_to_another_category_has_lost_ours() -> None:
    assert parse(categories=["Đồ uống"]).snapshot.category_code == "Đồ uống"
    assert parse(categories=[]).snapshot.category_code == ""


def test_photos_are_addresses_with_a_digest_and_the_second_of_two_alike_is_another() -> None:
    sent = [wire.SentPhoto(SHA, "5d", f"https://lensan.example/{name}", "Alt") for name in ("a.jpg", "a.jpg?b=1")]
    images = wire.content_body(document(), sent, "", "0f")["images"]
    assert [image["original"] for image in images] == [
        "https://lensan.example/a.jpg?sha1=5d",
        "https://lensan.example/a.jpg?b=1&sha1=5d-again",
    ]
    new = wire.creation_body(document(), sent, "", "0f", PARTNER)["images"]
    assert [image["original"] for image in new] == [
        "https://lensan.example/a.jpg",
        "https://lensan.example/a.jpg?b=1&sha1=5d-again",
    ]
    assert [image["code"] for image in images] == [f"{SHA}-0f-0", f"{SHA}-0f-1"]


def test_lists_come_in_pages_or_whole() -> None:
    assert lists.parse_part(b'[{"id": 1}]', 1) == lists.Part(({"id": 1},), None)
    page = {"results": [{"id": 1}], "next": "http://shop.example/api/products/?a=b&page=3"}
    assert lists.parse_part(json.dumps(page).encode(), 2) == lists.Part(({"id": 1},), 3)
    for following in (2, "http://shop.example/?page=2", "http://shop.example/?seite=3"):
        with pytest.raises(ContractBroken):
            lists.parse_part(json.dumps({**page, "next": following}).encode(), 2)


def test_pages_are_read_again_as_far_as_they_are_new() -> None:
    second = lists.place_after(lists.place_at(""), [9, 8], 2)
    assert second == lists.Place(2, 9) and lists.place_at(second.cursor) == second
    again = lists.place_after(second, [7], None)
    assert again == lists.Place(1, 9, is_again=True)
    assert lists.place_after(again, [12, 11], 2) == replace(again, page=2)
    assert lists.place_after(again, [11, 9], 2) is None
    assert lists.place_after(lists.place_at(""), [], None) is None, "one page holds everything"


TREE = [
    {"data": {"name": "Thực phẩm", "slug": "tp"}, "children": [
        {"data": {"name": "Gia vị", "slug": "gv"}}, {"data": {"name": "Rau > quả", "slug": "rq"}},
    ]},
    {"data": {"name": "Dài", "slug": "d" * 70}},
]  # fmt: skip


def test_a_category_is_known_by_its_slugs_and_named_by_its_names() -> None:
    body = json.dumps(TREE).encode()
    (top, below, long) = tree.parse_categories(body).items
    assert (top, below) == (
        RemoteCategory("tp", "Thực phẩm", "", is_leaf=False),
        RemoteCategory("tp/gv", "Gia vị", "tp", is_leaf=True),
    )
    assert len(long.code) == 60 and tree.name_of(body, long.code) == "Dài"
    assert tree.name_of(body, "tp/gv") == "Thực phẩm > Gia vị"
    assert tree.name_of(body, "gv") is None and tree.name_of(body, "tp/rq") is None


# What answers mean.


def failure(status: int, body: Any, **more: Any) -> PlatformFailure | None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    known = {"is_safe": False, "creates": False, "has_body": True, **more}
    return refusals.failure_in(Answer(status, {"Retry-After": "90"}, raw), **known)


@pytest.mark.parametrize(
    ("status", "body", "more", "kind"),
    [
        (200, {}, {}, None),
        (204, b"", {"has_body": False}, None),
        (200, b"", {}, OutcomeUnknown),
        (200, b"<html>", {"is_safe": True}, ContractBroken),
        (401, {"detail": "Invalid token."}, {}, AuthRevoked),
        (403, {"detail": "You do not have permission."}, {}, AuthRevoked),
        (404, {"detail": "No Product matches the given query."}, {}, NotFound),
        (404, b"<h1>Not Found</h1>", {}, ContractBroken),
        (405, {"detail": "Method not allowed."}, {}, Permanent),
        (429, {"detail": "Request was throttled."}, {}, RateLimited),
        (500, b"<h1>Server Error</h1>", {}, Retryable),
        (500, b"<h1>Server Error</h1>", {"creates": True}, OutcomeUnknown),
        (400, {"upc": ["Sản phẩm đã có."]}, {"creates": True}, Conflict),
        (400, {"stockrecords": {"0": {"partner_sku": ["taken"]}}}, {"creates": True}, Conflict),
        (400, {"title": ["too long"]}, {"creates": True}, ValidationFailed),
        (400, {}, {}, Permanent),
    ],
)
def test_an_answer_means_what_to_do_next(status: int, body: Any, more: dict[str, Any], kind: Any) -> None:
    found = failure(status, body, **more)
    assert type(found) is (type(None) if kind is None else kind)
    if isinstance(found, Conflict):
        assert found.kind is ConflictKind.DUPLICATE
    if isinstance(found, RateLimited):
        assert found.retry_after == 90


def test_refusals_are_told_on_our_fields_whatever_their_words() -> None:
    body = {
        "title": ["dài quá"],
        "stockrecords": {"0": {"num_in_stock": ["âm"], "price": ["sai"]}},
        "attributes": {"0": {"value": ["không có"]}},
    }
    found = failure(400, body)
    assert isinstance(found, ValidationFailed)
    assert [(issue.field, issue.remote_text) for issue in found.issues] == [
        *(("title", "dài quá"), ("stock", "âm"), ("price", "sai"), ("", "không có"))
    ]
    fetching = failure(400, ["Error when downloading image https://lensan.example/a.jpg, 404: Not Found"], creates=True)
    assert isinstance(fetching, ValidationFailed) and [issue.field for issue in fetching.issues] == ["photos"]


# Orders.


def order(**changes: Any) -> dict[str, Any]:
    values = {
        "url": "http://shop.example/api/admin/orders/31/",
        "number": "100031",
        "currency": "VND",
        "shipping_incl_tax": "15000.00",
        "date_placed": "2026-11-20T08:00:00+07:00",
        "status": "Pending",
        "shipping_address": {
            "first_name": "Bí",
            "last_name": "Nguyễn",
            "phone_number": "+84912345678",
            "line1": "12 Lê Lợi",
        },
    }
    return {**values, **changes}


def order_line(**changes: Any) -> dict[str, Any]:
    values = {
        "product": "http://shop.example/api/products/7/",
        "quantity": 2,
        "price_currency": "VND",
        "price_incl_tax_excl_discounts": "170000.00",
    }
    return {**values, **changes}


def test_an_order_is_read_into_our_words_and_its_buyer_masked() -> None:
    head = orders.parse_head(order())
    lines = [orders.parse_line(order_line()), orders.parse_line(order_line(product=None, quantity=1))]
    found = orders.order_with(head, lines, {7: orders.Goods("NM-001", "Nước mắm")})
    assert (found.order_id, found.state, found.raw_status, found.shipping_fee) == (
        *("100031", OrderState.PLACED, "Pending", 15_000),
    )
    assert found.placed_at == found.updated_at == datetime(2026, 11, 20, 1, tzinfo=UTC)
    assert found.lines == (RemoteOrderLine("NM-001", 2, 85_000, "Nước mắm"), RemoteOrderLine("", 1, 170_000, ""))
    assert found.buyer == "N… …78"


def test_a_status_that_the_shop_made_up_is_kept_as_it_is() -> None:
    found = orders.order_with(orders.parse_head(order(status="đang bay")), [], {})
    assert (found.state, found.raw_status) == (OrderState.UNKNOWN, "đang bay")


@pytest.mark.parametrize(
    "changes", [{"currency": "GBP"}, {"url": "x"}, {"date_placed": None}, {"shipping_incl_tax": "?"}, {"number": " "}]
)
def test_a_broken_order_is_no_order(changes: dict[str, Any]) -> None:
    with pytest.raises(ContractBroken):
        orders.parse_head(order(**changes))


@pytest.mark.parametrize("changes", [{"quantity": 0}, {"quantity": "2"}, {"price_currency": None}, {"product": "x"}])
def test_a_broken_line_is_no_line(changes: dict[str, Any]) -> None:
    with pytest.raises(ContractBroken):
        orders.parse_line(order_line(**changes))


def test_a_cursor_names_where_the_next_part_begins() -> None:
    head = orders.parse_head(order())
    assert orders.parse_cursor(head.cursor) == head.key
    for cursor in ("khong-phai", "2026-11-20", "2026-11-20T08:00:00+07:00 x"):
        with pytest.raises(Conflict) as caught:
            orders.parse_cursor(cursor)
        assert caught.value.kind is ConflictKind.VERSION
