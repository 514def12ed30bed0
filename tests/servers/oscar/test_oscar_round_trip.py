"""What goes to a real shop comes back as it went, and stands on its buyers' page as text."""

from __future__ import annotations

import html
import urllib.request
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market.platforms.contract import (
    AuthRevoked,
    Conflict,
    ConflictKind,
    ItemOutcome,
    ListingDocument,
    ListingReference,
    NotFound,
    Retryable,
    ValidationFailed,
    changed_fields,
    normalised_text,
)
from tests.market.platforms.photo_host import HOST
from tests.market.platforms.samples import document, photo
from tests.servers.drawn import documents, fifteen_cases
from tests.servers.oscar.world import OscarWorld

DOCUMENTS = documents(("", "nuoc-mam", "tp/gv/nm", "tp/gv"))


def page_of(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.status == 200
        return str(answer.read().decode())


@fifteen_cases
@given(DOCUMENTS, DOCUMENTS)
def test_any_listing_comes_back_as_it_went_and_so_does_what_follows_it(
    world: OscarWorld, first: ListingDocument, second: ListingDocument
) -> None:
    world.stage.reset()
    world.adapter.authorise(world.connection, {"token": world.stage.key, "partner": "htx-an"})
    for ours in (first, second):
        remote = world.push(ours).remote
        assert remote is not None
        (result,) = world.adapter.put_offers(world.connection, [ours.offer(remote)], "op")
        assert result.outcome is ItemOutcome.DONE
        there = world.adapter.fetch(world.connection, remote)
        assert changed_fields(ours, there) == ()
        page = page_of(there.remote.url)
        assert normalised_text(ours.title) in html.unescape(page), "buyers read the name as it was written"
    assert len(world.server.listings()) == 1


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(1, 1_000_000_000), st.integers(0, 1_000_000)), min_size=1, max_size=4),
    st.integers(0, 50),
)
def test_any_offer_comes_back_as_it_went_whatever_was_ordered(
    world: OscarWorld, offers: list[tuple[int, int]], promised: int
) -> None:
    ours = document(photos=())
    remote = world.push(ours).remote
    assert remote is not None
    world.stage.shop.control("stock", {"sku": "NM-001", "num_in_stock": 100, "num_allocated": promised})
    for price, stock in offers:
        offer = replace(ours, price=price, stock=stock).offer(remote)
        world.adapter.put_offers(world.connection, [offer], "op")
        there = world.adapter.fetch(world.connection, remote)
        assert (there.price, there.stock) == (price, stock)
        held = world.stage.shop.control("stock", {"sku": "NM-001"})
        assert held == {"num_in_stock": stock + promised, "num_allocated": promised}


def test_the_page_that_is_evidence_is_the_one_that_buyers_see(world: OscarWorld) -> None:
    ours = document(description="<script>alert(1)</script>\nĐậm đà.")
    remote = world.push(ours).remote
    assert remote is not None
    page = page_of(remote.url)
    assert ours.title in page and "&lt;script&gt;alert(1)&lt;/script&gt;<br>" in page and "<script>alert(1)" not in page
    assert "HTX Nước mắm An" in page or "Nhà sản xuất" not in page


def test_a_photo_that_is_there_is_not_fetched_again(world: OscarWorld) -> None:
    ours = document()
    world.push(ours)
    HOST.fetched.clear()
    world.push(replace(ours, description="Khác"))
    assert HOST.fetched == []
    world.push(replace(ours, photos=(photo(20), photo(30))))
    assert len(HOST.fetched) == 1, "only the new one"


def test_a_photo_that_cannot_be_fetched_leaves_nothing(world: OscarWorld) -> None:
    gone = photo(40)
    ours = document(photos=(replace(gone, address=f"{HOST.url}/khong-co.jpg"),))
    with pytest.raises(ValidationFailed) as caught:
        world.push(ours)
    assert [issue.field for issue in caught.value.issues] == ["photos"]
    assert world.server.listings() == []
    with pytest.raises(ValidationFailed) as caught:
        world.push(document(photos=(replace(gone, address=""),)))
    assert [issue.code for issue in caught.value.issues] == ["photo_without_address"]
    world.push(document(photos=()))
    with pytest.raises(Retryable):
        world.push(ours)
    (there,) = world.adapter.list_remote(world.connection).items
    assert there.photo_digests == (), "all of a change or nothing"


def test_a_sku_that_is_taken_is_a_duplicate_and_nothing_is_taken_over(world: OscarWorld) -> None:
    ours = document(photos=())
    world.push(ours)
    with pytest.raises(Conflict) as caught:
        world.adapter.put_content(world.connection, ours, None, "blind")
    assert caught.value.kind is ConflictKind.DUPLICATE
    world.stage.shop.control(
        "stock", {"sku": "NM-001", "partner_id": world.stage.shop.control("another_partner")["id"]}
    )
    assert world.adapter.find(world.connection, ours.reference) is None, "it is another seller's now"
    assert world.adapter.list_remote(world.connection).items == ()
    assert len(world.server.listings()) == 1


def test_a_sku_that_is_too_long_never_leaves(world: OscarWorld) -> None:
    long = replace(document(), reference=ListingReference("1", "N" * 65))
    with pytest.raises(ValidationFailed) as caught:
        world.push(long)
    assert [issue.field for issue in caught.value.issues] == ["sku"]


def test_an_unknown_category_is_made_by_nobody(world: OscarWorld) -> None:
    before = world.adapter.categories(world.connection).items
    with pytest.raises(ValidationFailed):
        world.push(document(category_code="khong-co"))
    assert world.adapter.categories(world.connection).items == before


def test_connecting_twice_makes_one_product_class_and_a_wrong_partner_none(world: OscarWorld) -> None:
    given_ = {"token": world.stage.key, "partner": "htx-an"}
    writes = world.writes()
    assert dict(world.adapter.authorise(world.connection, given_).values) == world.credentials
    assert world.writes() == writes, "what is there is not made again"
    with pytest.raises(AuthRevoked, match="no partner"):
        world.adapter.authorise(world.connection, {**given_, "partner": "khac"})


def test_a_product_without_a_record_gets_one(world: OscarWorld) -> None:
    remote = world.push(document(photos=())).remote
    assert remote is not None
    world.stage.shop.control("no_stock", {"sku": "NM-001"})
    assert world.adapter.fetch(world.connection, remote).price == 0
    world.adapter.put_offers(world.connection, [document(price=7_000, stock=3).offer(remote)], "op")
    there = world.adapter.fetch(world.connection, remote)
    assert (there.price, there.stock) == (7_000, 3)


def test_what_is_no_product_number_is_not_asked_for(world: OscarWorld) -> None:
    remote = world.push(document(photos=())).remote
    assert remote is not None
    with pytest.raises(NotFound):
        world.adapter.fetch(world.connection, replace(remote, product_id="../orders"))
