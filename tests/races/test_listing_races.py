"""Two windows save one listing in the same moment: the second is told, nothing is written over unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.audit.models import AuditEntry
from market.listings.actions import writing
from market.listings.actions.meanwhile import WrittenMeanwhile, stamp_of
from market.listings.actions.writing import write_listing
from market.listings.models import Listing, PriceChange
from market.lists.comparing import facts_of
from tests.people import People, make_listing, make_people, make_shop
from tests.races.conftest import Gate, at_once, without_row_locks
from tests.races.test_market_races import hold

pytestmark = pytest.mark.usefixtures("committed_db")


class TestTwoSavesOfOneListing:
    """One window writes another price, the other another name; both have seen the same page."""

    @pytest.fixture
    def people(self, committed_db: None) -> People:
        return make_people()

    @pytest.fixture
    def listing(self, people: People) -> Listing:
        return make_listing(make_shop(people))

    def save(self, people: People, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], Gate]:
        seen, facts = stamp_of(listing), facts_of(listing)
        photos = [shown.photo for shown in listing.photos.select_related("photo")]
        windows = [replace(facts, price=60_000), replace(facts, name="Hạt điều rang muối")]

        def window(number: int) -> Callable[[], object]:
            return lambda: write_listing(
                shop=listing.shop, facts=windows[number], photos=photos, by=people.viewer("an"), listing=listing,
                content_seen=seen,
            ).revision  # fmt: skip

        gate = hold(monkeypatch, writing, "check_meanwhile", after=True)
        return at_once(window(0), window(1)), gate

    def test_without_the_lock_one_is_written_over(
        self, people: People, listing: Listing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        answers, gate = self.save(people, listing, monkeypatch)
        assert gate.met and answers == [listing.revision + 1] * 2, "both believe that theirs stands"
        now = Listing.objects.get()
        assert (now.price, now.name) in [(60_000, listing.name), (listing.price, "Hạt điều rang muối")]

    def test_the_second_is_told(self, people: People, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
        trail, prices = AuditEntry.objects.count(), PriceChange.objects.count()
        answers, gate = self.save(people, listing, monkeypatch)
        assert not gate.met
        refused = [answer for answer in answers if isinstance(answer, WrittenMeanwhile)]
        assert len(refused) == 1 and sorted(map(str, answers)) == sorted([str(refused[0]), str(listing.revision + 1)])
        now = Listing.objects.get()
        first = 0 if answers[1] is refused[0] else 1
        assert refused[0].changed == [{"price": False}, {"name": False}][first]
        wanted = [(60_000, listing.name), (listing.price, "Hạt điều rang muối")]
        assert (now.price, now.name) == wanted[first]
        assert AuditEntry.objects.count() == trail + 1
        assert PriceChange.objects.count() == prices + (first == 0)
