"""What goes to a real shop comes back as it went, whatever it is and whatever the shop's own people do meanwhile."""

from __future__ import annotations

import hashlib
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.platforms.contract import (
    AuthRevoked,
    Conflict,
    ConflictKind,
    HealthState,
    ItemOutcome,
    ListingDocument,
    NotFound,
    Permanent,
    RemoteIds,
    ReviewState,
    ValidationFailed,
    changed_fields,
    normalised_text,
)
from market.platforms.medusa import client
from tests.market.platforms.samples import document, jpeg, photo
from tests.servers.drawn import documents, fifteen_cases
from tests.servers.medusa.world import MedusaWorld

DOCUMENTS = documents(("", "nuoc-mam", "nm", "gv"), photos=4)


def uploads(world: MedusaWorld) -> int:
    return sum(call["path"] == "/admin/uploads" for call in world.server.calls())


@fifteen_cases
@given(DOCUMENTS, DOCUMENTS)
def test_any_listing_comes_back_as_it_went_and_so_does_what_follows_it(
    world: MedusaWorld, first: ListingDocument, second: ListingDocument
) -> None:
    world.stage.reset()
    for ours in (first, second):
        remote = world.push(ours).remote
        assert remote is not None
        (result,) = world.adapter.put_offers(world.connection, [ours.offer(remote)], "op")
        assert result.outcome is ItemOutcome.DONE
        there = world.adapter.fetch(world.connection, remote)
        assert changed_fields(ours, there) == ()
        assert there.review.state is ReviewState.PENDING
        (listed,) = world.adapter.list_remote(world.connection).items
        found = world.adapter.find(world.connection, ours.reference)
        assert found is not None and found.remote_hash == listed.remote_hash == there.remote_hash
    assert len(world.server.listings()) == 1


@fifteen_cases
@given(
    st.lists(st.tuples(st.integers(1, 1_000_000_000), st.integers(0, 1_000_000)), min_size=1, max_size=4),
    st.integers(0, 50),
)
def test_any_offer_comes_back_as_it_went_whatever_was_ordered(
    world: MedusaWorld, offers: list[tuple[int, int]], promised: int
) -> None:
    ours = document(photos=())
    remote = world.push(ours).remote
    assert remote is not None
    world.stage.shop.sql(
        'UPDATE inventory_level SET stocked_quantity = 100, raw_stocked_quantity = \'{"value": "100"}\','
        f' reserved_quantity = {promised}, raw_reserved_quantity = \'{{"value": "{promised}"}}\''
    )
    for price, stock in offers:
        offer = replace(ours, price=price, stock=stock).offer(remote)
        (result,) = world.adapter.put_offers(world.connection, [offer], "op")
        assert result.outcome is ItemOutcome.DONE
        there = world.adapter.fetch(world.connection, remote)
        assert (there.price, there.stock) == (price, stock)
        held = world.stage.shop.sql("SELECT stocked_quantity, reserved_quantity FROM inventory_level")
        assert held == f"{stock + promised}|{promised}"


@fifteen_cases
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40))
def test_any_sku_is_found_and_no_other(world: MedusaWorld, sku: str) -> None:
    sku = normalised_text(sku) or "x"
    world.stage.reset()
    ours = document(sku, photos=())
    remote = world.push(ours).remote
    found = world.adapter.find(world.connection, ours.reference)
    assert found is not None and (found.sku, found.remote) == (sku, remote)
    assert world.adapter.find(world.connection, document(sku + "x").reference) is None
    assert world.push(ours).remote == remote and len(world.server.listings()) == 1


def test_the_reasons_of_a_moderator_come_whole_and_go_with_the_next_proposal(world: MedusaWorld) -> None:
    remote = world.push(document(photos=())).remote
    assert remote is not None
    for told, kept in (
        (["Ảnh mờ", "  ", 7, "Thiếu <b>ATTP</b>"], ["Ảnh mờ", "Thiếu <b>ATTP</b>"]),
        ("Một dòng\nHai dòng", ["Một dòng", "Hai dòng"]),
        ({"vi": "khác"}, []),
        (["x" * 5_000], ["x" * 1_000]),
    ):
        world.stage.change(remote.product_id, status="rejected", metadata={"rejection_reasons": told})
        review = world.adapter.fetch(world.connection, remote).review
        assert (review.state, [each.remote_text for each in review.reasons]) == (ReviewState.REJECTED, kept)
    world.push(document(photos=(), title="Đã sửa"))
    review = world.adapter.fetch(world.connection, remote).review
    assert (review.state, review.reasons) == (ReviewState.PENDING, ())


