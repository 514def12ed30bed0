"""Communes merge and hamlets end: batches, samples, pilots and what waits go along, and what is undone comes back on the
map of today."""

from __future__ import annotations

import json
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.events.registry import emit
from core.imports.models import ImportRow
from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM, Viewer, viewer_for
from core.places.events import MapTurned, UnitLinkFact
from core.places.models import Hamlet, HamletLink, Unit, UnitLink
from onboarding.checks.actions.sampling import SampleRefused, draw_sample, record_revisit
from onboarding.checks.models import RevisitSample
from onboarding.checks.queries import redraw, revisits_visible_to, samples_visible_to
from onboarding.households.actions import change_household, register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household, PilotUnit
from onboarding.households.pilots.queries import is_pilot, pilots_on
from onboarding.intake.models import SubmissionState
from onboarding.intake.queries.devices import devices_visible_to
from onboarding.intake.queries.today import intake_today
from onboarding.lists.actions import take_back
from onboarding.matching.actions.merging import merge_households
from onboarding.matching.actions.unmerging import unmerge
from onboarding.opening.models import OpeningBatch
from onboarding.opening.queries.progress import batches_visible_to
from onboarding.teams.actions import found_team, refound_team
from onboarding.teams.actions.founding import Term
from onboarding.visits.models import Visit
from tests.core.imports.conftest import Desk, counts
from tests.onboarding.intake.sending import Device
from tests.onboarding.matching.households import twins
from tests.onboarding.opening.conftest import home, sent_batch
from tests.people import People


class Merger:
    """Chi's commune became a neighbour, its hamlet "Thôn 1" there; Nga is the officer of the neighbour."""

    def __init__(self, people: People) -> None:
        self.people, self.old, self.hamlet = people, people.commune, people.hamlet
        around = Unit.objects.filter(level="commune", valid_to=None, parent=self.old.parent).exclude(pk=self.old.pk)
        self.new = around.order_by("pk")[0]
        nga = User.objects.create_user(username="nga", full_name="Nga")
        give_grant(user=nga, role=Role.COMMUNE, unit=self.new, given_by=SYSTEM)
        self.user = nga

    @property
    def nga(self) -> Viewer:
        return viewer_for(self.user)

    def turn(self) -> Hamlet:
        """The day comes; told twice, as jobs may be."""
        today = clock.today()
        there = Hamlet.objects.create(commune=self.new, name="Thôn 1", valid_from=today)
        Hamlet.objects.filter(pk=self.hamlet.pk).update(valid_to=today)
        HamletLink.objects.create(old=self.hamlet, new=there, on=today, kind="whole")
        Unit.objects.filter(pk=self.old.pk).update(valid_to=today)
        UnitLink.objects.create(old=self.old, new=self.new, on=today, kind="whole")
        event = MapTurned(
            today,
            "NQ 1",
            (UnitLinkFact(self.old.pk, self.new.pk, "whole"),),
            (UnitLinkFact(self.hamlet.pk, there.pk, "whole"),),
        )
        for _ in range(2):
            emit(event)
        return there


@pytest.fixture
def merger(people: People) -> Merger:
    return Merger(people)


def registered(hamlet: Hamlet, count: int, by: Viewer, name: str = "Hộ Số") -> list[Household]:
    facts = [HouseholdFacts(f"{name} {number}", hamlet, phone_owner="none") for number in range(count)]
    return [register_household(record_id=uuid.uuid4(), facts=each, by=by) for each in facts]


HEAD = ["Lô", "Số", "Kết quả", "Mã người bán"]


def test_batches_go_along_and_their_results_can_be_brought(people: People, merger: Merger) -> None:
    home(people.hamlet, "Một")
    home(people.hamlet, "Hai")
    batch = sent_batch(people, people.hamlet)
    there = merger.turn()
    batch.refresh_from_db()
    assert (batch.hamlet, batch.commune) == (there, merger.new)
    assert list(batches_visible_to(merger.nga)) == [batch]
    desk = Desk(people)
    desk.people.users["chi"] = merger.user
    done = desk.import_rows([HEAD, [str(batch.pk), "1", "Đã mở", "VS1"]], kind="ket-qua-mo-gian-hang", unit=merger.new)
    assert counts(done) == {"created": 1}


