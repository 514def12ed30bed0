"""A commune becomes another: its imports go along, and whoever holds the ground now goes on with them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from core.events.registry import emit
from core.imports.models import ColumnMapping, ImportBatch
from core.imports.queries import batches_visible_to
from core.jobs.work.runner import run_waiting_jobs
from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role
from core.people.queries import SYSTEM
from core.places.events import MapTurned, UnitLinkFact
from core.places.models import Unit
from tests.core.imports.conftest import Desk
from tests.people import People

SHEET = [["Tên thôn"], ["Thôn Mới"]]


@pytest.fixture
def next_door(people: People) -> Unit:
    """A neighbour of Chi's commune, with Bình as its officer."""
    unit = people.commune.parent.children.exclude(pk=people.commune.pk).order_by("pk")[0]
    people.users["binh"].grants.all().delete()
    give_grant(user=people.users["binh"], role=Role.COMMUNE, unit=unit, given_by=SYSTEM)
    return unit


def turn(people: People, *links: tuple[Unit, str]) -> None:
    """Told twice, as jobs may be. Only what a change of the map tells the imports: grants stay."""
    units = tuple(UnitLinkFact(people.commune.pk, unit.pk, kind) for unit, kind in links)
    for _ in range(2):
        emit(MapTurned(clock.today(), "NQ 1", units, ()))


def test_the_successor_sees_it_and_takes_it_back(people: People, desk: Desk, next_door: Unit, client: Client) -> None:
    done = desk.import_rows(SHEET)
    client.force_login(people.users["binh"])
    assert client.get(f"/ban-viec/nhap/{done.pk}/").status_code == 404
    assert client.post(f"/ban-viec/nhap/{done.pk}/hoan-tac").status_code == 404
    turn(people, (next_door, "whole"))
    assert list(batches_visible_to(people.viewer("binh"))) == [done]
    assert client.get(f"/ban-viec/nhap/{done.pk}/").status_code == 200
    client.post(f"/ban-viec/nhap/{done.pk}/hoan-tac")
    run_waiting_jobs()
    after = ImportBatch.objects.get()
    assert (after.state, after.unit, after.undone_by) == ("undone", next_door, people.users["binh"])


def test_of_a_divided_commune_to_the_default_part(people: People, desk: Desk, next_door: Unit) -> None:
    batch = desk.bring(SHEET)
    other = people.commune.parent.children.exclude(pk__in=[people.commune.pk, next_door.pk]).order_by("pk")[0]
    turn(people, (other, "part"), (next_door, "default"))
    batch.refresh_from_db()
    assert batch.unit == next_door


def test_an_import_elsewhere_stays(people: People, desk: Desk, next_door: Unit) -> None:
    batch = Desk(people, "binh").bring(SHEET, unit=next_door)
    other = people.commune.parent.children.exclude(pk__in=[people.commune.pk, next_door.pk]).order_by("pk")[0]
    turn(people, (other, "whole"))
    batch.refresh_from_db()
    assert batch.unit == next_door


def test_how_sheets_were_understood_goes_along(people: People, next_door: Unit) -> None:
    """What the successor knows itself stays as it knows it."""

    def remembered(unit: Unit, fingerprint: str, heading: str) -> ColumnMapping:
        return ColumnMapping.objects.create(
            kind="thon-ap", unit=unit, fingerprint=fingerprint, mapping={"name": heading}, used_at=timezone.now()
        )

    remembered(people.commune, "a", "ten")
    remembered(people.commune, "b", "ap")
    remembered(next_door, "b", "thon")
    turn(people, (next_door, "whole"))
    there = ColumnMapping.objects.filter(unit=next_door).order_by("fingerprint")
    assert list(there.values_list("fingerprint", "mapping")) == [("a", {"name": "ten"}), ("b", {"name": "thon"})]
