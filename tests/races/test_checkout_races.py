"""Buying while others buy, and while the shop's people write: nobody waits for each other, nothing is sold that is not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.people.queries import SYSTEM
from market.listings.actions import OutOfStock, publish_listing, write_listing
from market.listings.actions import writing as listing_writing
from market.listings.models import Listing
from market.lists.actions import rows
from market.lists.comparing import facts_of
from market.orders.models import Purchase
from market.shops.actions import close_shop, states
from market.shops.models import Shop
from onboarding.producers.actions import add_member
from search.documents import actions as documents
from search.documents import writing
from search.documents.models import SearchDocument
from tests.market.buying import ordered
from tests.market.listings.test_listing_actions import facts
from tests.people import People, make_listing, make_people, make_producer, make_shop, shop_for
from tests.races.conftest import Gate, at_once

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def people(committed_db: None) -> People:
    return make_people()


@pytest.fixture
def shop(people: People) -> Shop:
    return make_shop(people)


class TestTwoOrdersAcrossTwoShops:
    """Each order holds goods of both shops, none of them the same: the shops' documents are all they have in common."""

    @pytest.fixture
    def orders(self, people: People, shop: Shop) -> list[Callable[[], Purchase]]:
        producer = make_producer("Hộ Dũng", people.hamlet)
        add_member(user=people.users["dung"], producer=producer, right="owner", by=SYSTEM, how="quen")
        other = shop_for(producer, "Nhà Dũng", people.viewer("dung"))
        pairs = [(make_listing(shop), make_listing(other)), (make_listing(other), make_listing(shop))]
        return [lambda pair=pair: ordered(*((listing, 1) for listing in pair)) for pair in pairs]

    def test_writing_each_document_with_each_sale_they_wait_for_each_other(
        self, orders: list[Callable[[], Purchase]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in (writing, documents):
            monkeypatch.setattr(module, "is_in_step", lambda document, facts: False)
        index = documents._index
        monkeypatch.setattr(documents, "_index", lambda source, ids: index(source, ids) | set(ids))
        gate, real = Gate(), documents.index_shop

        def held(shop_id: int) -> None:
            real(shop_id)
            gate()

        monkeypatch.setattr(documents, "index_shop", held)
        answers = at_once(*orders)
        assert sorted(type(answer).__name__ for answer in answers) == ["OperationalError", "Purchase"]

    def test_a_sale_leaves_documents_that_say_the_same_alone(self, orders: list[Callable[[], Purchase]]) -> None:
        before = list(SearchDocument.objects.order_by("pk").values())
        for _ in range(5):
            assert [type(answer) for answer in at_once(*orders)] == [Purchase, Purchase]
        assert list(SearchDocument.objects.order_by("pk").values()) == before and len(before) == 8


class TestAnOrderWhileTheShopCloses:
    def test_a_shop_that_has_closed_sells_nothing(
        self, people: People, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listing, closing, real = make_listing(shop), threading.Event(), states.emit

        def emit_and_stay(event: Any) -> None:
            real(event)
            closing.set()
            threading.Event().wait(0.7)  # the order comes to the lock meanwhile

        def buy() -> Purchase:
            closing.wait(5)
            return ordered((Listing.objects.select_related("shop").get(pk=listing.pk), 1))

        monkeypatch.setattr(states, "emit", emit_and_stay)
        closed, order = at_once(lambda: close_shop(shop=shop, by=people.viewer("an")), buy)
        assert isinstance(closed, Shop) and isinstance(order, OutOfStock)
        assert Listing.objects.get().stock == 10 and not Purchase.objects.exists()


class TestASizeAndItsMain:
    """Both ways of writing hold the main one before its size."""

    @pytest.fixture
    def size(self, people: People, shop: Shop) -> Listing:
        made = write_listing(
            shop=shop, main=make_listing(shop), facts=replace(facts(), variant_name="túi"), photos=[], by=SYSTEM
        )
        return publish_listing(listing=made, by=SYSTEM)

    def both(self, size: Listing, people: People, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], bool]:
        """The size is taken back from an import while somebody writes its main one."""
        assert size.main is not None
        an, main = people.viewer("an"), size.main
        effect = {"changed": size.pk, "revision": size.revision, **rows._before(size)}
        effect["before"]["price"] = 77_000
        gate = Gate()
        for module, name in ((listing_writing, "_write_through"), (rows, "_give_back")):
            real = getattr(module, name)
            monkeypatch.setattr(module, name, lambda *given, real=real: (gate(), real(*given))[1])
        photos = [shown.photo for shown in main.photos.all()]
        new = replace(facts_of(main), description="mới")
        answers = at_once(
            lambda: write_listing(shop=size.shop, listing=main, facts=new, photos=photos, by=an).description,
            lambda: rows.take_back(effect=effect, shop=size.shop, by=an),
        )
        return answers, gate.met

    def test_holding_the_size_alone_they_wait_for_each_other(
        self, size: Listing, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            rows,
            "locked_after_main",
            lambda listing: Listing.objects.select_for_update(of=("self",)).get(pk=listing.pk),
        )
        answers, met = self.both(size, people, monkeypatch)
        assert met and any("deadlock" in repr(answer) for answer in answers)

    def test_one_comes_after_the_other(self, size: Listing, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        answers, met = self.both(size, people, monkeypatch)
        assert not met and answers[0] == "mới"
        # The undo came first, or it found that the main one had been written through to the size.
        price = Listing.objects.get(pk=size.pk).price
        assert (answers[1], price) == (None, 77_000) or (repr(answers[1]).startswith("UndoRefused") and price != 77_000)
