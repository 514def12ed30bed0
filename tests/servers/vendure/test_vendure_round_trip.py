"""What goes to a real shop comes back as it went, and is sold to its buyers as it was written."""

from __future__ import annotations

import html
import json
import urllib.request
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.platforms.contract import (
    ApiAdapter,
    AuthExpired,
    AuthRevoked,
    Conflict,
    ConflictKind,
    HealthState,
    ItemOutcome,
    ListingDocument,
    ListingReference,
    NotFound,
    OutcomeUnknown,
    Permanent,
    RemoteIds,
    Retryable,
    ValidationFailed,
    changed_fields,
    normalised_text,
)
from tests.market.platforms.samples import document, photo
from tests.servers.drawn import documents, fifteen_cases
from tests.servers.vendure.world import VendureWorld

CATEGORIES = ("", "nuoc-mam", "hat")


def bought(world: VendureWorld, remote: RemoteIds) -> dict[str, Any]:
    """A product as a visitor's program sees it."""
    found = world.stage.shop.visitor().ask(
        "query ($id: ID!) { product(id: $id) { name description assets { source } facetValues { code }"
        " variants { sku name priceWithTax stockLevel } } }",
        id=remote.product_id,
    )
    product: dict[str, Any] = found["product"]
    return product


@fifteen_cases
@given(documents(CATEGORIES), documents(CATEGORIES))
def test_any_listing_comes_back_as_it_went_and_so_does_what_follows_it(
    world: VendureWorld, first: ListingDocument, second: ListingDocument
) -> None:
    for item in world.adapter.list_remote(world.connection).items:
        world.adapter.withdraw(world.connection, item.remote, "op")
    for ours in (first, second):
        remote = world.push(ours).remote
        assert remote is not None
        (result,) = world.adapter.put_offers(world.connection, [ours.offer(remote)], "op")
        assert result.outcome is ItemOutcome.DONE
        there = world.adapter.fetch(world.connection, remote)
        assert changed_fields(ours, there) == ()
        shown = bought(world, remote)
        (variant,) = shown["variants"]
        assert shown["name"] == variant["name"] == normalised_text(ours.title), "carts name it as the page does"
        assert variant["priceWithTax"] == ours.price * 100, "in hundredths, tax included"
        assert (variant["stockLevel"] == "OUT_OF_STOCK") is (ours.stock == 0)
    assert [each["seller_sku"] for each in world.server.listings()] == ["NM-001"]


@fifteen_cases
@given(
    st.lists(st.tuples(st.integers(1, 1_000_000_000), st.integers(0, 1_000_000)), min_size=1, max_size=4),
    st.integers(0, 50),
)
def test_any_offer_comes_back_as_it_went_whatever_was_ordered(
    world: VendureWorld, offers: list[tuple[int, int]], promised: int
) -> None:
    ours = document(photos=())
    remote = world.push(ours).remote
    assert remote is not None
    world.stage.shop.sql("UPDATE stock_level SET stockOnHand = 100, stockAllocated = ?", promised)
    for price, stock in offers:
        offer = replace(ours, price=price, stock=stock).offer(remote)
        world.adapter.put_offers(world.connection, [offer], "op")
        there = world.adapter.fetch(world.connection, remote)
        assert (there.price, there.stock) == (price, stock)
        held = world.stage.shop.sql("SELECT stockOnHand, stockAllocated FROM stock_level")
        assert held == [{"stockOnHand": stock + promised, "stockAllocated": promised}]


