"""The store: what people do in it, and that the moves always add up."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.audit.models import AuditEntry
from core.events.registry import Event
from core.people.queries import Viewer
from market.listings.actions import NotYourShop, OutOfStock, give_stock_back, sell_stock, take_stock
from market.listings.models import Listing, StockMove
from market.listings.stockroom.actions import (
    OtherRequest,
    Stale,
    StockRefused,
    add_stock,
    count_stock,
    lose_stock,
    set_stock,
)
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.people import People, make_listing

pytestmark = pytest.mark.django_db


def held(listing: Listing) -> tuple[int, int]:
    row = Listing.objects.get(pk=listing.pk)
    return row.stock, row.reserved


def books(listing: Listing) -> tuple[int, int]:
    """What the moves add up to."""
    found = StockMove.objects.filter(listing=listing).aggregate(stock=Sum("change"), reserved=Sum("reserved_change"))
    return found["stock"] or 0, found["reserved"] or 0


def last(listing: Listing) -> tuple[str, int, str, int | None]:
    move = listing.stock_moves.order_by("-pk")[0]
    return move.kind, move.change, move.reason, move.by_id


class TestMoves:
    def test_in_lost_and_counted_are_written_down_with_who(
        self, listing: Listing, people: People, heard: list[Event]
    ) -> None:
        an, number = people.viewer("an"), people.users["an"].pk
        add_stock(listing=listing, quantity=5, by=an, reason="vụ mới")
        assert (held(listing), last(listing)) == ((15, 0), ("in", 5, "vụ mới", number))
        lose_stock(listing=listing, quantity=2, reason="dập", by=an)
        assert (held(listing), last(listing)) == ((13, 0), ("lost", -2, "dập", number))
        count_stock(listing=listing, counted=20, seen=13, by=an)
        assert (held(listing), last(listing)) == ((20, 0), ("corrected", 7, "", number))
        assert books(listing) == (20, 0) and len(heard) == 3
        assert AuditEntry.objects.filter(action="listing.stock_changed").count() == 3

    def test_each_raises_the_revision_once(self, listing: Listing, people: People) -> None:
        before = Listing.objects.get().revision
        add_stock(listing=listing, quantity=5, by=people.viewer("an"))
        assert Listing.objects.get().revision == before + 1

    def test_what_was_sold_while_one_counted_stays_sold(self, listing: Listing, people: People) -> None:
        """Ten lay there when they began, they count nine; meanwhile three were ordered, two of them paid."""
        take_stock([(listing, 3)])
        sell_stock([(listing.pk, 2)])
        count_stock(listing=listing, counted=9, seen=10, by=people.viewer("an"))
        assert held(listing) == (6, 1) and books(listing) == (6, 1)

    def test_what_orders_hold_cannot_be_lost_or_counted_away(self, listing: Listing, people: People) -> None:
        take_stock([(listing, 8)])
        with pytest.raises(StockRefused, match="đơn đang giữ 8"):
            lose_stock(listing=listing, quantity=3, reason="dập", by=people.viewer("an"))
        with pytest.raises(StockRefused):
            count_stock(listing=listing, counted=7, seen=10, by=people.viewer("an"))
        assert held(listing) == (2, 8)

    @pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
    def test_nonsense_is_refused(self, listing: Listing, people: People, quantity: int) -> None:
        an = people.viewer("an")
        with pytest.raises(StockRefused):
            add_stock(listing=listing, quantity=quantity, by=an)
        with pytest.raises(StockRefused):
            lose_stock(listing=listing, quantity=quantity, reason="x", by=an)
        with pytest.raises(StockRefused):
            lose_stock(listing=listing, quantity=1, reason="", by=an)
        assert held(listing) == (10, 0)

    def test_strangers_move_nothing(self, listing: Listing, people: People, heard: list[Event]) -> None:
        for name in ("dung", "chi", "hanh", "phuong"):
            viewer = people.viewer(name)
            for act in (
                lambda v: add_stock(listing=listing, quantity=1, by=v),
                lambda v: lose_stock(listing=listing, quantity=1, reason="x", by=v),
                lambda v: count_stock(listing=listing, counted=1, seen=10, by=v),
                lambda v: set_stock(listing=listing, stock=1, by=v),
            ):
                with pytest.raises(NotYourShop):
                    act(viewer)
        assert held(listing) == (10, 0) and heard == []

    def test_the_same_request_twice_is_once_and_another_one_is_told(self, listing: Listing, people: People) -> None:
        an = people.viewer("an")
        for _ in range(2):
            add_stock(listing=listing, quantity=5, by=an, reference="api:k1:a")
        with pytest.raises(OtherRequest):
            add_stock(listing=listing, quantity=6, by=an, reference="api:k1:b")
        assert held(listing) == (15, 0)

    def test_set_to_a_number_only_at_the_revision_seen(self, listing: Listing, people: People) -> None:
        an, seen = people.viewer("an"), Listing.objects.get().revision
        set_stock(listing=listing, stock=4, revision=seen, by=an)
        assert held(listing) == (4, 0)
        with pytest.raises(Stale):
            set_stock(listing=listing, stock=9, revision=seen, by=an)
        assert held(listing) == (4, 0)


ACTS = st.lists(
    st.tuples(st.sampled_from(["in", "lost", "count", "set", "take", "back", "sell"]), st.integers(0, 12)), max_size=14
)


def do(word: str, number: int, listing: Listing, by: Viewer) -> None:
    stock, reserved = held(listing)
    if word == "in":
        add_stock(listing=listing, quantity=number, by=by)
    elif word == "lost":
        lose_stock(listing=listing, quantity=number, reason="x", by=by)
    elif word == "count":
        count_stock(listing=listing, counted=number, seen=stock + reserved, by=by)
    elif word == "set":
        set_stock(listing=listing, stock=number, by=by)
    elif word == "take":
        take_stock([(listing, number)])
    elif word == "back":
        give_stock_back([(listing.pk, min(number, reserved))])
    else:
        sell_stock([(listing.pk, min(number, reserved))])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_moves_always_add_up(listing: Listing, people: People, acts: list[tuple[str, int]]) -> None:
    """Whatever happens in whatever order: the sums of the moves are stock and reserved, and neither is below nothing."""
    an = people.viewer("an")
    for word, number in acts:
        before = held(listing)
        try:
            do(word, number, Listing.objects.get(pk=listing.pk), an)
        except (StockRefused, OutOfStock):
            assert held(listing) == before, word
        assert books(listing) == held(listing), (word, number)
        assert min(held(listing)) >= 0
    newest = listing.stock_moves.order_by("-pk")[0]
    assert (newest.stock_after, newest.reserved_after) == held(listing)


class TestPages:
    def post(self, browser: Any, listing: Listing, **fields: Any) -> Any:
        return browser.post(reverse("seller_stock", args=[listing.sku]), {"token": "t" * 16, "reason": "", **fields})

    def test_bringing_in_from_the_row_counts_once_however_often_it_is_sent(
        self, listing: Listing, browser: Browser
    ) -> None:
        for _ in range(2):
            answer = self.post(browser("binh"), listing, do="in", quantity=5, back="1")
            assert answer.status_code == 302 and answer["Location"] == reverse("seller_store")
        assert held(listing) == (15, 0)

    def test_a_page_sent_again_with_other_words_says_so_and_the_next_press_counts(
        self, listing: Listing, browser: Browser
    ) -> None:
        an = browser("an")
        assert self.post(an, listing, do="count", counted=12, seen=10).status_code == 302
        page = self.post(an, listing, do="count", counted=13, seen=10)
        assert page.status_code == 200 and "lần đó đã được ghi" in page.content.decode() and held(listing) == (12, 0)
        form = next(form for word, form in page.context["forms"] if word == "count")
        again = {name: form[name].value() for name in ("token", "seen", "counted")}
        assert self.post(an, listing, do="count", **again).status_code == 302
        assert held(listing) == (13, 0)

    def test_a_token_that_begins_another_one_is_a_request_of_its_own(self, listing: Listing, browser: Browser) -> None:
        for token in ("a" * 20, "a" * 16):
            assert self.post(browser("an"), listing, do="in", quantity=5, token=token).status_code == 302
        assert held(listing) == (20, 0)

    def test_a_refusal_says_what_orders_hold_and_keeps_what_was_typed(self, listing: Listing, browser: Browser) -> None:
        take_stock([(listing, 8)], reference="DH1")
        page = self.post(browser("an"), listing, do="lost", quantity=5, reason="dập khi chở").content.decode()
        assert "đơn đang giữ 8" in page and "dập khi chở" in page and "DH1" in page
        assert held(listing) == (2, 8)

    def test_counting_sends_what_stood_there(self, listing: Listing, browser: Browser) -> None:
        assert self.post(browser("an"), listing, do="count", counted=7, seen=10).status_code == 302
        assert held(listing) == (7, 0)

    def test_the_history_names_people(self, listing: Listing, people: People, browser: Browser) -> None:
        add_stock(listing=listing, quantity=3, by=people.viewer("binh"), reason="vụ mới")
        page = browser("an").get(reverse("seller_stock", args=[listing.sku])).content.decode()
        assert "Binh: vụ mới" in page and "+3" in page

    def test_the_neighbour_finds_nothing(self, listing: Listing, other_shop: Shop, browser: Browser) -> None:
        assert browser("dung").get(reverse("seller_stock", args=[listing.sku])).status_code == 404
        assert self.post(browser("dung"), listing, do="in", quantity=5).status_code == 404
        assert listing.name not in browser("dung").get(reverse("seller_store")).content.decode()
        assert held(listing) == (10, 0)

    @pytest.mark.parametrize("many", [1, 25])
    def test_the_store_costs_the_same_for_one_and_many(self, shop: Shop, browser: Browser, many: int) -> None:
        for number in range(many):
            make_listing(shop, name=f"Hạt điều {number}")
        client = browser("an")
        client.get(reverse("seller_store"))
        with CaptureQueriesContext(connection) as queries:
            assert "Hạt điều 0" in client.get(reverse("seller_store")).content.decode()
        assert len(queries) == 10


def test_money_is_not_turned_away_by_a_book_that_does_not_add_up(listing: Listing) -> None:
    """An order from before the book, or a row mended by hand: paid is paid."""
    take_stock([(listing, 3)], reference="DH1")
    Listing.objects.update(reserved=1)
    sell_stock([(listing.pk, 3)], reference="DH1")
    listing.refresh_from_db()
    assert (listing.stock, listing.reserved) == (7, 0)
