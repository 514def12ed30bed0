"""What is not as we left it on a platform is found, shown once, and decided by people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from market.listings.models import Listing
from market.platforms.contract import ListingDocument, RemoteIds
from market.platforms.engine.documents import document_of, settings_of
from market.platforms.models import Connection, Drift
from market.platforms.reconcile.actions import NotAllowed, NotPossible, ignore, keep_ours, take_theirs
from market.platforms.reconcile.finding import Report, reconcile
from market.platforms.reconcile.twins import take_down
from market.platforms.sandbox.process import Double
from market.platforms.santhu.adapter import SanThuAdapter
from onboarding.accounts.models import Observation
from tests.market.platforms.engine_tools import Engine
from tests.market.proof import everything
from tests.people import People, make_listing

ADAPTER = SanThuAdapter()


@pytest.fixture
def engine(double: Double, listing: Listing, settings: Any) -> Iterator[Engine]:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    engine = Engine(listing, double)
    engine.go_live()
    yield engine
    double.plan()


def connection() -> Connection:
    return Connection.objects.select_related("platform").get(adapter="santhu")


def found() -> Report:
    return reconcile(connection())


def drift() -> Drift:
    return Drift.objects.select_related("row__listing__shop", "connection__platform").get(decision="open")


def somebody_edits(engine: Engine, **changes: Any) -> None:
    """In the platform's own seller pages."""
    edited = replace(document_of(Listing.objects.get(pk=engine.listing.pk)), **changes)
    ADAPTER.put_content(settings_of(connection()), edited, RemoteIds(engine.row.remote_id), "by-hand")


def somebody_creates(document: ListingDocument) -> str:
    remote = ADAPTER.put_content(settings_of(connection()), document, None, "by-hand").remote
    assert remote is not None
    return remote.product_id


def test_nothing_has_changed(engine: Engine) -> None:
    before = len(engine.writes())
    report = found()
    assert (report.looked_at, dict(report.found), report.failure) == (1, {}, "")
    assert not Drift.objects.exists() and len(engine.writes()) == before


def test_an_edit_there_is_shown_field_by_field_once(engine: Engine) -> None:
    somebody_edits(engine, title="Hạt điều hảo hạng", description="Rẻ nhất chợ")
    for _ in range(2):
        assert dict(found().found) == {"edited": 1}
    assert [(line["field"], line["ours"], line["theirs"]) for line in drift().fields] == [
        ("title", "Hạt điều rang", "Hạt điều hảo hạng"),
        ("description", engine.listing.description, "Rẻ nhất chợ"),
    ]
    assert drift().row == engine.row


def test_keeping_ours_brings_it_back_and_the_drift_is_over(engine: Engine, people: People) -> None:
    somebody_edits(engine, title="Hạt điều hảo hạng")
    found()
    keep_ours(drift=drift(), by=people.viewer("buu"))
    engine.push()
    assert engine.remote()["name"] == "Hạt điều rang"
    report = found()
    assert (dict(report.found), Drift.objects.get().decision) == ({}, "ours")


def test_taking_theirs_changes_the_listing_and_is_the_sellers_alone(engine: Engine, people: People) -> None:
    somebody_edits(engine, title="Hạt điều hảo hạng")
    found()
    before = everything()
    for name in ("buu", "dung", "chi"):
        with pytest.raises(NotAllowed):
            take_theirs(drift=drift(), by=people.viewer(name))
    assert everything() == before
    take_theirs(drift=drift(), by=people.viewer("binh"))
    assert Listing.objects.get(pk=engine.listing.pk).name == "Hạt điều hảo hạng"
    engine.push()
    assert dict(found().found) == {} and engine.remote()["name"] == "Hạt điều hảo hạng"


def test_what_was_ignored_is_quiet_until_it_changes_again(engine: Engine, people: People) -> None:
    somebody_edits(engine, title="Hạt điều hảo hạng")
    found()
    ignore(drift=drift(), by=people.viewer("binh"))
    assert dict(found().found) == {}
    somebody_edits(engine, title="Hạt điều thượng hạng")
    assert dict(found().found) == {"edited": 1}
    with pytest.raises(NotPossible):
        ignore(drift=Drift.objects.get(decision="ignored"), by=people.viewer("binh"))


def test_what_is_mended_there_needs_nobody(engine: Engine) -> None:
    somebody_edits(engine, title="Hạt điều hảo hạng")
    found()
    somebody_edits(engine)
    report = found()
    assert (dict(report.found), report.settled, Drift.objects.get().decision) == ({}, 1, "gone")


