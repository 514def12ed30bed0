"""Two workers draw at once; two officers write down what they saw of one page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.grants.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from ocop.rechecks.actions import drawing, looking
from ocop.rechecks.models import RecheckDraw, RecheckItem, RecheckLook, RecheckPage
from ocop.snapshots.actions import freeze
from ocop.snapshots.models import Snapshot
from onboarding.accounts.actions import claim_account, claim_link
from onboarding.accounts.models import Observation, Platform
from tests.ocop.conftest import framed
from tests.people import People, make_people
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")
ON = date(2026, 10, 31)


@pytest.fixture
def people(committed_db: None) -> Iterator[People]:
    """Everybody on day 8 after a count, and Phúc, who works for the province beside Phương."""
    with time_machine.travel("2026-11-08T05:00:00+00:00", tick=False):
        found = make_people()
        found.users["phuc"] = User.objects.create_user(username="phuc", full_name="Phúc")
        give_grant(user=found.users["phuc"], role=Role.PROVINCE, unit=found.commune.parent, given_by=SYSTEM)
        yield found


@pytest.fixture
def counted(people: People) -> Snapshot:
    """The province with one household whose account was seen on the day."""
    home = people.producer.household
    assert home is not None
    type(home).objects.filter(pk=home.pk).update(registered_at=clock.start_of(ON - timedelta(days=40)))
    platform = Platform.objects.get(code="voso")
    account = claim_account(platform=platform, producer=people.producer, by=SYSTEM)
    type(account).objects.filter(pk=account.pk).update(claimed_at=clock.start_of(ON))
    link = claim_link(account=account, url="https://voso.vn/hat-dieu-p1.html", by=SYSTEM)
    Observation.objects.create(
        link=link, at=clock.start_of(ON), observer="robot", robot="LenSan/1", result="live", evidence_hash="0" * 64
    )
    home.refresh_from_db()
    framed(home)
    return freeze(unit=people.commune.parent, on=ON, by=SYSTEM)


def held_at(monkeypatch: pytest.MonkeyPatch, room: Any, name: str, gate: Gate) -> Gate:
    """Two threads meet at this function, after both have read what stands."""
    real = getattr(room, name)

    def held(*args: Any, **more: Any) -> Any:
        gate()
        return real(*args, **more)

    monkeypatch.setattr(room, name, held)
    return gate


def test_two_workers_draw_once(counted: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = held_at(monkeypatch, drawing, "drawn", Gate())
    answers = at_once(*[lambda: drawing.draw_from(snapshot=counted, indicator="I1")] * 2)
    assert gate.met
    assert sorted(type(each).__name__ for each in answers) == ["NoneType", "RecheckDraw"]
    assert (RecheckDraw.objects.count(), RecheckItem.objects.count(), RecheckPage.objects.count()) == (1, 1, 1)
    assert AuditEntry.objects.filter(action="recheck.drawn").count() == 1


def looks(people: People, counted: Snapshot) -> list[Any]:
    drawing.draw_from(snapshot=counted, indicator="I1")
    page = RecheckPage.objects.select_related("item").get()

    def look(name: str, result: str) -> Any:
        by = people.viewer(name)
        return lambda: looking.record_look(page=page, result=result, note="mở xem", by=by)

    return at_once(look("phuong", "there"), look("phuc", "gone"))


def test_of_two_officers_one_decides_and_the_other_is_told(
    people: People, counted: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_at(monkeypatch, looking, "_observed", Gate())
    answers = looks(people, counted)
    assert sorted(type(each).__name__ for each in answers) == ["RecheckLook", "RecheckRefused"]
    assert (RecheckLook.objects.count(), Observation.objects.filter(observer="person").count()) == (1, 1)


def test_without_the_lock_both_would_have_looked(
    people: People, counted: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database keeps the second one out all the same, with an error instead of a sentence."""
    gate = held_at(monkeypatch, looking, "_observed", Gate())
    without_row_locks(monkeypatch)
    answers = looks(people, counted)
    assert gate.met
    assert sorted(type(each).__name__ for each in answers) == ["IntegrityError", "RecheckLook"]
    assert RecheckLook.objects.count() == 1
