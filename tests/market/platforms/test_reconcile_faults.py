"""What people decide about a drift late, twice, or while the engine is at work does no harm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.jobs.models import Job
from core.jobs.registry import TryLater
from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.actions import take_stock
from market.listings.models import Listing
from market.platforms.actions import send_again
from market.platforms.contract import RemoteIds
from market.platforms.engine import home
from market.platforms.engine.documents import document_of, settings_of
from market.platforms.engine.look import look_at_due
from market.platforms.engine.push import push_due
from market.platforms.models import Connection, Drift, Flow, PlatformListing
from market.platforms.queries import state_of
from market.platforms.reconcile import taking
from market.platforms.reconcile.actions import NotAllowed, NotPossible, ignore, keep_ours, take_theirs
from market.platforms.reconcile.finding import reconcile_all
from market.platforms.reconcile.twins import take_down
from market.platforms.sandbox.process import Double
from market.platforms.santhu.adapter import SanThuAdapter
from tests.market.platforms.engine_tools import Engine
from tests.market.platforms.test_reconcile import ADAPTER, connection, drift, found, somebody_creates, somebody_edits
from tests.market.proof import everything
from tests.people import People, make_listing


@pytest.fixture
def engine(double: Double, listing: Listing, settings: Any) -> Iterator[Engine]:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    engine = Engine(listing, double)
    engine.go_live()
    yield engine
    double.plan()


def test_a_removal_stays_open_until_somebody_decides(engine: Engine) -> None:
    ADAPTER.withdraw(settings_of(connection()), RemoteIds(engine.row.remote_id), "by-hand")
    found()
    found()
    assert Drift.objects.get().decision == "open"


def test_an_old_removal_takes_nothing_down_that_is_back(engine: Engine, people: People) -> None:
    ADAPTER.withdraw(settings_of(connection()), RemoteIds(engine.row.remote_id), "by-hand")
    found()
    send_again(row=engine.row, by=SYSTEM)
    engine.go_live()
    try:
        take_theirs(drift=drift(), by=people.viewer("binh"))
    except NotPossible:
        return
    for _ in range(3):
        engine.push()
    assert engine.double.listings() == [], (engine.state, engine.row.wanted, state_of(engine.row).sentence)


def test_a_twin_that_somebody_left_is_not_taken_down(engine: Engine, people: People) -> None:
    somebody_creates(document_of(Listing.objects.get(pk=engine.listing.pk)))
    found()
    old = drift()
    ignore(drift=old, by=people.viewer("buu"))
    with pytest.raises(NotPossible):
        keep_ours(drift=old, by=people.viewer("buu"))
    assert len(engine.double.listings()) == 2


def test_an_old_decision_about_a_twin_does_not_take_down_our_own(engine: Engine, people: People) -> None:
    twin = somebody_creates(document_of(Listing.objects.get(pk=engine.listing.pk)))
    found()
    old = drift()
    ADAPTER.withdraw(settings_of(connection()), RemoteIds(engine.row.remote_id), "by-hand")
    engine.due(seen_at=clock.now() - timedelta(days=1))
    look_at_due()
    send_again(row=engine.row, by=SYSTEM)
    engine.push()
    assert engine.row.remote_id == twin, "adopted by SKU"
    with suppress(NotPossible):
        keep_ours(drift=old, by=people.viewer("buu"))
    take_down({"drift": old.pk})
    assert len(engine.double.listings()) == 1


def test_taking_theirs_takes_all_of_a_long_text(engine: Engine, people: People) -> None:
    text = "Hạt điều rang củi Bình Phước. " * 40
    somebody_edits(engine, description=text)
    found()
    take_theirs(drift=drift(), by=people.viewer("binh"))
    assert len(Listing.objects.get(pk=engine.listing.pk).description) == len(text.strip())


def test_an_edit_that_could_not_be_compared_stays_open(engine: Engine) -> None:
    somebody_edits(engine, title="Hạt điều hảo hạng")
    found()
    take_stock([(engine.listing, 1)])
    found()
    assert Drift.objects.get().decision == "open"


def test_keeping_ours_while_it_is_in_the_air_is_not_lost(engine: Engine, people: People) -> None:
    somebody_edits(engine, title="Hạt điều hảo hạng")
    found()
    PlatformListing.objects.filter(pk=engine.row.pk).update(
        work="in_flight", leased_until=clock.now() + timedelta(minutes=1)
    )
    try:
        keep_ours(drift=drift(), by=people.viewer("buu"))
    except NotPossible:
        return
    for _ in range(2):
        engine.due(leased_until=clock.now() - timedelta(seconds=1))
        push_due()
    assert engine.remote()["name"] == "Hạt điều rang"


def test_taking_theirs_gives_no_sold_goods_back(engine: Engine, people: People, monkeypatch: Any) -> None:
    somebody_edits(engine, title="Hạt điều hảo hạng")
    found()
    real = taking.write_listing

    def meanwhile(**given: Any) -> Any:
        take_stock([(engine.listing, 4)])  # another transaction, committed before write_listing takes its lock
        return real(**given)

    monkeypatch.setattr(taking, "write_listing", meanwhile)
    take_theirs(drift=drift(), by=people.viewer("binh"))
    assert Listing.objects.get(pk=engine.listing.pk).stock == 6


def test_a_connection_that_nobody_serves_stops_no_other(engine: Engine) -> None:
    somebody_edits(engine, title="Hạt điều hảo hạng")
    Connection.objects.filter(adapter="voso").update(adapter="retired")
    assert reconcile_all() == 1 and drift().kind == "edited"


@pytest.mark.parametrize("lane", ["work", "offer_work"])
@pytest.mark.parametrize("decide", [keep_ours, take_theirs])
def test_what_is_decided_while_it_is_in_the_air_is_done_when_it_is_back(
    engine: Engine, people: People, monkeypatch: Any, lane: str, decide: Any
) -> None:
    """Whoever sends it knows nothing of the decision, and believes afterwards that what they sent is what stands there."""
    fewer = replace(document_of(Listing.objects.get(pk=engine.listing.pk)), stock=3)
    ADAPTER.put_offers(settings_of(connection()), [fewer.offer(RemoteIds(engine.row.remote_id))], "by-hand")
    somebody_edits(engine, title="Hạt điều hảo hạng")
    found()
    real = home.bring_home

    def bring(row: PlatformListing, *given: Any, **more: Any) -> bool:
        monkeypatch.setattr(home, "bring_home", real)
        decide(drift=drift(), by=people.viewer("binh"))
        held = engine.row
        assert "in_flight" in {held.work, held.offer_work} and held.leased_until is not None
        return real(row, *given, **more)

    monkeypatch.setattr(home, "bring_home", bring)
    Connection.objects.exclude(adapter="santhu").update(is_enabled=False)
    PlatformListing.objects.filter(pk=engine.row.pk).update(**{lane: "queued"})
    engine.push()
    for _ in range(2):
        engine.push()
    name = Listing.objects.get(pk=engine.listing.pk).name
    assert name == ("Hạt điều rang" if decide is keep_ours else "Hạt điều hảo hạng")
    assert (engine.remote()["name"], engine.remote()["quantity"]) == (name, 10)
    assert (engine.row.work, engine.row.offer_work) == ("idle", "idle")
    assert dict(found().found) == {}


def test_what_looks_for_its_own_object_adopts_no_other(engine: Engine, people: People) -> None:
    other = make_listing(engine.listing.shop, name="Điều sống")
    second = Engine(other, engine.double)
    PlatformListing.objects.filter(pk=second.row.pk).update(work="blocked")
    somebody_creates(document_of(other))
    found()
    PlatformListing.objects.filter(pk=second.row.pk).update(work="in_flight")
    before = everything()
    for decide in (keep_ours, take_theirs):
        with pytest.raises(NotPossible, match="đang được gửi"):
            decide(drift=drift(), by=people.viewer("buu"))
    assert everything() == before


def test_taking_theirs_brings_back_what_it_does_not_take(engine: Engine, people: People) -> None:
    fewer = replace(document_of(Listing.objects.get(pk=engine.listing.pk)), stock=3)
    ADAPTER.put_offers(settings_of(connection()), [fewer.offer(RemoteIds(engine.row.remote_id))], "by-hand")
    somebody_edits(engine, description="Ngon lắm, bùi.", origin_commune="xã Khác")
    found()
    assert {line["field"] for line in drift().fields} == {"description", "origin_commune", "stock"}
    take_theirs(drift=drift(), by=people.viewer("binh"))
    engine.push()
    assert dict(found().found) == {} and engine.remote()["detail"] == "Ngon lắm, bùi."
    assert engine.remote()["quantity"] == Listing.objects.get(pk=engine.listing.pk).stock == 10


def test_what_is_too_long_for_us_is_taken_not_at_all(engine: Engine, people: People) -> None:
    somebody_edits(engine, description="Hạt điều. " * 450)
    found()
    before = everything()
    with pytest.raises(NotPossible, match="dài quá"):
        take_theirs(drift=drift(), by=people.viewer("binh"))
    assert everything() == before


def test_ours_that_was_changed_since_is_not_written_over(engine: Engine, people: People) -> None:
    somebody_edits(engine, title="Hạt điều hảo hạng")
    found()
    engine.edit(name="Hạt điều rang muối")
    engine.push()
    with pytest.raises(NotPossible):
        take_theirs(drift=drift(), by=people.viewer("binh"))
    assert Listing.objects.get(pk=engine.listing.pk).name == "Hạt điều rang muối"


@pytest.mark.parametrize("trouble", ["paused", "stopped", "breaker", "pace"])
def test_a_twin_is_not_taken_down_over_a_connection_that_rests(engine: Engine, people: People, trouble: str) -> None:
    somebody_creates(document_of(Listing.objects.get(pk=engine.listing.pk)))
    found()
    if trouble == "paused":
        Connection.objects.filter(adapter="santhu").update(is_enabled=False)
    elif trouble == "stopped":
        Connection.objects.filter(adapter="santhu").update(stopped="key")
    elif trouble == "breaker":
        Flow.objects.update(breaker="open")
    else:
        Flow.objects.update(paused_until=clock.now() + timedelta(minutes=5))
    before, calls = everything(), len(engine.double.calls())
    with pytest.raises(NotPossible):
        keep_ours(drift=drift(), by=people.viewer("buu"))
    assert everything() == before and len(engine.double.calls()) == calls


def test_a_twin_that_cannot_be_taken_down_is_tried_for_a_while(
    engine: Engine, people: People, time_machine: Any
) -> None:
    later = clock.now() + timedelta(hours=1)
    time_machine.move_to(later, tick=False)
    somebody_creates(document_of(Listing.objects.get(pk=engine.listing.pk)))
    found()
    engine.double.plan({"method": "DELETE", "kind": "server_error"})
    keep_ours(drift=drift(), by=people.viewer("buu"))
    asked = {"drift": drift().pk}
    with pytest.raises(TryLater):
        take_down(asked)
    assert (drift().decision, engine.row.leased_until) == ("open", None)
    assert "tự gửi lại" in drift().trouble and drift().asked_at is not None
    for decide in (keep_ours, ignore):
        with pytest.raises(NotPossible, match="đang được làm"):
            decide(drift=drift(), by=people.viewer("buu"))
    time_machine.move_to(later + timedelta(minutes=5), tick=False)
    take_down(asked)
    assert drift().asked_at is None and drift().trouble and len(engine.double.listings()) == 2
    engine.double.plan()
    take_down(asked)
    assert len(engine.double.listings()) == 2, "given up: nobody asks for it any more"
    keep_ours(drift=drift(), by=people.viewer("buu"))
    take_down(asked)
    assert len(engine.double.listings()) == 1 and Drift.objects.get().decision == "ours"
    take_down(asked)


def test_a_twin_waits_for_whoever_is_sending(engine: Engine, people: People) -> None:
    somebody_creates(document_of(Listing.objects.get(pk=engine.listing.pk)))
    found()
    keep_ours(drift=drift(), by=people.viewer("buu"))
    assert Job.objects.get(name="platforms.take_down_twin").arguments == {"drift": drift().pk}
    PlatformListing.objects.filter(pk=engine.row.pk).update(leased_until=clock.now() + timedelta(minutes=1))
    with pytest.raises(TryLater):
        take_down({"drift": drift().pk})
    assert len(engine.double.listings()) == 2 and "đang được gửi" in drift().trouble
    PlatformListing.objects.filter(pk=engine.row.pk).update(leased_until=None)
    take_down({"drift": drift().pk})
    assert str(engine.remote()["id"]) == engine.row.remote_id
    decided = Drift.objects.get()
    assert (decided.decision, decided.decided_by_id, decided.trouble) == ("ours", people.users["buu"].pk, "")


def test_a_job_that_died_keeps_nobody_from_deciding(engine: Engine, people: People) -> None:
    somebody_creates(document_of(Listing.objects.get(pk=engine.listing.pk)))
    found()
    keep_ours(drift=drift(), by=people.viewer("buu"))
    Drift.objects.update(asked_at=clock.now() - timedelta(minutes=31))
    ignore(drift=drift(), by=people.viewer("buu"))
    take_down({"drift": Drift.objects.get().pk})
    assert len(engine.double.listings()) == 2


def test_what_looking_finds_gone_is_asked_as_well(engine: Engine, people: People) -> None:
    remote = engine.row.remote_id
    ADAPTER.withdraw(settings_of(connection()), RemoteIds(remote), "by-hand")
    engine.due(seen_at=clock.now() - timedelta(days=1))
    look_at_due()
    assert (drift().kind, drift().remote_id, drift().row) == ("removed", remote, engine.row)
    keep_ours(drift=drift(), by=people.viewer("binh"))
    engine.push()
    assert engine.remote()["seller_sku"] == engine.listing.sku


def test_what_was_sent_while_the_list_was_read_is_not_compared(engine: Engine, monkeypatch: Any) -> None:
    real = SanThuAdapter.list_remote

    def slow(*given: Any) -> Any:
        page = real(*given)
        PlatformListing.objects.filter(pk=engine.row.pk).update(operation_at=clock.now())
        return page

    somebody_edits(engine, title="Hạt điều hảo hạng")
    monkeypatch.setattr(SanThuAdapter, "list_remote", slow)
    assert dict(found().found) == {} and not Drift.objects.exists()


def test_what_was_hidden_there_is_shown_again_or_sold_there_no_more(engine: Engine, people: People) -> None:
    hide(engine)
    for _ in range(2):
        assert dict(found().found) == {"hidden": 1}
    before = engine.writes()
    keep_ours(drift=drift(), by=people.viewer("binh"))
    engine.push()
    assert [call.partition(" ")[0] for call in engine.writes()[len(before) :]] == ["POST"], "shown, not written anew"
    assert engine.remote()["visible"] and not engine.row.shall_show
    engine.look()
    assert engine.state == ("live", "idle") and dict(found().found) == {}
    hide(engine)
    found()
    with pytest.raises(NotAllowed):
        take_theirs(drift=drift(), by=people.viewer("buu"))
    take_theirs(drift=drift(), by=people.viewer("binh"))
    engine.push()
    assert engine.double.listings() == [] and (engine.row.is_off, engine.row.wanted) == (True, False)


def test_what_is_shown_again_there_needs_nobody(engine: Engine, people: People) -> None:
    hide(engine)
    found()
    hide(engine, visible=True)
    assert found().settled == 1
    hide(engine)
    found()
    ignore(drift=drift(), by=people.viewer("binh"))
    assert dict(found().found) == {}


def test_a_lost_answer_about_showing_is_asked_again(engine: Engine, people: People) -> None:
    hide(engine)
    found()
    keep_ours(drift=drift(), by=people.viewer("binh"))
    engine.double.plan({"kind": "cut_before", "method": "POST", "calls": [1]})
    engine.push()
    assert engine.row.shall_show and not engine.remote()["visible"]
    engine.push()
    engine.look()
    assert engine.remote()["visible"] and engine.state == ("live", "idle")


def hide(engine: Engine, *, visible: bool = False) -> None:
    ADAPTER.set_visibility(settings_of(connection()), RemoteIds(engine.row.remote_id), visible, "by-hand")