def test_a_shop_that_adds_taxes_to_our_prices_is_not_connected(world: MedusaWorld) -> None:
    adapter, plain = world.adapter, replace(world.connection, credentials={})
    set_to = "UPDATE price_preference SET is_tax_inclusive = {} WHERE value = 'vnd'"
    world.stage.shop.sql(set_to.format("false"))
    try:
        health = adapter.health(world.connection)
        assert health.state is HealthState.DEGRADED and "thuế" in health.message_vi
        with pytest.raises(Permanent) as refused:
            adapter.authorise(plain, {"key": world.stage.key})  # type: ignore[attr-defined]
        assert "thuế" in refused.value.message_vi
    finally:
        world.stage.shop.sql(set_to.format("true"))
    assert adapter.health(world.connection).state is HealthState.OK


def test_hiding_and_showing_leaves_other_sales_channels_as_they_are(world: MedusaWorld) -> None:
    remote = world.push(document(photos=())).remote
    assert remote is not None
    other = world.stage.shop.ask("POST", "/admin/sales-channels", {"name": "Quầy ở chợ"})["sales_channel"]["id"]
    ours = world.stage.shop.ask("GET", f"/admin/products/{remote.product_id}")["product"]["sales_channels"][0]["id"]
    world.stage.change(remote.product_id, sales_channels=[{"id": ours}, {"id": other}])

    def channels() -> set[str]:
        product = world.stage.shop.ask("GET", f"/admin/products/{remote.product_id}")["product"]
        return {each["id"] for each in product["sales_channels"]}

    world.adapter.set_visibility(world.connection, remote, False, "op")
    assert channels() == {other}
    world.adapter.set_visibility(world.connection, remote, True, "op")
    assert channels() == {ours, other}
    writes = world.writes()
    world.adapter.set_visibility(world.connection, remote, True, "op")
    assert world.writes() == writes


def test_a_change_of_words_is_proposed_anew_and_one_of_the_offer_is_not(world: MedusaWorld) -> None:
    ours = document(photos=())
    remote = world.push(ours).remote
    assert remote is not None
    world.stage.approve(remote.product_id)
    world.adapter.put_offers(world.connection, [replace(ours, price=1, stock=1).offer(remote)], "op")
    world.adapter.set_visibility(world.connection, remote, False, "op")
    world.adapter.set_visibility(world.connection, remote, True, "op")
    assert world.adapter.fetch(world.connection, remote).review.state is ReviewState.LIVE
    world.push(replace(ours, title="Khác"))
    assert world.adapter.fetch(world.connection, remote).review.state is ReviewState.PENDING


def test_a_photo_that_is_there_is_not_sent_again_and_stands_as_it_was_sent(world: MedusaWorld) -> None:
    ours = document()
    remote = world.push(ours).remote
    assert remote is not None and uploads(world) == 2
    world.push(replace(ours, description="Khác"))
    assert uploads(world) == 2
    world.push(replace(ours, photos=(photo(30), photo(20), photo(20))))
    assert uploads(world) == 4, "the new one, and the one that stands there twice from now on"
    product = world.stage.shop.ask("GET", f"/admin/products/{remote.product_id}", fields="images.url,thumbnail")[
        "product"
    ]
    contents = []
    for image in product["images"]:
        with urllib.request.urlopen(image["url"], timeout=30) as answer:
            contents.append(answer.read())
    assert contents == [jpeg(30), jpeg(20), jpeg(20)] and product["thumbnail"] == product["images"][0]["url"]


def test_a_photo_that_somebody_put_there_is_a_change_and_goes_with_the_next_push(world: MedusaWorld) -> None:
    ours = document(photos=(photo(10),))
    remote = world.push(ours).remote
    assert remote is not None
    foreign = f"{world.stage.shop.url}/static/khac-{hashlib.md5(b'', usedforsecurity=False).hexdigest()}.jpg"
    world.stage.change(remote.product_id, images=[{"url": foreign}])
    there = world.adapter.fetch(world.connection, remote)
    assert (there.photo_digests, changed_fields(ours, there)) == (("",), ("photos",))
    world.push(ours)
    assert changed_fields(ours, world.adapter.fetch(world.connection, remote)) == ()


def test_what_is_no_photo_of_ours_any_more_leaves_nothing(world: MedusaWorld) -> None:
    broken = replace(photo(20), read=lambda: b"\xff\xd8\xff other")
    with pytest.raises(ValidationFailed):
        world.push(document(photos=(photo(10), broken)))
    assert uploads(world) == 0 and world.server.listings() == []