def test_removed_there_is_asked_and_not_made_again(engine: Engine, people: People) -> None:
    ADAPTER.withdraw(settings_of(connection()), RemoteIds(engine.row.remote_id), "by-hand")
    assert dict(found().found) == {"removed": 1}
    assert engine.state == ("absent", "dead")
    assert Observation.objects.order_by("-pk")[0].result == "gone"
    engine.push()
    assert engine.double.listings() == []
    keep_ours(drift=drift(), by=people.viewer("binh"))
    engine.push()
    assert engine.remote()["seller_sku"] == engine.listing.sku


def test_a_removal_taken_as_it_is_stays_off_this_platform(engine: Engine, people: People) -> None:
    ADAPTER.withdraw(settings_of(connection()), RemoteIds(engine.row.remote_id), "by-hand")
    found()
    take_theirs(drift=drift(), by=people.viewer("binh"))
    engine.edit(name="Hạt điều rang muối")
    engine.push()
    assert engine.double.listings() == [] and (engine.row.is_off, engine.row.wanted) == (True, False)


def test_a_list_that_leaves_something_out_removes_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    real = SanThuAdapter.list_remote
    monkeypatch.setattr(SanThuAdapter, "list_remote", lambda *given: replace(real(*given), items=()))
    assert dict(found().found) == {} and engine.state == ("live", "idle")


@pytest.mark.parametrize("kind", ["server_error", "maintenance", "truncated"])
def test_a_platform_in_trouble_proves_nothing(engine: Engine, kind: str) -> None:
    engine.double.plan({"method": "GET", "path": "/api/listings", "kind": kind})
    report = found()
    assert report.failure and not Drift.objects.exists() and engine.state == ("live", "idle")


def test_a_stranger_with_our_sku_can_be_adopted_by_nothing_but_the_sku(engine: Engine, people: People) -> None:
    other = make_listing(engine.listing.shop, name="Điều sống")
    document = document_of(other)
    second = Engine(other, engine.double)
    type(second.row).objects.filter(pk=second.row.pk).update(work="blocked")
    ours = somebody_creates(document)
    theirs = somebody_creates(replace(document, reference=replace(document.reference, sku="LA-HOAC")))
    assert dict(found().found) == {"stranger": 2}
    strange, known = Drift.objects.get(remote_id=theirs), Drift.objects.get(remote_id=ours)
    assert (strange.row, known.row) == (None, second.row)
    operator = people.viewer("buu")
    with pytest.raises(NotPossible):
        keep_ours(drift=strange, by=operator)
    with pytest.raises(NotAllowed):
        take_theirs(drift=strange, by=operator)
    take_theirs(drift=known, by=operator)
    second.push()
    assert second.row.remote_id == ours
    assert [each["seller_sku"] for each in engine.double.listings()].count(other.sku) == 1


def test_a_twin_is_taken_down_only_by_a_person(engine: Engine, people: People) -> None:
    twin = somebody_creates(document_of(Listing.objects.get(pk=engine.listing.pk)))
    assert dict(found().found) == {"duplicate": 1}
    assert len(engine.double.listings()) == 2
    with pytest.raises(NotAllowed):
        keep_ours(drift=drift(), by=people.viewer("dung"))
    before = len(engine.double.calls())
    keep_ours(drift=drift(), by=people.viewer("buu"))
    assert len(engine.double.calls()) == before, "no page waits for the platform"
    take_down({"drift": drift().pk})
    assert str(engine.remote()["id"]) == engine.row.remote_id != twin


def test_what_is_still_on_its_way_is_no_drift(engine: Engine) -> None:
    engine.edit(name="Hạt điều rang muối")
    assert dict(found().found) == {}


def test_the_command_says_what_it_found(engine: Engine) -> None:
    somebody_edits(engine, title="Hạt điều hảo hạng")
    out = StringIO()
    call_command("reconcile", "platforms", stdout=out)
    lines = {line["platform"]: line for line in map(json.loads, out.getvalue().splitlines())}
    assert (lines["santhu"]["edited"], lines["santhu"]["failure"]) == (1, "")
    assert lines["voso"]["failure"] == "Sàn này không cho đọc tự động."


def test_a_list_without_end_is_broken_off(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = SanThuAdapter.list_remote
    monkeypatch.setattr(SanThuAdapter, "list_remote", lambda *given: replace(real(*given), next_cursor="1"))
    assert found().failure and not Drift.objects.exists()
