"""Communes merge and split: Chi and Hạnh go on working where their commune went, and nothing doubles."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction

from core.audit.models import AuditEntry
from core.desk.grants.queries import grant_todos
from core.events.registry import emit
from core.kit import clock
from core.people.actions import give_grant
from core.people.grants.actions import end_grant, renew_grant
from core.people.models import Grant, Role
from core.people.queries import SYSTEM
from core.places.actions.resolutions import enter_resolution, turn_map
from core.places.events import MapTurned, UnitLinkFact
from core.places.models import Hamlet, Unit
from core.places.reading import read_resolution
from tests.people import People

pytestmark = pytest.mark.django_db
DAY = clock.today() + timedelta(days=30)


@pytest.fixture
def merged(people: People) -> Unit:
    """The commune that An's and the one beside it become on DAY."""
    return Unit.objects.create(
        level="commune", code="99991", parent=people.commune.parent, name="Hợp Nhất", kind="Xã", valid_from=DAY
    )


@pytest.fixture
def beside(people: People) -> Unit:
    units = Unit.objects.filter(level="commune", valid_to=None, parent=people.commune.parent, valid_from__lt=DAY)
    return units.exclude(pk=people.commune.pk).order_by("pk")[0]


def change(on: date, *links: tuple[Unit, Unit, str]) -> None:
    facts = tuple(UnitLinkFact(old.pk, new.pk, kind) for old, new, kind in links)
    turn(MapTurned(on, "Nghị quyết 1/2027/NQ-TEST", facts, ()))


def turn(event: MapTurned) -> None:
    """The day has come, or is past."""
    day = max(event.on, clock.today())
    with time_machine.travel(f"{day}T05:00:00Z", tick=False), transaction.atomic():
        emit(event)


def periods(people: People, name: str) -> list[tuple[Any, ...]]:
    rows = Grant.objects.filter(user=people.users[name]).order_by("valid_from", "pk")
    return list(rows.values_list("role", "unit__code", "valid_from", "valid_to"))


def covered(people: People, name: str, day: date, *roles: str) -> set[str]:
    with time_machine.travel(f"{day}T05:00:00Z", tick=False):
        viewer = people.viewer(name)
        return set(Unit.objects.filter(viewer.units(*roles), level="commune").values_list("code", flat=True))


def test_a_merger_moves_the_grant_on_the_day(people: People, merged: Unit) -> None:
    old = Grant.objects.get(user=people.users["chi"])
    Grant.objects.filter(pk=old.pk).update(given_by=people.users["phuong"], reviewed_on=date(2026, 9, 1))
    change(DAY, (people.commune, merged, "whole"))
    assert periods(people, "chi") == [
        ("commune", people.commune.code, old.valid_from, DAY),
        ("commune", "99991", DAY, None),
    ]
    new = Grant.objects.get(user=people.users["chi"], unit=merged)
    assert (new.given_by, new.reviewed_on, new.to_decide) == (people.users["phuong"], date(2026, 9, 1), "")
    assert covered(people, "chi", DAY - timedelta(days=1), Role.COMMUNE) == {people.commune.code}
    assert covered(people, "chi", DAY, Role.COMMUNE) == {"99991"}
    notes = AuditEntry.objects.filter(action="grant.moved")
    assert sorted(notes.values_list("object_label", flat=True)) == sorted(
        f"grant:{pk}" for pk in Grant.objects.filter(unit=merged).values_list("pk", flat=True)
    )


def test_repeating_changes_nothing(people: People, merged: Unit) -> None:
    change(DAY, (people.commune, merged, "whole"))
    before = list(Grant.objects.order_by("pk").values_list()), AuditEntry.objects.count()
    change(DAY, (people.commune, merged, "whole"))
    assert (list(Grant.objects.order_by("pk").values_list()), AuditEntry.objects.count()) == before


