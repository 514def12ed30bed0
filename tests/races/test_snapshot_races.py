"""Two sign a snapshot at once, one person in two windows, two restate it, two take a number of the country."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.grants.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM, viewer_for
from ocop.snapshots import actions as snapshots
from ocop.snapshots.models import Snapshot
from tests.people import People, make_people
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def people(committed_db: None) -> People:
    """Everybody, and Phúc, who works for the province beside Phương."""
    found = make_people()
    found.users["phuc"] = User.objects.create_user(username="phuc", full_name="Phúc")
    give_grant(user=found.users["phuc"], role=Role.PROVINCE, unit=found.commune.parent, given_by=SYSTEM)
    return found


def yesterday() -> date:
    return clock.today() - timedelta(days=1)


@pytest.fixture
def of_command(people: People) -> Snapshot:
    return snapshots.freeze(unit=people.commune.parent, on=yesterday(), by=SYSTEM)


def held_at(monkeypatch: pytest.MonkeyPatch, name: str, gate: Gate) -> Gate:
    """Two threads meet at this function, after both have read what stands."""
    real = getattr(snapshots, name)

    def held(*args: Any, **more: Any) -> Any:
        gate()
        return real(*args, **more)

    monkeypatch.setattr(snapshots, name, held)
    return gate


def signing(people: People, made: Snapshot, *names: str) -> list[Callable[[], Any]]:
    viewers = [people.viewer(name) for name in names]
    return [lambda by=by: snapshots.sign(snapshot=made, by=by) for by in viewers]  # type: ignore[misc]


def entries() -> list[str]:
    return list(
        AuditEntry.objects.filter(action__contains="signed").order_by("action").values_list("action", flat=True)
    )


def test_without_the_lock_the_first_signature_is_lost(
    people: People, of_command: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = held_at(monkeypatch, "is_untouched", Gate())
    without_row_locks(monkeypatch)
    at_once(*signing(people, of_command, "phuong", "phuc"))
    of_command.refresh_from_db()
    assert gate.met and of_command.signed_at is None
    assert entries() == ["snapshot.first_signed", "snapshot.first_signed"]


def test_of_two_at_once_one_is_the_first_and_one_the_second(
    people: People, of_command: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = held_at(monkeypatch, "is_untouched", Gate())
    answers = at_once(*signing(people, of_command, "phuong", "phuc"))
    assert [type(answer) for answer in answers] == [Snapshot, Snapshot]
    of_command.refresh_from_db()
    signers = {of_command.first_signed_by_id, of_command.signed_by_id}
    assert not gate.met and signers == {people.users["phuong"].pk, people.users["phuc"].pk}
    assert entries() == ["snapshot.first_signed", "snapshot.signed"]


def test_without_the_lock_one_person_in_two_windows_signs_twice(
    people: People, of_command: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_at(monkeypatch, "is_untouched", Gate())
    without_row_locks(monkeypatch)
    at_once(*signing(people, of_command, "phuong", "phuong"))
    assert entries() == ["snapshot.first_signed", "snapshot.first_signed"]


def test_one_person_in_two_windows_is_one_signature(
    people: People, of_command: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = held_at(monkeypatch, "is_untouched", Gate())
    answers = at_once(*signing(people, of_command, "phuong", "phuong"))
    assert [type(answer) for answer in answers] == [Snapshot, Snapshot]
    of_command.refresh_from_db()
    assert not gate.met and (of_command.signed_at, entries()) == (None, ["snapshot.first_signed"])
    assert of_command.first_signed_by_id == people.users["phuong"].pk


def restating(people: People, made: Snapshot, *names: str) -> list[Callable[[], Any]]:
    viewers = [people.viewer(name) for name in names]
    return [lambda by=by: snapshots.restate(snapshot=made, note="thử", by=by) for by in viewers]  # type: ignore[misc]


def test_without_the_lock_two_begin_to_restate(
    people: People, of_command: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = held_at(monkeypatch, "_make", Gate())
    without_row_locks(monkeypatch)
    at_once(*restating(people, of_command, "phuong", "phuc"))
    assert gate.met
    assert Snapshot.objects.filter(restates=of_command).count() == 1, "the database itself takes one only"


@pytest.mark.parametrize("names", [("phuong", "phuc"), ("phuong", "phuong")])
def test_of_two_who_restate_at_once_one_does(
    people: People, of_command: Snapshot, monkeypatch: pytest.MonkeyPatch, names: tuple[str, str]
) -> None:
    gate = held_at(monkeypatch, "_make", Gate())
    answers = at_once(*restating(people, of_command, *names))
    assert not gate.met
    assert {type(answer) for answer in answers} == {Snapshot, snapshots.SnapshotRefused}
    [new] = Snapshot.objects.filter(restates=of_command)
    assert new.frozen_at is not None and Snapshot.objects.count() == 2
    assert AuditEntry.objects.filter(action="snapshot.restated").count() == 1


def test_signing_while_another_restates(people: People, of_command: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshots.sign(snapshot=of_command, by=people.viewer("phuong"))
    gate = Gate()
    held_at(monkeypatch, "is_untouched", gate)
    held_at(monkeypatch, "_make", gate)
    signed, new = at_once(*signing(people, of_command, "phuc"), *restating(people, of_command, "phuong"))
    of_command.refresh_from_db()
    assert not gate.met and isinstance(new, Snapshot)
    assert isinstance(signed, Snapshot if of_command.signed_at else snapshots.SnapshotRefused)


def test_two_snapshots_of_the_country_take_two_numbers(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """No row stands for the country: the unique number is the lock, and who loses it takes the next one."""
    chief = viewer_for(User.objects.create_user(username="truong", full_name="Trưởng", is_superuser=True))
    real, gate = snapshots._next_number, Gate()

    def read(*args: Any) -> str:
        found = real(*args)
        gate()
        return found

    monkeypatch.setattr(snapshots, "_next_number", read)
    days = [date(2026, 6, 29), date(2026, 6, 30)]
    began = at_once(*(lambda on=on: snapshots.freeze(unit=None, on=on, by=chief) for on in days))  # type: ignore[misc]
    assert gate.met, "both read the same last number"
    assert sorted(made.number for made in began) == ["CS-VN-2026-06-1", "CS-VN-2026-06-2"]
    gate.__init__()  # type: ignore[misc]
    again = at_once(*(lambda made=made: snapshots.restate(snapshot=made, note="thử", by=chief) for made in began))  # type: ignore[misc]
    assert gate.met
    assert sorted(made.number for made in again) == ["CS-VN-2026-06-3", "CS-VN-2026-06-4"]