def test_a_batch_of_a_whole_commune_goes_along_too(people: People, merger: Merger) -> None:
    home(people.hamlet, "Một")
    batch = sent_batch(people)
    merger.turn()
    assert OpeningBatch.objects.get(pk=batch.pk).commune == merger.new


class TestSamples:
    OCTOBER = {"period_from": date(2026, 10, 1), "period_to": date(2026, 11, 1), "per_mille": 50}

    @pytest.fixture(autouse=True)
    def november(self) -> Any:
        with time_machine.travel("2026-11-10T03:00:00Z", tick=False):
            yield

    @pytest.fixture
    def sample(self, people: People) -> RevisitSample:
        with time_machine.travel("2026-10-15T03:00:00Z", tick=False):
            registered(people.hamlet, 40, people.viewer("hanh"))
        return draw_sample(commune=people.commune, by=people.viewer("chi"), **self.OCTOBER)

    def test_the_sample_goes_along_and_is_drawn_again_from_its_frame(
        self, sample: RevisitSample, merger: Merger
    ) -> None:
        drawn = set(sample.revisits.values_list("household__record_id", flat=True))
        before = redraw(sample)
        merger.turn()
        sample.refresh_from_db()
        assert (sample.commune, sample.drawn_in) == (merger.new, merger.old)
        again = redraw(sample)
        assert again == before and (again.is_same_frame, again.is_same_sample, again.frame_size) == (True, True, 40)
        assert set(again.drawn) == drawn
        assert list(samples_visible_to(merger.nga)) == [sample]
        revisit = revisits_visible_to(merger.nga)[0]
        assert record_revisit(revisit=revisit, result="confirmed", note="", by=merger.nga).visited_by == merger.user

    def test_both_communes_have_their_sample_of_the_month(self, sample: RevisitSample, merger: Merger) -> None:
        hamlet = Hamlet.objects.create(commune=merger.new, name="Ấp 9")
        with time_machine.travel("2026-10-16T03:00:00Z", tick=False):
            theirs = registered(hamlet, 3, SYSTEM, "Hộ Kia")
        merger.turn()
        other = draw_sample(commune=merger.new, by=merger.nga, **self.OCTOBER)
        # Only those that were in no frame yet.
        assert other.frame_size == 3 and other.revisits.get().household in theirs
        with pytest.raises(SampleRefused, match="đã rút mẫu rồi"):
            draw_sample(commune=merger.new, by=merger.nga, **self.OCTOBER)
        assert samples_visible_to(merger.nga).count() == 2

    def test_nothing_left_to_draw_says_so(self, sample: RevisitSample, merger: Merger) -> None:
        merger.turn()
        with pytest.raises(SampleRefused, match="đã rút mẫu rồi"):
            draw_sample(commune=merger.new, by=merger.nga, **self.OCTOBER)

    def test_a_team_founded_again_goes_on_with_what_was_given_to_it(self, people: People, merger: Merger) -> None:
        today = clock.today()
        term = Term("2/QĐ", today, today, today + timedelta(days=365))
        team = found_team(
            commune=people.commune, name="Tổ khác", decision_number="1/QĐ", decision_on=today, valid_from=today,
            valid_to=None, hamlets=(), by=people.viewer("chi"),
        )  # fmt: skip
        team.members.create(user=people.users["dung"], valid_from=today)
        with time_machine.travel("2026-10-15T03:00:00Z", tick=False):
            registered(people.hamlet, 1, people.viewer("hanh"))
        revisit = draw_sample(commune=people.commune, by=people.viewer("chi"), **self.OCTOBER).revisits.get()
        assert revisit.team == team
        merger.turn()
        team.refresh_from_db()
        refound_team(team=team, name="Tổ mới", term=term, by=merger.nga)
        dung = people.viewer("dung")
        assert list(revisits_visible_to(dung)) == [revisit]
        record_revisit(revisit=revisit, result="confirmed", note="", by=dung)