def test_who_held_both_holds_the_new_one_once_for_the_longer_time(people: People, merged: Unit, beside: Unit) -> None:
    dung, first, later = people.users["dung"], DAY + timedelta(days=10), DAY + timedelta(days=100)
    give_grant(user=dung, role=Role.COMMUNE, unit=people.commune, given_by=SYSTEM, valid_to=first)
    give_grant(user=dung, role=Role.COMMUNE, unit=beside, given_by=SYSTEM, valid_to=later)
    change(DAY, (people.commune, merged, "whole"), (beside, merged, "whole"))
    assert [row for row in periods(people, "dung") if row[1] == "99991"] == [("commune", "99991", DAY, later)]


def test_what_ends_before_the_day_stays_and_what_begins_after_it_begins_there(people: People, merged: Unit) -> None:
    dung, after = people.users["dung"], DAY + timedelta(days=5)
    early = give_grant(user=dung, role=Role.COMMUNE, unit=people.commune, given_by=SYSTEM, valid_to=DAY)
    give_grant(user=dung, role=Role.TEAM_LEAD, unit=people.commune, given_by=SYSTEM, valid_from=after)
    change(DAY, (people.commune, merged, "whole"))
    assert periods(people, "dung") == [
        ("commune", people.commune.code, early.valid_from, DAY),
        ("team_lead", people.commune.code, after, after),
        ("team_lead", "99991", after, None),
    ]


def test_a_resolution_entered_late_still_moves(people: People, merged: Unit) -> None:
    Grant.objects.update(valid_from=date(2026, 1, 1))
    late = clock.today() - timedelta(days=20)
    Unit.objects.filter(pk=merged.pk).update(valid_from=late)
    change(late, (people.commune, merged, "whole"))
    assert covered(people, "chi", clock.today(), Role.COMMUNE) == {"99991"}


def test_a_split_gives_the_default_part_and_asks_the_province(people: People, merged: Unit, beside: Unit) -> None:
    change(DAY, (people.commune, merged, "default"), (people.commune, beside, "part"))
    assert covered(people, "chi", DAY, Role.COMMUNE) == {"99991"}
    assert covered(people, "hanh", DAY, Role.TEAM_LEAD) == {"99991"}
    with time_machine.travel(f"{DAY}T05:00:00Z", tick=False):
        [todo] = grant_todos(people.viewer("phuong"))
        assert todo.sentence == "2 quyền cần quyết định sau khi địa giới thay đổi."
        # Chi decides about her team, not about herself.
        [todo] = grant_todos(people.viewer("chi"))
        assert todo.sentence == "1 quyền cần quyết định sau khi địa giới thay đổi."


def test_a_split_without_a_default_gives_nothing_by_itself(people: People, merged: Unit, beside: Unit) -> None:
    change(DAY, (people.commune, merged, "part"), (people.commune, beside, "part"))
    assert covered(people, "chi", DAY, Role.COMMUNE) == {people.commune.code}
    assert "Hãy cấp lại ở nơi mới" in Grant.objects.get(user=people.users["chi"]).to_decide


def test_a_grant_left_on_a_closed_unit_is_asked_about(people: People) -> None:
    Unit.objects.filter(pk=people.commune.pk).update(valid_to=clock.today())
    assert "2 quyền cần quyết định" in next(iter(grant_todos(people.viewer("phuong")))).sentence


def test_provinces_merge_too(people: People) -> None:
    province = people.commune.parent
    assert province is not None
    bigger = Unit.objects.create(level="province", code="98", name="Lớn", kind="Tỉnh", valid_from=DAY)
    change(DAY, (province, bigger, "whole"))
    assert [row[1:] for row in periods(people, "phuong")][-1] == ("98", DAY, None)
    assert len(periods(people, "chi")) == 1