def test_a_sku_that_is_taken_is_a_duplicate_and_nothing_is_taken_over(world: MedusaWorld) -> None:
    ours = document(photos=())
    remote = world.push(ours).remote
    assert remote is not None
    with pytest.raises(Conflict) as caught:
        world.adapter.put_content(world.connection, replace(ours, title="Tên khác"), None, "blind")
    assert caught.value.kind is ConflictKind.DUPLICATE
    other = world.stage.shop.ask("POST", "/admin/sales-channels", {"name": "Kênh khác"})["sales_channel"]["id"]
    world.stage.change(remote.product_id, sales_channels=[{"id": other}], metadata={"len_san": other})
    assert world.adapter.find(world.connection, ours.reference) is None, "it is another seller's now"
    assert world.adapter.list_remote(world.connection).items == ()
    assert len(world.server.listings()) == 1


def test_what_is_hidden_is_still_ours_and_what_stood_there_before_us_is_taken_up(world: MedusaWorld) -> None:
    ours = document(photos=())
    remote = world.push(ours).remote
    assert remote is not None
    world.adapter.set_visibility(world.connection, remote, False, "op")
    found = world.adapter.find(world.connection, ours.reference)
    assert found is not None and (found.remote, found.is_visible) == (remote, False)
    channel = world.credentials["sales_channel"]
    by_hand = {
        "title": "Làm tay", "status": "published", "sales_channels": [{"id": channel}],
        "options": [{"title": "Cỡ", "values": ["to"]}],
        "variants": [{"title": "to", "sku": "TAY-1", "options": {"Cỡ": "to"}, "prices": [{"currency_code": "eur", "amount": 3.5}]}],
    }  # fmt: skip
    made = world.stage.shop.ask("POST", "/admin/products", by_hand)["product"]["id"]
    taken = world.push(document("TAY-1", photos=())).remote
    assert taken is not None and taken.product_id == made
    world.adapter.put_offers(world.connection, [document("TAY-1").offer(taken)], "op")
    assert changed_fields(document("TAY-1", photos=()), world.adapter.fetch(world.connection, taken)) == ()


def test_prices_that_are_none_of_ours_stay(world: MedusaWorld) -> None:
    remote = world.push(document(photos=())).remote
    assert remote is not None
    product = world.stage.shop.ask("GET", f"/admin/products/{remote.product_id}", fields="variants.id")["product"]
    path = f"/admin/products/{remote.product_id}/variants/{product['variants'][0]['id']}"
    others = [
        {"currency_code": "eur", "amount": 3.5},
        {"currency_code": "vnd", "amount": 80_000, "min_quantity": 10},
    ]
    world.stage.shop.ask("POST", path, {"prices": [{"currency_code": "vnd", "amount": 85_000}, *others]})
    assert world.adapter.fetch(world.connection, remote).price == 85_000
    world.adapter.put_offers(world.connection, [document(price=90_000).offer(remote)], "op")
    assert world.adapter.fetch(world.connection, remote).price == 90_000
    prices = world.stage.shop.ask("GET", path, fields="prices.*")["variant"]["prices"]
    assert sorted((each["currency_code"], each["amount"], each["min_quantity"]) for each in prices) == [
        ("eur", 3.5, None),
        ("vnd", 80_000, 10),
        ("vnd", 90_000, None),
    ]


def test_what_cannot_be_told_of_goods_there_is_said_and_changes_nothing(world: MedusaWorld) -> None:
    remote = world.push(document(photos=())).remote
    assert remote is not None
    offer = document(stock=3).offer(remote)
    world.stage.shop.sql("DELETE FROM product_variant_inventory_item")
    (result,) = world.adapter.put_offers(world.connection, [offer], "op")
    assert (result.outcome, type(result.failure)) == (ItemOutcome.FAILED, Permanent)
    assert world.adapter.fetch(world.connection, remote).price == 85_000


def test_goods_of_several_kinds_are_none_that_we_could_drive(world: MedusaWorld) -> None:
    kinds = [
        {
            "title": size,
            "sku": f"TAY-{size}",
            "options": {"Cỡ": size},
            "prices": [{"currency_code": "vnd", "amount": 1_000}],
        }
        for size in ("to", "nho")
    ]
    channels = [{"id": world.credentials["sales_channel"]}]
    body = {
        "title": "Nhiều cỡ",
        "sales_channels": channels,
        "options": [{"title": "Cỡ", "values": ["to", "nho"]}],
        "variants": kinds,
    }
    made = RemoteIds(world.stage.shop.ask("POST", "/admin/products", body)["product"]["id"])
    assert world.adapter.find(world.connection, document("TAY-to").reference) is None
    assert world.adapter.list_remote(world.connection).items == ()
    (result,) = world.adapter.put_offers(world.connection, [document("TAY-to").offer(made)], "op")
    assert [issue.code for issue in result.issues] == ["several_variants"]
    with pytest.raises(Conflict) as caught:
        world.push(document("TAY-to", photos=()))
    assert caught.value.kind is ConflictKind.DUPLICATE


