"""Reports, takedowns and appeals of the same goods at the same time."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from django.db.models import Q

from market.listings.actions import takedown as listing_takedown
from market.listings.actions import write_listing, writing
from market.listings.models import Listing
from market.lists.comparing import facts_of
from market.reports import actions as reports
from market.reports.models import Report, Takedown
from market.shops.actions import close_shop, states
from market.shops.models import Shop
from tests.people import People, make_listing, make_people, make_shop
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")


def gate_for(*, locked: bool) -> Gate:
    """Without locks both come, however slow the machine; with them one cannot."""
    return Gate() if locked else Gate(5)


class Land:
    """Goods taken down by Chi, with an appeal that Phương may grant."""

    def __init__(self) -> None:
        self.people: People = make_people()
        self.listing = make_listing(make_shop(self.people))
        self.chi, self.phuong, self.an = (self.people.viewer(name) for name in ("chi", "phuong", "an"))
        self.first = reports.take_down_for(report=self.report(), words="x", by=self.chi)
        self.appeal = reports.appeal(takedown=self.first, words="x", by=self.an)

    def report(self) -> Report:
        said = reports.Said("fake", "x")
        return reports.take_report(
            said=said, shop=self.listing.shop, listing=self.listing, by=self.people.viewer("dung")
        )

    def grant(self) -> Any:
        return reports.decide_appeal(appeal=self.appeal, is_granted=True, answer="x", by=self.phuong)


class TestASecondReportWhileTheTakedownIsLifted:
    def race(self, monkeypatch: pytest.MonkeyPatch, *, locked: bool) -> tuple[Report, bool]:
        land = Land()
        second = land.report()
        if not locked:
            without_row_locks(monkeypatch)
        gate, lifting = gate_for(locked=locked), threading.Event()
        real, close = reports.put_back, reports._close
        monkeypatch.setattr(reports, "_close", lambda *said: (gate(), close(*said))[1])
        monkeypatch.setattr(reports, "put_back", lambda **what: (lifting.set(), gate(), real(**what))[2])
        at_once(
            land.grant,
            lambda: lifting.wait(5) and reports.take_down_for(report=second, words="x", by=land.chi),
        )
        second.refresh_from_db()
        return second, Listing.objects.get().taken_down_at is not None

    def test_without_locks_it_is_answered_by_what_is_being_lifted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        second, is_down = self.race(monkeypatch, locked=False)
        assert (second.state, is_down, Takedown.objects.count()) == ("taken_down", False, 1)

    def test_with_them_it_takes_the_goods_down_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        second, is_down = self.race(monkeypatch, locked=True)
        assert (second.state, is_down, Takedown.objects.count()) == ("taken_down", True, 2)


def test_an_appeal_and_closing_the_shop_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    land, gate = Land(), Gate(5)
    real_emit, real_decide = states.emit, reports.can_decide
    monkeypatch.setattr(states, "emit", lambda event: (gate(), real_emit(event))[1])
    monkeypatch.setattr(reports, "can_decide", lambda *said: (gate(), real_decide(*said))[1])
    answers = at_once(land.grant, lambda: close_shop(shop=land.listing.shop, by=land.an))
    assert gate.met and not [each for each in answers if isinstance(each, Exception)]
    assert (Shop.objects.get().state, Listing.objects.get().taken_down_at) == ("closed", None)


def unlocked_good(listing: Listing) -> list[Listing]:
    """`locked_good` without its locks; those of the other writer stay."""
    return list(Listing.objects.filter(Q(pk=listing.pk) | Q(main=listing)).select_related("shop__producer__commune"))


class TestASizeAddedWhileTheGoodsAreTakenDown:
    def race(self, monkeypatch: pytest.MonkeyPatch, *, locked: bool) -> set[bool]:
        people = make_people()
        main = make_listing(make_shop(people))
        words = replace(facts_of(main), variant_name="to", stock=5)
        an, chi = people.viewer("an"), people.viewer("chi")
        gate, looked, copied = gate_for(locked=locked), listing_takedown.locked_good, writing._fresh
        if not locked:
            looked = unlocked_good
        monkeypatch.setattr(listing_takedown, "locked_good", lambda each: (looked(each), gate())[0])
        monkeypatch.setattr(writing, "_fresh", lambda *facts: (copied(*facts), gate())[0])
        answers = at_once(
            lambda: write_listing(shop=main.shop, facts=words, photos=[], by=an, main=main),
            lambda: listing_takedown.take_down(listing=main, by=chi),
        )
        assert not [each for each in answers if isinstance(each, Exception)]
        return {each.taken_down_at is not None for each in Listing.objects.all()}

    def test_without_locks_the_new_size_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.race(monkeypatch, locked=False) == {True, False}

    def test_with_them_it_is_down_as_well(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.race(monkeypatch, locked=True) == {True}