class TestPilots:
    def test_a_pilot_goes_on_in_what_its_commune_became(self, people: People, merger: Merger) -> None:
        today = clock.today()
        chosen = clock.now() - timedelta(days=31)
        PilotUnit.objects.create(
            commune=merger.old, valid_from=today - timedelta(days=30), decision="QĐ 1", recorded_at=chosen
        )
        merger.turn()
        assert set(PilotUnit.objects.values_list("recorded_at", flat=True)) == {chosen}
        assert [each.commune for each in pilots_on(today)] == [merger.new] and is_pilot(merger.new.pk)
        assert [each.commune for each in pilots_on(today - timedelta(days=1))] == [merger.old]
        assert PilotUnit.objects.count() == 2

    def test_into_one_that_is_a_pilot_already(self, people: People, merger: Merger) -> None:
        since = clock.today() - timedelta(days=30)
        for commune in (merger.old, merger.new):
            PilotUnit.objects.create(commune=commune, valid_from=since)
        merger.turn()
        assert [each.commune for each in pilots_on(clock.today())] == [merger.new]
        assert PilotUnit.objects.count() == 2


class TestIntake:
    def test_what_waits_for_a_household_of_an_ended_hamlet_is_written(self, people: People, merger: Merger) -> None:
        device = Device.enrolled(people, "hanh")
        create = device.envelope()
        visit = device.visit(create["record"])
        assert device.send(visit).receipt["state"] == "waiting"
        there = merger.turn()
        assert device.send(create).receipt["state"] == "applied"
        household = Household.objects.get(record_id=create["record"])
        assert (household.hamlet, household.commune) == (there, merger.new)
        seen = Visit.objects.get()
        assert (seen.household, seen.hamlet) == (household, there)
        assert not SubmissionState.objects.filter(state="waiting").exists()

    def test_the_new_commune_sees_the_devices_and_what_waits(self, people: People, merger: Merger) -> None:
        device = Device.enrolled(people, "hanh")
        device.send(device.visit(str(uuid.uuid4())))
        with time_machine.travel(clock.now() + timedelta(days=1)):
            assert not devices_visible_to(merger.nga).exists()
            merger.turn()
            assert [row.device_id for row in devices_visible_to(merger.nga)] == [device.device_id]
            row = next(iter(intake_today(merger.nga)))
            assert (row.received, row.waiting, row.waiting_before) == (0, 0, 1)


class TestUndoing:
    def test_unmerging_after_the_map_has_turned(self, people: People, merger: Merger) -> None:
        second_hamlet = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
        phone = {"phone": "+84912345678", "phone_owner": "own"}
        pair, first, second = twins(people.hamlet)
        change_household(household=first, changes=phone, by=SYSTEM)
        change_household(household=second, changes=phone | {"hamlet": second_hamlet}, by=SYSTEM)
        done = merge_households(pair=pair, keep_id=first.pk, choices={"hamlet": "other"}, by=people.viewer("chi"))
        first.refresh_from_db()
        assert first.hamlet == second_hamlet
        there = merger.turn()
        unmerge(merge=done, by=merger.nga)
        first.refresh_from_db()
        assert (first.hamlet, first.commune) == (there, merger.new), "not in the hamlet that has ended"

    def test_taking_a_list_back_after_the_map_has_turned(self, people: People, merger: Merger) -> None:
        second_hamlet = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
        record = uuid.uuid4()
        facts = HouseholdFacts("Trần Văn Út", people.hamlet, phone_owner="none")
        household = register_household(record_id=record, facts=facts, by=SYSTEM)
        sheet = [["_uuid", "Chủ hộ", "Thôn"], [str(record), "Trần Văn Út", "Thôn 2"]]
        batch = Desk(people).import_rows(sheet, kind="ho")
        household.refresh_from_db()
        assert household.hamlet == second_hamlet
        there = merger.turn()
        effect = ImportRow.objects.get(batch=batch).effect
        take_back(json.loads(effect), by=merger.nga)
        household.refresh_from_db()
        assert (household.hamlet, household.commune) == (there, merger.new), "not in the hamlet that has ended"


def test_what_waits_since_yesterday_is_on_the_first_page(people: People, client: Client) -> None:
    device = Device.enrolled(people, "hanh")
    create = device.envelope()
    device.send(create)
    device.send(device.edit(create, {"sex": "male"}, {"sex": ""}, sequence=9))
    client.force_login(people.users["chi"])
    assert "chờ từ hôm qua" not in client.get("/xa/").content.decode()
    with time_machine.travel(clock.now() + timedelta(days=1)):
        client.force_login(people.users["chi"])
        row = next(iter(intake_today(people.viewer("chi"))))
        assert (row.received, row.waiting, row.waiting_before, row.waiting_since is not None) == (0, 0, 1, True)
        assert "1 bản chờ từ hôm qua" in client.get("/xa/").content.decode()
