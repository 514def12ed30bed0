"""Two windows press the same button at once, with real transactions, on whichever database this runs (the locks themselves:
`tests/races/test_snapshot_races.py`)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.grants.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from ocop.snapshots.actions import freeze
from ocop.snapshots.models import Snapshot
from tests.people import People, make_people


@pytest.fixture
def people(committed_db: None) -> People:
    """Everybody, and Phúc, who works for the province beside Phương."""
    found = make_people()
    found.users["phuc"] = User.objects.create_user(username="phuc", full_name="Phúc")
    give_grant(user=found.users["phuc"], role=Role.PROVINCE, unit=found.commune.parent, given_by=SYSTEM)
    return found


@pytest.fixture
def made(people: People) -> Snapshot:
    return freeze(unit=people.commune.parent, on=clock.today() - timedelta(days=1), by=SYSTEM)


def pressed(people: People, path: str, data: dict[str, str], *names: str) -> list[int]:
    """The answers to the same button pressed in windows of these people at the same moment."""
    answers, start = [0] * len(names), threading.Barrier(len(names))
    clients = [Client() for _ in names]
    for client, name in zip(clients, names, strict=True):
        client.force_login(people.users[name])

    def press(number: int) -> None:
        try:
            start.wait(5)
            answers[number] = clients[number].post(path, data).status_code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=[number]) for number in range(len(names))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers


def told(made: Snapshot) -> list[str]:
    entries = AuditEntry.objects.filter(object_label=f"snapshot:{made.pk}").order_by("pk")
    return list(entries.values_list("action", flat=True))


def test_one_person_in_two_windows_signs_once(people: People, made: Snapshot) -> None:
    path = f"/bang/chot-so/{made.number}/ky/"
    assert pressed(people, path, {}, "phuong", "phuong") == [302, 302]
    made.refresh_from_db()
    assert (made.first_signed_by, made.signed_at) == (people.users["phuong"], None)
    assert told(made) == ["snapshot.made", "snapshot.first_signed"]


def test_two_people_sign_as_first_and_second(people: People, made: Snapshot) -> None:
    assert pressed(people, f"/bang/chot-so/{made.number}/ky/", {}, "phuong", "phuc") == [302, 302]
    made.refresh_from_db()
    assert {made.first_signed_by, made.signed_by} == {people.users["phuong"], people.users["phuc"]}
    assert told(made) == ["snapshot.made", "snapshot.first_signed", "snapshot.signed"]


@pytest.mark.parametrize("names", [("phuong", "phuc"), ("phuong", "phuong")])
def test_of_two_who_restate_one_does_and_the_other_is_told(
    people: People, made: Snapshot, names: tuple[str, str]
) -> None:
    path = f"/bang/chot-so/{made.number}/chot-lai/"
    assert sorted(pressed(people, path, {"note": "thử"}, *names)) == [200, 302]
    assert Snapshot.objects.filter(restates=made).count() == 1
    assert AuditEntry.objects.filter(action="snapshot.restated").count() == 1