def test_a_hamlet_takes_its_team_along(people: People, merged: Unit) -> None:
    dung = people.users["dung"]
    give_grant(user=dung, role=Role.TEAM_MEMBER, unit=people.commune, hamlet=people.hamlet, given_by=SYSTEM)
    new = Hamlet.objects.create(commune=merged, name="Thôn 1", valid_from=DAY)
    change(DAY, (people.commune, merged, "whole"))
    assert len(periods(people, "dung")) == 1  # the news of the commune alone does not say where the hamlet went
    for _ in range(2):
        turn(MapTurned(DAY, "Nghị quyết 1", (), (UnitLinkFact(people.hamlet.pk, new.pk, "whole"),)))
    rows = Grant.objects.filter(user=dung).order_by("pk").values_list("unit__code", "hamlet_id", "valid_to")
    assert list(rows) == [(people.commune.code, people.hamlet.pk, DAY), ("99991", new.pk, None)]
    with time_machine.travel(f"{DAY}T05:00:00Z", tick=False):
        area = people.viewer("dung").area(Role.TEAM_MEMBER, unit_field="commune", hamlet_field="pk")
        assert list(Hamlet.objects.filter(area)) == [new]


def enter_merger(people: People, on: date) -> None:
    """The commune goes into a new one, 99991."""
    assert people.commune.parent is not None
    rows = [
        "decision,on,change,level,code,new_code,name,kind,parent",
        f"1/NQ,{on},open,commune,99991,,Hợp Nhất,Xã,{people.commune.parent.code}",
        f"1/NQ,{on},merge,commune,{people.commune.code},99991,,,",
    ]
    enter_resolution(read_resolution("\n".join(rows).encode()), actor_id=None, apply=True)


def test_a_right_ended_after_the_resolution_was_entered_stays_ended(people: People) -> None:
    enter_merger(people, DAY)
    end_grant(grant=Grant.objects.get(user=people.users["chi"]), by=SYSTEM, reason="nghỉ việc")
    held = list(Grant.objects.filter(user=people.users["chi"]).values())
    with time_machine.travel(f"{DAY}T05:00:00Z", tick=False):
        turn_map()
        assert people.viewer("chi").grants == ()
    assert list(Grant.objects.filter(user=people.users["chi"]).values()) == held


def test_a_right_given_or_renewed_after_the_resolution_was_entered_moves(people: People) -> None:
    dung, short, end = people.users["dung"], DAY - timedelta(days=5), DAY + timedelta(days=200)
    lead = give_grant(user=dung, role=Role.TEAM_LEAD, unit=people.commune, given_by=SYSTEM, valid_to=short)
    enter_merger(people, DAY)
    give_grant(user=dung, role=Role.COMMUNE, unit=people.commune, given_by=SYSTEM, valid_to=end)
    renew_grant(grant=lead, by=SYSTEM, valid_to=end)
    with time_machine.travel(f"{DAY}T05:00:00Z", tick=False):
        turn_map()
    assert sorted(row for row in periods(people, "dung") if row[1] == "99991") == [
        ("commune", "99991", DAY, end),
        ("team_lead", "99991", DAY, end),
    ]
    assert covered(people, "dung", DAY, Role.COMMUNE, Role.TEAM_LEAD) == {"99991"}


def test_until_the_turn_everybody_keeps_exactly_the_old_place(people: People) -> None:
    enter_merger(people, DAY)
    before = people.viewer("chi").grants
    with time_machine.travel(f"{DAY}T00:00:10+07:00", tick=False):  # the job of 00:01 has not run
        assert people.viewer("chi").grants == before
        assert covered(people, "chi", DAY, Role.COMMUNE) == {people.commune.code}
        turn_map()
        assert covered(people, "chi", DAY, Role.COMMUNE) == {"99991"}


def test_a_resolution_of_the_past_moves_at_once_and_wakes_nothing_that_has_ended(people: People) -> None:
    past, today = clock.today() - timedelta(days=20), clock.today()
    Grant.objects.update(valid_from=date(2026, 1, 1))
    hanh = Grant.objects.get(user=people.users["hanh"])
    Grant.objects.filter(pk=hanh.pk).update(valid_to=today - timedelta(days=3), end_reason="nghỉ việc")
    enter_merger(people, past)
    assert covered(people, "chi", today, Role.COMMUNE) == {"99991"}
    assert periods(people, "hanh") == [("team_lead", people.commune.code, date(2026, 1, 1), today - timedelta(days=3))]
    assert Grant.objects.get(pk=hanh.pk).end_reason == "nghỉ việc"
