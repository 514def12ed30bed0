"""Two at once in the store and at the price."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Sum
from django.db.utils import IntegrityError, OperationalError

from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.actions import take_stock
from market.listings.models import Listing, Promotion, StockMove
from market.listings.promotions import actions as promotions
from market.listings.promotions.actions import PromotionRefused, make_promotion
from market.listings.stockroom import actions as stockroom
from market.listings.stockroom.actions import add_stock, set_stock
from tests.people import make_listing, make_people, make_shop
from tests.races.conftest import at_once, without_row_locks
from tests.races.test_market_races import hold

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def listing(committed_db: None) -> Listing:
    """An's cashews, ten of them."""
    return make_listing(make_shop(make_people()))


def books(listing: Listing) -> tuple[int | None, int]:
    moved = StockMove.objects.filter(listing=listing).aggregate(sum=Sum("change"))["sum"]
    return moved, Listing.objects.get(pk=listing.pk).stock


class TestTwoHandsInTheStore:
    def both(self, listing: Listing) -> list[object]:
        return at_once(
            lambda: add_stock(listing=listing, quantity=5, by=SYSTEM).stock,
            lambda: add_stock(listing=listing, quantity=3, by=SYSTEM).stock,
        )

    def test_without_the_lock_one_of_them_is_lost(self, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
        without_row_locks(monkeypatch)
        gate = hold(monkeypatch, stockroom, "_moved")
        self.both(listing)
        moved, stock = books(listing)
        assert gate.met and moved == 18 and stock != 18

    def test_both_count(self, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
        gate = hold(monkeypatch, stockroom, "_moved")
        assert sorted(self.both(listing))[-1] == 18  # type: ignore[type-var]
        assert not gate.met and books(listing) == (18, 18)

    def test_one_request_sent_twice_at_once_counts_once(
        self, listing: Listing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gate = hold(monkeypatch, stockroom, "_moved")
        at_once(*[lambda: add_stock(listing=listing, quantity=5, by=SYSTEM, reference="api:k:a").stock] * 2)
        assert not gate.met and books(listing) == (15, 15)

    def test_a_number_set_while_an_order_comes(self, listing: Listing) -> None:
        at_once(
            lambda: set_stock(listing=listing, stock=20, by=SYSTEM),
            lambda: take_stock([(listing, 4)]),
        )
        moved, stock = books(listing)
        assert moved == stock and stock in {16, 20}


class TestTwoPromotionsOfOneDay:
    def both(self, listing: Listing) -> list[object]:
        day = clock.today() + timedelta(1)
        call = lambda: make_promotion(listing=listing, price=40_000, starts_on=day, ends_on=day, by=SYSTEM).pk  # noqa: E731
        return at_once(call, call)

    def test_without_the_lock_only_the_database_refuses(
        self, listing: Listing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = hold(monkeypatch, promotions, "_overlapping", after=True)
        refused = [type(answer) for answer in self.both(listing) if not isinstance(answer, int)]
        # Two rows that exclude each other may also wait for each other: then PostgreSQL ends one of them as a deadlock.
        assert gate.met and refused in ([IntegrityError], [OperationalError])

    def test_the_second_reads_of_the_first(self, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
        gate = hold(monkeypatch, promotions, "_overlapping", after=True)
        answers = self.both(listing)
        assert not gate.met
        assert [type(answer) for answer in answers if not isinstance(answer, int)] == [PromotionRefused]
        assert Promotion.objects.count() == 1