def test_a_level_that_somebody_took_away_is_told_anew(world: MedusaWorld) -> None:
    remote = world.push(document(photos=())).remote
    assert remote is not None
    world.stage.shop.sql("DELETE FROM inventory_level")
    assert world.adapter.fetch(world.connection, remote).stock == 0
    world.adapter.put_offers(world.connection, [document(stock=3).offer(remote)], "op")
    assert world.adapter.fetch(world.connection, remote).stock == 3


def test_what_was_withdrawn_may_come_again_under_its_sku(world: MedusaWorld) -> None:
    first = world.push(document(photos=())).remote
    assert first is not None
    world.adapter.withdraw(world.connection, first, "op")
    second = world.push(document(photos=())).remote
    assert second is not None and second.product_id != first.product_id
    assert changed_fields(document(photos=()), world.adapter.fetch(world.connection, second)) == ()
    with pytest.raises(NotFound):
        world.adapter.fetch(world.connection, first)


def test_an_unknown_category_is_made_by_nobody_and_one_that_is_spelt_otherwise_is_none(world: MedusaWorld) -> None:
    before = world.adapter.categories(world.connection).items
    for code in ("khong-co", "NM", "nm ", "pcat_01M84CHKHQNQF04JGM782G5XKP"):
        with pytest.raises(ValidationFailed):
            world.push(document(category_code=code))
    assert world.adapter.categories(world.connection).items == before and world.server.listings() == []


def test_connecting_makes_what_selling_takes_once(world: MedusaWorld) -> None:
    adapter, plain = world.adapter, replace(world.connection, credentials={})
    world.stage.bare()
    assert adapter.health(world.connection).state is HealthState.DEGRADED, "what was chosen is gone"
    made = adapter.authorise(plain, {"key": world.stage.key}).values  # type: ignore[attr-defined]
    fresh = replace(plain, credentials=made)
    assert adapter.health(fresh).state is HealthState.OK
    ours = document(photos=())
    remote = adapter.put_content(fresh, ours, None, "op").remote
    assert remote is not None and changed_fields(ours, adapter.fetch(fresh, remote)) == ()
    writes = world.writes()
    for named in ({}, {"sales_channel": made["sales_channel"], "stock_location": made["stock_location"]}):
        again = adapter.authorise(plain, {"key": world.stage.key, **named})  # type: ignore[attr-defined]
        assert dict(again.values) == dict(made)
    assert world.writes() == writes, "what is there is not made again"
    unknown = {"sales_channel": "sc_01M84CFV2K1Z3FPXF1B32P58SR"}
    with pytest.raises(AuthRevoked):
        adapter.authorise(plain, {"key": world.stage.key, **unknown})  # type: ignore[attr-defined]
    with pytest.raises(AuthRevoked):
        adapter.authorise(plain, {"key": "sk_khong-dung"})  # type: ignore[attr-defined]
    assert world.writes() == writes


def test_the_list_is_whole_where_many_were_made_at_one_moment(world: MedusaWorld) -> None:
    for number in range(8):
        world.push(document(f"NM-{number}", photos=()))
    at = datetime(2026, 3, 1, tzinfo=UTC).isoformat()
    world.stage.shop.sql(f"UPDATE product SET created_at = '{at}'")
    most, client.PRODUCTS_AT_ONCE = client.PRODUCTS_AT_ONCE, 3
    try:
        found, cursor, parts = [], "", 0
        while cursor or not parts:
            page = world.adapter.list_remote(world.connection, cursor)
            found, cursor, parts = found + [item.sku for item in page.items], page.next_cursor, parts + 1
    finally:
        client.PRODUCTS_AT_ONCE = most
    assert sorted(found) == [f"NM-{number}" for number in range(8)] and parts >= 3


def test_what_is_no_product_number_is_not_asked_for(world: MedusaWorld) -> None:
    remote = world.push(document(photos=())).remote
    assert remote is not None
    calls = len(world.server.calls())
    for number in ("../orders", "", "prod_1?x=1", "a b"):
        with pytest.raises(NotFound):
            world.adapter.fetch(world.connection, replace(remote, product_id=number))
    assert len(world.server.calls()) == calls
