"""Goods change while feeds are written and read: whoever asks for what came after an answer misses nothing."""

from __future__ import annotations

from threading import Event

import pytest
from django.db import IntegrityError, transaction

from market.feeds import actions, queries
from market.feeds.actions import bring_up_to_date, follow_notes
from market.feeds.models import FeedEntry
from market.feeds.queries import feed_of_shop, rows_of, standing_of
from market.listings.actions import take_stock
from market.listings.models import Listing
from tests.people import make_listing, make_people, make_shop
from tests.races.conftest import at_once, without_row_locks
from tests.races.test_market_races import hold

pytestmark = pytest.mark.usefixtures("committed_db")
PATIENCE = 0.7  # seconds until somebody who does not come counts as waiting for a lock


@pytest.fixture
def goods(committed_db: None) -> list[Listing]:
    """Two goods of a shop, not told yet."""
    shop = make_shop(make_people())
    return [make_listing(shop), make_listing(shop, name="Mật ong")]


def test_a_change_that_is_committed_late_is_told(goods: list[Listing]) -> None:
    follow_notes()
    first, second = goods
    changed, read = Event(), Event()

    def late() -> None:
        with transaction.atomic():
            take_stock([(first, 1)])
            changed.set()
            assert read.wait(10)

    def reader() -> list[str]:
        assert changed.wait(10)
        take_stock([(second, 1)])
        follow_notes()
        entries = feed_of_shop(first.shop)
        seen = standing_of(entries)
        told = [row.sku for row in rows_of(entries, second.changed_at) if row.version > 1]
        read.set()
        reader.since = seen.next_since  # type: ignore[attr-defined]
        return told

    assert at_once(late, reader) == [None, [second.sku]]
    since = reader.since  # type: ignore[attr-defined]
    first.refresh_from_db()
    assert first.changed_at < since  # by its own time nobody would ask for it again
    follow_notes()
    assert [row.sku for row in rows_of(feed_of_shop(first.shop), since)] == [first.sku]


class TestTwoWritersOfEntries:
    """One has written and not yet committed when the other comes, and somebody reads in between."""

    def lost(self, goods: list[Listing], monkeypatch: pytest.MonkeyPatch) -> set[str]:
        """What the reader was never told."""
        follow_notes()
        first, second = goods
        entries = feed_of_shop(first.shop)
        with transaction.atomic():
            take_stock([(first, 1), (second, 1)])
        written, other_is_done, read = Event(), Event(), Event()
        real = actions.update_many

        def slowly(rows: list[FeedEntry], names: tuple[str, ...]) -> None:
            real(rows, names)
            if any(row.listing_id == first.pk for row in rows):
                written.set()
                assert read.wait(10)

        def other() -> None:
            assert written.wait(10)
            bring_up_to_date([second.pk])
            other_is_done.set()

        def reader() -> tuple[set[str], set[str]]:
            assert written.wait(10)
            other_is_done.wait(PATIENCE)
            since = standing_of(entries).next_since
            told = {row.sku for row in rows_of(entries, None) if row.version == 2}
            read.set()
            assert other_is_done.wait(10)
            writer_is_done.wait(10)
            return told, {row.sku for row in rows_of(entries, since)}

        writer_is_done = Event()

        def writer() -> None:
            bring_up_to_date([first.pk])
            writer_is_done.set()

        monkeypatch.setattr(actions, "update_many", slowly)
        *_, found = at_once(writer, other, reader)
        told, later = found
        assert {entry.version for entry in FeedEntry.objects.all()} == {2}
        return {first.sku, second.sku} - told - later

    def test_without_the_lock_the_slow_one_is_lost(self, goods: list[Listing], monkeypatch: pytest.MonkeyPatch) -> None:
        without_row_locks(monkeypatch)
        assert self.lost(goods, monkeypatch) == {goods[0].sku}

    def test_nothing_is_lost(self, goods: list[Listing], monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.lost(goods, monkeypatch) == set()


class TestTwoFirstWritings:
    def both(self, goods: list[Listing], monkeypatch: pytest.MonkeyPatch) -> list[object]:
        bring_up_to_date([goods[1].pk])  # the clock's row is there
        hold(monkeypatch, queries, "goods_to_tell", after=True)
        return at_once(*[lambda: bring_up_to_date([goods[0].pk])] * 2)

    def test_without_the_lock_one_breaks(self, goods: list[Listing], monkeypatch: pytest.MonkeyPatch) -> None:
        without_row_locks(monkeypatch)
        assert {type(each) for each in self.both(goods, monkeypatch)} == {int, IntegrityError}

    def test_one_writes_and_the_other_finds_it_written(
        self, goods: list[Listing], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert sorted(self.both(goods, monkeypatch)) == [0, 1]  # type: ignore[type-var]
        assert FeedEntry.objects.filter(listing_id=goods[0].pk).count() == 1


def test_notes_that_come_while_others_are_followed_stay(goods: list[Listing], monkeypatch: pytest.MonkeyPatch) -> None:
    follow_notes()
    first = goods[0]
    take_stock([(first, 1)])
    real, followed = queries.goods_to_tell, []

    def meanwhile(ids: list[int]) -> list[Listing]:
        found = real(ids)
        if not followed:
            followed.append(at_once(lambda: take_stock([(first, 1)])))
        return found

    monkeypatch.setattr(queries, "goods_to_tell", meanwhile)
    follow_notes()
    entry = FeedEntry.objects.get(listing_id=first.pk)
    assert followed and (entry.facts["stock"], entry.revision) == (8, Listing.objects.get(pk=first.pk).revision)
