"""Differences decided by two at once, or while a call comes home; each race is first lost with the locks off."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.db.models.query import QuerySet

from core.audit.models import AuditEntry
from core.kit import clock
from market.listings.models import Listing
from market.platforms.contract import RemoteIds
from market.platforms.engine import claiming, home
from market.platforms.engine.desired import bring_up_to_date
from market.platforms.engine.flow import flow_of
from market.platforms.engine.sending import Outcome
from market.platforms.engine.ways import Round
from market.platforms.models import Connection, Drift, PlatformListing
from market.platforms.reconcile import actions, twins
from tests.people import People, make_listing, make_people, make_shop
from tests.races.conftest import Gate, at_once, without_row_locks
from tests.races.test_market_races import hold

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def people(committed_db: None) -> People:
    return make_people()


@pytest.fixture
def listing(people: People) -> Listing:
    return make_listing(make_shop(people))


@pytest.fixture
def row(listing: Listing) -> PlatformListing:
    rows = PlatformListing.objects.select_related("connection__platform").filter(connection__adapter="santhu")
    rows.update(remote_id="7", observed="live", work="idle", offer_work="idle", confirmed_hash="x")
    return rows.get()


def drift(row: PlatformListing, kind: str = "edited", remote_id: str = "7") -> Drift:
    now = clock.now()
    line = {"field": "title", "ours": "Hạt điều rang", "theirs": "Khác", "was": "Hạt điều rang", "whole": "Khác"}
    return Drift.objects.create(
        connection=row.connection, row=row, kind=kind, remote_id=remote_id, fields=[line], found_at=now, seen_at=now
    )


class TestTwoDecideOneDifference:
    @pytest.fixture
    def calls(self, people: People, row: PlatformListing) -> list[Callable[[], Any]]:
        found = drift(row)
        return [
            lambda: actions.keep_ours(drift=found, by=people.viewer("buu")),
            lambda: actions.ignore(drift=found, by=people.viewer("binh")),
        ]

    def test_without_the_lock_both_decide(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = hold(monkeypatch, actions, "write_decision")
        assert at_once(*calls) == [None, None]
        assert gate.met and AuditEntry.objects.filter(action="drift.decided").count() == 2

    def test_one_decides(self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch) -> None:
        gate = hold(monkeypatch, actions, "write_decision")
        answers = at_once(*calls)
        assert sorted(type(each).__name__ for each in answers) == ["NoneType", "NotPossible"]
        assert not gate.met and AuditEntry.objects.filter(action="drift.decided").count() == 1


class TestADecisionAndACallThatComesHome:
    """The decision leaves what is in the air to whoever brings it home: they must not have been and gone."""

    def test_without_the_lock_the_decision_is_lost(
        self, people: People, row: PlatformListing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        assert self.after_both(people, row, monkeypatch) == ("idle", "idle")

    def test_it_is_queued_again(self, people: People, row: PlatformListing, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.after_both(people, row, monkeypatch) == ("queued", "queued")
        row.refresh_from_db()
        assert (row.confirmed_hash, row.confirmed_offer_hash) == ("", "")

    def after_both(self, people: People, row: PlatformListing, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
        """What stands in both lanes after a decision and the return of what was sent with both."""
        found = drift(row)
        PlatformListing.objects.filter(pk=row.pk).update(work="queued", offer_work="queued", next_try_at=clock.now())
        way = Round().way(row.connection, flow_of(row.connection))
        ((sent, task),) = claiming.claim(way, 10)
        said = Outcome(
            remote=task.remote,
            content_hash=task.document.content_hash,
            offer_hash=task.document.offer(RemoteIds("7")).offer_hash,
        )
        gate, real = Gate(), actions._queue

        def read_then_wait(held: PlatformListing, **more: Any) -> None:
            gate()
            time.sleep(0.4)  # the call comes home now
            real(held, **more)

        def come_home() -> bool:
            gate()
            return home.bring_home(sent, task, said)

        with monkeypatch.context() as patch:
            patch.setattr(actions, "_queue", read_then_wait)
            answers = at_once(lambda: actions.keep_ours(drift=found, by=people.viewer("buu")), come_home)
        assert gate.met and answers == [None, True]
        row.refresh_from_db()
        return row.work, row.offer_work


class TestTwoAskForOneTwin:
    @pytest.fixture
    def calls(self, people: People, row: PlatformListing) -> list[Callable[[], Any]]:
        flow_of(row.connection)
        found = drift(row, "duplicate", "9")
        return [lambda: actions.keep_ours(drift=found, by=people.viewer("buu"))] * 2

    def test_without_the_lock_both_ask(self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch) -> None:
        without_row_locks(monkeypatch)
        gate = hold(monkeypatch, twins, "_check", after=True)
        at_once(*calls)
        assert gate.met and AuditEntry.objects.filter(action="drift.twin_begun").count() == 2

    def test_one_asks(self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch) -> None:
        gate = hold(monkeypatch, twins, "_check", after=True)
        answers = at_once(*calls)
        assert sorted(type(each).__name__ for each in answers) == ["NoneType", "NotPossible"]
        assert not gate.met and AuditEntry.objects.filter(action="drift.twin_begun").count() == 1


class TestLocksThatLeaveTheKeyAlone:
    """Whoever holds one listing and notes something that points to another waits for nobody."""

    def test_a_lock_on_the_key_would_make_two_wait_for_each_other(
        self, listing: Listing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = QuerySet.select_for_update

        def with_key(self: Any, *given: Any, no_key: bool = False, **more: Any) -> Any:
            return real(self, *given, **more)

        monkeypatch.setattr(QuerySet, "select_for_update", with_key)
        assert any(isinstance(each, OperationalError) for each in self.both(listing))

    def test_they_do_not(self, listing: Listing) -> None:
        assert self.both(listing) == [None, None]

    def both(self, listing: Listing) -> list[Any]:
        other = make_listing(listing.shop, name="Điều sống")
        PlatformListing.objects.all().delete()
        connection, nothing = Connection.objects.get(adapter="santhu"), Connection.objects.none()
        gate = Gate()

        def hold_and_note(held: Listing, pointed_at: Listing) -> None:
            with transaction.atomic():
                bring_up_to_date([held.pk], nothing)
                gate()
                PlatformListing.objects.create(listing=pointed_at, connection=connection, revision=1)

        answers = at_once(lambda: hold_and_note(listing, other), lambda: hold_and_note(other, listing))
        assert gate.met
        return answers
