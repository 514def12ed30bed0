"""The JSON of Vendure's admin API, as plain data: what a real shop was seen to answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.kit.outbound import Answer
from market.platforms.contract import (
    AuthExpired,
    AuthRevoked,
    Conflict,
    ConflictKind,
    ContractBroken,
    NotFound,
    OrderState,
    OutcomeUnknown,
    PlatformFailure,
    RateLimited,
    RemoteOrderLine,
    Retryable,
    ReviewState,
    ValidationFailed,
    changed_fields,
)
from market.platforms.vendure import facts, operations, orders, uploads, wire
from market.platforms.vendure.refusals import failure_in
from tests.market.platforms.samples import badge, document, paper

SEEN = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SHA = "ab" * 32
MARK = wire.mark_of("NM-001")
STOCK = {"stockLocationId": "1", "stockOnHand": 24, "stockAllocated": 0}


def variant(**changes: Any) -> dict[str, Any]:
    values = {
        "id": "4", "sku": "NM-001", "enabled": True, "priceWithTax": 8_500_000, "currencyCode": "VND", "stockLevels": [STOCK],
    }  # fmt: skip
    return {**values, **changes}


def product(**changes: Any) -> dict[str, Any]:
    values = {
        "id": "7",
        "updatedAt": "2026-11-23T02:00:00.000Z",
        "name": "Nước mắm",
        "slug": f"nuoc-mam-{MARK}",
        "description": facts.written(document()),
        "enabled": True,
        "assets": [
            {"id": "2", "source": f"http://shop.example/assets/source/48/{SHA}__02.jpg"},
            {"id": "3", "source": "http://shop.example/assets/source/9b/anh-khac.jpg"},
        ],
        "facetValues": [
            {"id": "1", "code": "nuoc-mam", "facet": {"code": "category"}},
            {"id": "9", "code": "moi", "facet": {"code": "nhan"}},
        ],
        "variants": [variant()],
    }
    return {**values, **changes}


def parse(public_url: str = "", **changes: Any) -> wire.Product:
    return wire.parse_product(product(**changes), facet="category", public_url=public_url, seen_at=SEEN)


def answer(value: Any, status: int = 200, **headers: str) -> Answer:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer(status, {name.replace("_", "-"): text for name, text in headers.items()}, body)


def refused(code: str | None, **headers: str) -> Answer:
    error = {"message": "NOT NULL constraint failed: product_translation.name"}
    return answer({"errors": [error | ({"extensions": {"code": code}} if code else {})], "data": None}, **headers)


def order(**changes: Any) -> dict[str, Any]:
    line = {
        "quantity": 2, "orderPlacedQuantity": 3, "unitPriceWithTax": 8_500_000, "productVariant": {"sku": "NM-001", "name": "Mắm"},
    }  # fmt: skip
    values = {
        "id": "12",
        "code": "5AWAY53Y",
        "state": "PaymentSettled",
        "orderPlacedAt": "2026-03-01T05:00:00.885Z",
        "updatedAt": "2026-03-01T06:00:00.000Z",
        "currencyCode": "VND",
        "shippingWithTax": 1_500_000,
        "shippingAddress": {"fullName": "Nguyễn Văn Bí", "phoneNumber": "+84912345678"},
        "lines": [line],
    }
    return {**values, **changes}


def test_a_product_in_our_words() -> None:
    read = parse("https://shop.example/")
    there = read.snapshot
    assert changed_fields(replace(document(), title="Nước mắm", photos=()), there) == ("photos",)
    assert (there.remote.product_id, there.remote.url) == ("7", f"https://shop.example/products/nuoc-mam-{MARK}")
    assert (there.photo_digests, there.category_code, there.is_visible) == ((SHA, ""), "nuoc-mam", True)
    assert (there.price, there.stock, there.review.state) == (85_000, 24, ReviewState.LIVE)
    assert read.other_values == ("9",), "what the shop's people put it under stays"
    assert parse().snapshot.remote.url == "", "nobody knows where buyers look"
    for page in ("../../khac", "a b", "?x=1", ""):
        assert parse("https://shop.example", slug=page).snapshot.remote.url == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Một dòng",
        "Hai\n\ndòng <b>không đậm</b> &amp; &",
        "</li>\n<li><strong>Đơn vị tính:</strong> tấn</li>\n",
        "<h3>Thông tin sản phẩm</h3>\n<ul>\n</ul>",
        "\n<h3>Thông tin sản phẩm</h3>\n<ul>\n",
    ],
)
def test_a_text_and_its_facts_are_told_apart_whatever_was_typed(text: str) -> None:
    ours = document(
        description=text, ingredients=text or "Cá", badges=(badge(), badge(check_code="ZZ")), papers=(paper(),)
    )
    there = parse(description=facts.written(ours), name=ours.title).snapshot
    assert changed_fields(replace(ours, photos=()), there) == ("photos",)
    assert (there.unit, there.badge_codes) == ("chai", ("K7PQ2M", "ZZ"))


def test_nothing_that_people_typed_becomes_markup() -> None:
    script = "<script>alert(1)</script>"
    names = (
        "description",
        "unit",
        "producer_name",
        "origin_commune",
        "origin_province",
        "ingredients",
        "warnings",
        "shelf_life",
    )
    ours = document(
        **dict.fromkeys(names, script),
        badges=(badge(check_code=script, decision_number=script),),
        papers=(paper(number=script, name=script, issuer=script),),
    )
    markup = facts.written(ours)
    assert "<script" not in markup and markup.count("&lt;script&gt;") == len(names) + 5


def test_what_others_wrote_is_text_and_differs() -> None:
    for markup in ("<p>Của người khác</p>", facts.written(document()) + "<p>thêm</p>"):
        there = parse(description=markup).snapshot
        assert "<p>" in there.description and "description" in changed_fields(document(), there)


def test_a_product_without_a_variant_is_known_by_its_address_alone() -> None:
    read = parse(variants=[])
    assert read.variant is None and (read.snapshot.sku, read.snapshot.price, read.snapshot.stock) == ("NM-001", 0, 0)
    assert read.is_for("NM-001") and not read.is_for("nm-001") and not read.is_for("NM-002")
    other = parse(variants=[variant(sku="KHAC")])
    assert not other.is_for("NM-001") and other.is_for("KHAC"), "the variant's own SKU is what counts"
    several = parse(variants=[variant(sku="A"), variant(id="5")])
    assert several.variant is not None and (several.variant.variant_id, several.is_for("A")) == ("5", True)


@pytest.mark.parametrize(
    ("changes", "price"),
    [
        ({"priceWithTax": 8_500_050}, 0),
        ({"currencyCode": "USD"}, 0),
        ({"priceWithTax": 100}, 1),
        ({"priceWithTax": 0}, 0),
    ],
)
def test_a_price_is_whole_đồng_or_none(changes: dict[str, Any], price: int) -> None:
    assert parse(variants=[variant(**changes)]).snapshot.price == price


def test_what_is_promised_is_not_for_sale_and_lies_in_the_store() -> None:
    levels = [{**STOCK, "stockAllocated": 5}, {"stockLocationId": "2", "stockOnHand": 4, "stockAllocated": 1}]
    read = parse(variants=[variant(stockLevels=levels)])
    assert read.snapshot.stock == 22 and read.variant is not None
    assert wire.offer_input(read.variant, 7_000, 10) == {
        "id": "4", "price": 700_000, "trackInventory": "TRUE", "useGlobalOutOfStockThreshold": False, "outOfStockThreshold": 0,
        "stockLevels": [{"stockLocationId": "1", "stockOnHand": 15}, {"stockLocationId": "2", "stockOnHand": 1}],
    }  # fmt: skip
    sold_out = parse(variants=[variant(stockLevels=[{**STOCK, "stockOnHand": 1, "stockAllocated": 3}])])
    assert sold_out.snapshot.stock == 0, "never fewer than none"


def test_what_is_only_begun_differs_from_every_listing_and_tells_whose_it_is() -> None:
    bare = document(
        title="Nước mắm", description="", unit="", net_weight_grams=None, producer_name="", photos=(), category_code=""
    )
    read = parse(description=facts.begun("NM-001"), variants=[], enabled=False, assets=[], facetValues=[])
    assert (
        read.is_begun and read.is_for("NM-001") and (read.snapshot.sku, read.snapshot.is_visible) == ("NM-001", False)
    )
    assert "description" in changed_fields(bare, read.snapshot)
    assert not parse(description=facts.written(bare), variants=[]).is_begun


def test_hidden_above_or_below_is_hidden() -> None:
    assert not parse(variants=[]).snapshot.is_visible, "there is nothing to buy"
    assert not parse(enabled=False).snapshot.is_visible
    assert not parse(variants=[variant(enabled=False)]).snapshot.is_visible


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None},
        {"id": 7},
        {"enabled": 1},
        {"variants": None},
        {"variants": [variant(priceWithTax="1")]},
        {"updatedAt": "?"},
    ],
)
def test_what_is_not_as_documented_is_not_guessed(changes: dict[str, Any]) -> None:
    with pytest.raises(ContractBroken):
        parse(**changes)


def test_a_creation_bears_the_mark_of_our_sku_and_an_update_leaves_the_address() -> None:
    begun = wire.creation_input(document(title="Mắm «ngon»"), "vi")
    (words,) = begun["translations"]
    assert words["slug"] == f"mam-ngon-{MARK}" and len(MARK) == 20
    assert begun["enabled"] is False, "as long as there is nothing to buy"
    made = wire.product_input(document(title="Mắm «ngon»"), "vi", ["2", "2"], ["1"])
    assert (made["assetIds"], made["featuredAssetId"], made["facetValueIds"]) == (["2", "2"], "2", ["1"])
    again = wire.product_input(document(), "vi", [], [])
    assert "slug" not in again["translations"][0] and again["featuredAssetId"] is None and "enabled" not in again
    assert wire.variant_input("7", "NM-001", "Mắm", "vi", 55_000, 3)["price"] == 5_500_000


READ, CREATE, UPDATE = operations.READ_PRODUCT, operations.CREATE_PRODUCT, operations.UPDATE_PRODUCT


@pytest.mark.parametrize(
    ("told", "operation", "kind"),
    [
        (refused("FORBIDDEN", vendure_auth_token=""), READ, AuthExpired),
        (refused("FORBIDDEN"), READ, AuthRevoked),
        (refused("FORBIDDEN", vendure_auth_token="t"), CREATE, AuthRevoked),
        (refused("ENTITY_NOT_FOUND"), UPDATE, NotFound),
        (refused("USER_INPUT_ERROR"), UPDATE, ValidationFailed),
        (refused("USER_INPUT_ERROR"), operations.CREATE_VARIANT, Conflict),
        (refused("USER_INPUT_ERROR"), READ, ContractBroken),
        (refused("USER_INPUT_ERROR"), operations.CREATE_ASSET, ValidationFailed),
        (refused("INTERNAL_SERVER_ERROR"), READ, Retryable),
        (refused("INTERNAL_SERVER_ERROR"), UPDATE, Retryable),
        (refused("INTERNAL_SERVER_ERROR"), CREATE, OutcomeUnknown),
        (refused(None), CREATE, OutcomeUnknown),
        (refused("KHAC"), UPDATE, Retryable),
        (answer({"errors": [{"extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]}, 400), CREATE, ContractBroken),
        (answer({"errors": "lạ"}), CREATE, OutcomeUnknown),
        (answer(b"<h1>", 502), READ, Retryable),
        (answer(b"<h1>", 502), UPDATE, Retryable),
        (answer(b"<h1>", 502), CREATE, OutcomeUnknown),
        (answer(b"<h1>", 404), CREATE, ContractBroken),
        (answer(b""), READ, ContractBroken),
        (answer(b""), UPDATE, OutcomeUnknown),
        (answer({"data": None}), CREATE, OutcomeUnknown),
        (answer({}, 429, Retry_After="7"), CREATE, RateLimited),
    ],
)
def test_trouble_in_an_answer_that_says_all_is_well(
    told: Answer, operation: operations.Operation, kind: type[PlatformFailure]
) -> None:
    failure = failure_in(told, operation)
    assert type(failure) is kind


def test_a_good_answer_is_no_failure_and_a_databases_words_are_kept_nowhere() -> None:
    assert failure_in(answer({"data": {"product": None}}), READ) is None
    failure = failure_in(refused(None), CREATE)
    assert failure is not None and "constraint" not in f"{failure} {failure.detail} {failure.message_vi}"
    twice = failure_in(refused("USER_INPUT_ERROR"), operations.CREATE_VARIANT)
    assert isinstance(twice, Conflict) and twice.kind is ConflictKind.DUPLICATE


def test_an_order_in_our_words() -> None:
    found = orders.parse_order(order())
    assert found.lines == (RemoteOrderLine("NM-001", 2, 85_000, "Mắm"),)
    assert (found.order_id, found.state, found.shipping_fee, found.buyer) == (
        "5AWAY53Y",
        OrderState.CONFIRMED,
        15_000,
        "N… …78",
    )
    assert found.updated_at - found.placed_at == timedelta(hours=1, milliseconds=-885)
    cancelled = orders.parse_order(order(state="Cancelled", shippingAddress=None))
    assert (cancelled.lines[0].quantity, cancelled.buyer) == (3, ""), "as many as were ordered"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("PaymentAuthorized", OrderState.PLACED),
        ("PartiallyShipped", OrderState.SHIPPED),
        ("Shipped", OrderState.SHIPPED),
        ("PartiallyDelivered", OrderState.SHIPPED),
        ("Delivered", OrderState.DELIVERED),
        ("Cancelled", OrderState.CANCELLED),
        ("ChoDongGoi", OrderState.UNKNOWN),
    ],
)
def test_a_status_is_known_or_kept_as_it_is(status: str, state: OrderState) -> None:
    found = orders.parse_order(order(state=status))
    assert (found.state, found.raw_status) == (state, status)


@pytest.mark.parametrize("status", ["Modifying", "ArrangingAdditionalPayment"])
@pytest.mark.parametrize(
    ("payments", "parcels", "state"),
    [
        (["Authorized"], [], OrderState.PLACED),
        (["Settled", "Authorized"], [], OrderState.PLACED),
        (["Declined", "Settled"], ["Pending", "Cancelled"], OrderState.CONFIRMED),
        (["Settled"], ["Pending", "Shipped"], OrderState.SHIPPED),
        (["Authorized"], ["Delivered"], OrderState.SHIPPED),
        (None, None, OrderState.PLACED),
    ],
)
def test_an_order_that_is_being_changed_is_as_far_as_its_money_and_its_parcels(
    status: str, payments: list[str] | None, parcels: list[str] | None, state: OrderState
) -> None:
    told = {
        name: None if states is None else [{"state": each} for each in states]
        for name, states in (("payments", payments), ("fulfillments", parcels))
    }
    found = orders.parse_order(order(state=status, **told))
    assert (found.state, found.raw_status) == (state, status)


@pytest.mark.parametrize(
    "changes",
    [
        {"currencyCode": "USD"},
        {"code": " "},
        {"shippingWithTax": 50},
        {"lines": [{"quantity": -1}]},
        {
            "lines": [
                {
                    "quantity": 1,
                    "orderPlacedQuantity": 1,
                    "unitPriceWithTax": 8_500_050,
                    "productVariant": {"sku": "", "name": ""},
                }
            ]
        },
        {"orderPlacedAt": None},
    ],
)
def test_an_order_that_cannot_be_read_is_not_guessed(changes: dict[str, Any]) -> None:
    with pytest.raises(ContractBroken):
        orders.parse_order(order(**changes))


def test_a_place_among_orders_comes_back_as_it_was_told() -> None:
    key = orders.key_of(order())
    assert orders.place_at(orders.cursor_at(key), SEEN) == key
    assert orders.place_at("", SEEN) < orders.key_of(order(updatedAt=SEEN.isoformat(), id="1"))
    nine, ten = (orders.key_of(order(id=number)) for number in ("9", "10"))
    assert nine < ten, "numbers are counted up, not spelled"
    asked = orders.changed_since(SEEN)["filter"]["updatedAt"]
    assert asked == {"after": "2026-11-23T02:59:58.000Z"}
    for cursor in ("khong-phai", "999999-01-01 5"):
        with pytest.raises(Conflict) as caught:
            orders.place_at(cursor, SEEN)
        assert caught.value.kind is ConflictKind.VERSION


def test_a_file_travels_beside_its_call() -> None:
    headers, body = uploads.multipart(operations.CREATE_ASSET, "a.jpg", "image/jpeg", b"\xff\xd8\r\n--x")
    boundary = headers["Content-Type"].partition("boundary=")[2].encode()
    parts = body.split(b"--" + boundary)
    assert len(parts) == 5 and parts[-1] == b"--\r\n" and headers["Apollo-Require-Preflight"]
    assert json.loads(parts[1].split(b"\r\n\r\n", 1)[1])["operationName"] == "CreateAsset"
    assert parts[3].split(b"\r\n\r\n", 1)[1] == b"\xff\xd8\r\n--x\r\n" and b'filename="a.jpg"' in parts[3]