def test_what_buyers_read_is_text_with_the_facts_below_it(world: VendureWorld) -> None:
    ours = document(description="<script>alert(1)</script>\nĐậm đà.")
    remote = world.push(ours).remote
    assert remote is not None
    shown = bought(world, remote)
    markup = shown["description"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>" in markup and "<script>" not in markup
    assert "<strong>Nhà sản xuất:</strong> HTX Nước mắm An</li>" in html.unescape(markup)
    assert [value["code"] for value in shown["facetValues"]] == ["nuoc-mam"]
    with urllib.request.urlopen(shown["assets"][0]["source"], timeout=30) as answer:
        assert answer.read() == ours.photos[0].read()


def test_a_photo_that_is_there_is_not_sent_again(world: VendureWorld) -> None:
    def uploads() -> int:
        return sum(call["path"] == "/api/CreateAsset" for call in world.stage.calls())

    ours = document()
    world.push(ours)
    assert uploads() == 2
    world.push(replace(ours, description="Khác"))
    world.push(replace(document("HD-2"), photos=(photo(20), photo(10))))
    assert uploads() == 2, "one shop, one copy"
    world.push(replace(ours, photos=(photo(20), photo(30))))
    assert uploads() == 3, "only the new one"


def test_an_upload_whose_answer_is_lost_leaves_no_listing_and_is_taken_up(world: VendureWorld) -> None:
    ours = document()
    world.server.plan({"method": "POST", "path": "/api/CreateAsset", "kind": "cut_after", "calls": [2]})
    with pytest.raises(Retryable):
        world.push(ours)
    assert world.server.listings() == []
    remote = world.push(ours).remote
    assert remote is not None
    assert world.adapter.fetch(world.connection, remote).photo_digests == tuple(each.sha256 for each in ours.photos)
    assert len(world.stage.shop.sql("SELECT id FROM asset")) == 2


def test_what_is_no_photo_is_named_by_the_shop(world: VendureWorld) -> None:
    world.server.plan({"method": "POST", "path": "/api/CreateAsset", "kind": "answer", "status": 200, "body": {"data": {
        "createAssets": [{"__typename": "MimeTypeError", "message": "The MIME type is not permitted."}]}}})  # fmt: skip
    with pytest.raises(ValidationFailed) as caught:
        world.push(document())
    assert [(issue.field, issue.remote_text) for issue in caught.value.issues] == [
        ("photos", "The MIME type is not permitted.")
    ]
    assert world.server.listings() == []


def test_the_same_sku_twice_is_told_and_neither_is_touched(world: VendureWorld) -> None:
    ours = document(photos=())
    first = world.push(ours).remote
    second = world.adapter.put_content(world.connection, ours, None, "blind").remote
    assert first is not None and second is not None and first != second, "the shop says nothing"
    writes = world.writes()
    with pytest.raises(Conflict) as caught:
        world.adapter.find(world.connection, ours.reference)
    assert (caught.value.kind, set(caught.value.holders)) == (ConflictKind.TWO_OBJECTS, {first, second})
    assert world.writes() == writes and len(world.server.listings()) == 2
    world.adapter.withdraw(world.connection, second, "by-a-person")
    found = world.adapter.find(world.connection, ours.reference)
    assert found is not None and found.remote == first
    gone = world.push(replace(ours, title="Tên khác")).remote
    assert gone == first and len(world.server.listings()) == 1


def test_a_sku_that_another_product_bears_as_well_is_seen_wherever_it_stands(world: VendureWorld) -> None:
    ours = document(photos=())
    world.push(ours)
    theirs = world.push(document("KHAC", photos=())).remote
    assert theirs is not None
    world.stage.shop.sql("UPDATE product_variant SET sku = 'NM-001' WHERE sku = 'KHAC'")
    with pytest.raises(Conflict):
        world.adapter.find(world.connection, ours.reference)
    assert world.adapter.find(world.connection, ListingReference("2", "KHAC")) is None, "it is another SKU's now"


def test_a_product_whose_variant_was_taken_away_gets_one(world: VendureWorld) -> None:
    ours = document(photos=())
    remote = world.push(ours).remote
    assert remote is not None
    world.stage.shop.keeper().ask("mutation { deleteProductVariant(id: 1) { result } }")
    found = world.adapter.find(world.connection, ours.reference)
    assert found is not None and (found.remote, found.sku, found.price) == (remote, "NM-001", 0)
    (result,) = world.adapter.put_offers(world.connection, [replace(ours, price=7_000, stock=3).offer(remote)], "op")
    there = world.adapter.fetch(world.connection, remote)
    assert (result.outcome, there.sku, there.price, there.stock) == (ItemOutcome.DONE, "NM-001", 7_000, 3)
    assert bought(world, remote)["variants"][0]["name"] == normalised_text(ours.title)


def test_a_price_that_the_shop_has_no_room_for_never_leaves_and_says_why(world: VendureWorld) -> None:
    assert isinstance(world.adapter, ApiAdapter)
    given = world.adapter.authorise(world.connection, {**world.answers(), "price_maximum": ""})
    stock = replace(world.connection, credentials=given.values)
    most = world.adapter.capabilities(stock).price_maximum
    assert most == 21_474_836 and most * 100 < 2**31 <= (most + 1) * 100, "32 bits of hundredths"
    before, ours = world.writes(), document(price=most + 1, photos=())
    with pytest.raises(ValidationFailed) as caught:
        world.adapter.put_content(stock, ours, None, "op")
    (issue,) = [each for each in caught.value.issues if each.field == "price"]
    assert (issue.code, "21.474.836" in issue.message_vi) == ("price_too_high", True)
    assert world.writes() == before and world.server.listings() == []
    remote = world.adapter.put_content(stock, replace(ours, price=most), None, "op").remote
    assert remote is not None
    (result,) = world.adapter.put_offers(stock, [ours.offer(remote)], "op")
    assert result.outcome is ItemOutcome.FAILED and world.adapter.fetch(stock, remote).price == most


@pytest.mark.parametrize("typed", ["-1", "0", "nhiều", "1e9", "٣"])
def test_a_largest_price_that_is_no_number_is_asked_for_again(world: VendureWorld, typed: str) -> None:
    assert isinstance(world.adapter, ApiAdapter)
    with pytest.raises(Permanent) as caught:
        world.adapter.authorise(world.connection, {**world.answers(), "price_maximum": typed})
    assert "Hãy nhập lại" in caught.value.message_vi


def test_a_product_that_nobody_can_buy_is_seen_by_nobody(world: VendureWorld) -> None:
    ours = document(photos=())
    # As a database does it that has no room for the price.
    world.stage.shop.sql(
        "CREATE TRIGGER narrow BEFORE INSERT ON product_variant_price WHEN NEW.price > 2147483647"
        " BEGIN SELECT RAISE(ABORT, 'integer out of range'); END"
    )
    dear = replace(ours, price=21_474_837)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            world.push(dear)
        there = world.adapter.find(world.connection, ours.reference)
        assert there is not None and not there.is_visible and bought(world, there.remote) is None
    assert len(world.server.listings()) == 1, "taken up, not made once more"
    remote = world.push(ours).remote
    assert remote == there.remote and len(bought(world, remote)["variants"]) == 1
    found = world.adapter.fetch(world.connection, remote)
    assert found.is_visible and changed_fields(ours, found) == ()


def test_a_finishing_that_stopped_halfway_is_finished_and_what_people_hid_stays_hidden(world: VendureWorld) -> None:
    ours = document(photos=())
    world.stage.shop.sql(
        "CREATE TRIGGER halfway BEFORE UPDATE ON product WHEN NEW.enabled = 1 BEGIN SELECT RAISE(ABORT, 'disk'); END"
    )
    with pytest.raises(OutcomeUnknown):
        world.push(ours)
    begun = world.adapter.find(world.connection, ours.reference)
    assert begun is not None and (begun.sku, begun.is_visible) == ("NM-001", False)
    world.stage.shop.sql("DROP TRIGGER halfway")
    assert world.push(ours).remote == begun.remote
    assert len(bought(world, begun.remote)["variants"]) == 1 and len(world.server.listings()) == 1
    world.adapter.set_visibility(world.connection, begun.remote, False, "op")
    world.stage.shop.keeper().ask("mutation { deleteProductVariant(id: 1) { result } }")
    world.push(replace(ours, description="Khác"))
    there = world.adapter.fetch(world.connection, begun.remote)
    assert (there.price, there.is_visible, bought(world, begun.remote)) == (ours.price, False, None)


def test_what_the_shops_people_put_it_under_stays(world: VendureWorld) -> None:
    ours = document(photos=())
    remote = world.push(ours).remote
    assert remote is not None
    keeper = world.stage.shop.keeper()
    made = keeper.ask(
        'mutation { createFacet(input: {code: "nhan", isPrivate: false, translations: [{languageCode: vi, name: "Nhãn"}],'
        ' values: [{code: "moi", translations: [{languageCode: vi, name: "Mới"}]}]}) { values { id } } }'
    )
    number = made["createFacet"]["values"][0]["id"]
    keeper.ask(
        f"mutation {{ updateProduct(input: {{id: {remote.product_id}, facetValueIds: [1, {number}]}}) {{ id }} }}"
    )
    assert changed_fields(ours, world.adapter.fetch(world.connection, remote)) == ()
    world.push(replace(ours, category_code="hat"))
    assert {value["code"] for value in bought(world, remote)["facetValues"]} == {"hat", "moi"}


def test_an_unknown_category_is_dropped_by_nobody(world: VendureWorld) -> None:
    before = world.writes()
    with pytest.raises(ValidationFailed) as caught:
        world.push(document(category_code="khong-co", photos=()))
    assert [issue.field for issue in caught.value.issues] == ["category_code"] and world.writes() == before


def test_all_categories_are_told_in_parts(world: VendureWorld) -> None:
    world.plant(*({"code": f"loai-{number}", "name": f"Loại {number}"} for number in range(120)))
    found, cursor, parts = [], "", 0
    while True:
        page = world.adapter.categories(world.connection, cursor)
        found, cursor, parts = [*found, *page.items], page.next_cursor, parts + 1
        if not cursor:
            break
    assert [each.code for each in found] == [f"loai-{number}" for number in range(120)] and parts == 3
    assert (found[7].name, found[7].parent, found[7].is_leaf) == ("Loại 7", "", True)


def test_hidden_and_shown_for_buyers(world: VendureWorld) -> None:
    remote = world.push(document(photos=())).remote
    assert remote is not None
    world.adapter.set_visibility(world.connection, remote, False, "op")
    assert bought(world, remote) is None
    world.stage.shop.sql("UPDATE product_variant SET enabled = 0")
    world.adapter.set_visibility(world.connection, remote, True, "op")
    assert len(bought(world, remote)["variants"]) == 1, "also where somebody had hidden what is sold of it"


def test_a_sku_that_is_too_long_never_leaves(world: VendureWorld) -> None:
    long = replace(document(), reference=ListingReference("1", "N" * 256))
    before = world.writes()
    with pytest.raises(ValidationFailed) as caught:
        world.push(long)
    assert [issue.field for issue in caught.value.issues] == ["sku"] and world.writes() == before


@pytest.mark.parametrize("number", ["", "0", "abc", "1 OR 1=1", '"}) { id } }'])
def test_what_is_no_product_number_is_not_found(world: VendureWorld, number: str) -> None:
    world.push(document(photos=()))
    with pytest.raises(NotFound):
        world.adapter.fetch(world.connection, RemoteIds(number))


def test_a_session_that_is_over_is_renewed_with_the_password_and_only_with_that(world: VendureWorld) -> None:
    assert isinstance(world.adapter, ApiAdapter)
    world.stage.expire_tokens()
    with pytest.raises(AuthExpired):
        world.adapter.list_remote(world.connection)
    assert world.adapter.health(world.connection).state is HealthState.OK, "it would be renewed"
    renewed = world.adapter.refresh_auth(world.connection)
    assert renewed.values["token"] != world.credentials["token"] and renewed.valid_until is None
    assert world.adapter.list_remote(replace(world.connection, credentials=renewed.values)).items == ()
    world.stage.take_back()
    with pytest.raises(AuthRevoked):
        world.adapter.refresh_auth(world.connection)
    assert world.adapter.health(world.connection).state is HealthState.WRONG_KEY


def test_an_account_without_the_rights_is_no_session_that_ran_out(world: VendureWorld) -> None:
    world.stage.shop.sql("UPDATE role SET permissions = 'Authenticated,ReadCatalog' WHERE code = 'len-san'")
    renewed = world.adapter.refresh_auth(world.connection)  # type: ignore[attr-defined]
    connection = replace(world.connection, credentials=renewed.values)
    with pytest.raises(AuthRevoked):
        world.adapter.put_content(connection, document(photos=()), None, "op")
    assert world.server.listings() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("updateChannel(input: {id: 1, defaultCurrencyCode: USD, availableCurrencyCodes: [USD, VND]})", "(VND)"),
        ("updateChannel(input: {id: 1, pricesIncludeTax: false})", "thuế"),
        ('updateFacet(input: {id: 1, code: "khac"})', "«category»"),
    ],
)
def test_a_shop_that_is_not_set_up_for_us_is_not_connected_and_says_why(
    world: VendureWorld, change: str, words: str
) -> None:
    assert isinstance(world.adapter, ApiAdapter)
    keeper = world.stage.shop.keeper()
    keeper.ask(f"mutation {{ {change} {{ __typename }} }}")
    try:
        with pytest.raises(Permanent) as caught:
            world.adapter.authorise(world.connection, world.answers())
        assert words in caught.value.message_vi
        assert world.adapter.health(world.connection).state is HealthState.DEGRADED
    finally:
        # By the shop itself, which remembers its channel beside its tables.
        keeper.ask(
            "mutation { updateChannel(input: {id: 1, defaultCurrencyCode: VND, availableCurrencyCodes: [VND],"
            " pricesIncludeTax: true}) { __typename } }"
        )


def test_a_wrong_password_is_told_at_once(world: VendureWorld) -> None:
    assert isinstance(world.adapter, ApiAdapter)
    for answers in ({**world.answers(), "password": "sai"}, {}):
        with pytest.raises(AuthRevoked):
            world.adapter.authorise(world.connection, answers)


def test_a_databases_own_words_reach_nobody(world: VendureWorld) -> None:
    remote = world.push(document(photos=())).remote
    assert remote is not None
    # The shop's own trouble: a table that its database refuses to write to.
    world.stage.shop.sql(
        "CREATE TRIGGER full BEFORE UPDATE ON product_translation BEGIN SELECT RAISE(ABORT, 'secret_table is full'); END"
    )
    with pytest.raises(Retryable) as caught:
        world.push(document(title="Khác", photos=()))
    assert "secret" not in json.dumps([str(caught.value), caught.value.detail, caught.value.message_vi])
    world.stage.shop.sql("DROP TRIGGER full")
    world.push(document(title="Khác", photos=()))
    assert world.adapter.fetch(world.connection, remote).title == "Khác"
