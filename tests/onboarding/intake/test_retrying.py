"""What could not be written gets in when its cause is gone, by itself or by an officer; errors of ours end with a person."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from core.jobs.models import Job
from core.jobs.work.runner import run_waiting_jobs
from core.people.actions import give_grant
from core.people.models import Role
from core.people.queries import SYSTEM
from core.places.models import Hamlet
from onboarding.households.actions import change_household, end_household, reopen_household
from onboarding.households.models import Household, HouseholdPhoto
from onboarding.intake.actions import deriving
from onboarding.intake.actions.deriving import derive_record
from onboarding.intake.actions.issues import DecisionRefused, decide_issue
from onboarding.intake.actions.retrying import try_refused
from onboarding.intake.models import AwaitedRecord, IntakeIssue, SubmissionState
from onboarding.visits.models import Visit
from tests.onboarding.intake.sending import Device, sha256
from tests.people import People, jpeg


def household_of(envelope: dict[str, Any]) -> Household:
    return Household.objects.get(record_id=envelope["record"])


def state_of(envelope: dict[str, Any]) -> str:
    return SubmissionState.objects.get(submission__submission_id=envelope["submission"]).state


class TestAHouseholdThatHadEnded:
    @pytest.fixture
    def edits(self, people: People, device: Device) -> list[dict[str, Any]]:
        """Its first submission and two edits that were refused."""
        create = device.envelope()
        device.send(create)
        end_household(household=household_of(create), reason="moved", by=people.viewer("chi"))
        edits = [
            device.edit(create, {"birth_year": 1970}, {"birth_year": None}),
            device.edit(create, {"birth_year": 1971}, {"birth_year": 1970}, sequence=3),
        ]
        for each in edits:
            assert device.send(each).receipt["state"] == "refused"
        return [create, *edits]

    def test_reopened(self, people: People, edits: list[dict[str, Any]]) -> None:
        reopen_household(household=household_of(edits[0]), by=people.viewer("chi"))
        run_waiting_jobs()
        assert [state_of(each) for each in edits] == ["applied"] * 3
        assert household_of(edits[0]).birth_year == 1971
        assert set(IntakeIssue.objects.values_list("decision", flat=True)) == {"came_after_all"}

    def test_not_before(self, people: People, edits: list[dict[str, Any]]) -> None:
        assert try_refused() == 0
        with pytest.raises(DecisionRefused):
            decide_issue(issue=IntakeIssue.objects.all()[0], decision="retry", by=people.viewer("chi"))
        assert [state_of(each) for each in edits[1:]] == ["refused"] * 2
        assert IntakeIssue.objects.filter(decided_at__isnull=True).count() == 2


class TestAHamletThatWasNotGiven:
    @pytest.fixture
    def edit(self, people: People) -> dict[str, Any]:
        """Dũng's edit with a photo of a household that had moved to another hamlet."""
        there = Hamlet.objects.create(commune=people.commune, name="Thôn 9")
        dung = people.users["dung"]
        give_grant(user=dung, role=Role.TEAM_MEMBER, unit=people.commune, hamlet=people.hamlet, given_by=SYSTEM)
        device, photo = Device.enrolled(people, "dung"), jpeg(64, 64, "#102030")
        create = device.envelope()
        device.send(create)
        change_household(household=household_of(create), changes={"hamlet": there}, by=people.viewer("chi"))
        edit = device.edit(create, {"phone": "0987654321"}, {"phone": "678"}, photos=[sha256(photo)])
        assert device.send(edit).receipt["state"] == "refused"
        device.send_photo(edit, photo)
        return edit

    def test_an_officer_writes_it_from_the_page(self, people: People, edit: dict[str, Any], client: Client) -> None:
        issue = IntakeIssue.objects.get()
        client.force_login(people.users["chi"])
        page = client.get(f"/xa/tiep-nhan/{issue.pk}/").content.decode()
        assert "Thử lại" in page and "321" in page and "0987654321" not in page and "987654321" not in page
        (photo,) = [part for part in page.split('"') if f"/xa/tiep-nhan/{issue.pk}/anh/" in part and "?" not in part]
        assert client.get(photo).headers["Content-Type"] == "image/jpeg"
        assert client.get(f"/xa/tiep-nhan/{issue.pk}/anh/{uuid.uuid4()}/").status_code == 404
        assert HouseholdPhoto.objects.count() == 0
        assert client.post(f"/xa/tiep-nhan/{issue.pk}/", {"decision": "retry"}).status_code == 302
        household = household_of(edit)
        assert (household.phone, state_of(edit), household.photos.count()) == ("+84987654321", "applied", 1)
        issue.refresh_from_db()
        assert (issue.decision, issue.decided_by) == ("retry", people.users["chi"])

    def test_moved_back(self, people: People, edit: dict[str, Any]) -> None:
        change_household(household=household_of(edit), changes={"hamlet": people.hamlet}, by=people.viewer("chi"))
        run_waiting_jobs()
        assert state_of(edit) == "applied"

    def test_the_hamlet_is_given(self, people: People, edit: dict[str, Any]) -> None:
        assert try_refused() == 0
        there = household_of(edit).hamlet
        give_grant(user=people.users["dung"], role=Role.TEAM_MEMBER, unit=people.commune, hamlet=there, given_by=SYSTEM)
        assert try_refused() == 1
        assert state_of(edit) == "applied"


class TestAnErrorOfOurs:
    @pytest.fixture
    def broken(self, device: Device, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """A first submission that failed five times, with an edit behind it."""

        def fails(*_: Any) -> Any:
            raise ZeroDivisionError

        create = device.envelope()
        number = uuid.UUID(create["record"])
        with monkeypatch.context() as patch:
            patch.setattr(deriving, "create_household", fails)
            device.send(create)
            for _ in range(3):
                with pytest.raises(ZeroDivisionError):
                    derive_record(record_id=number)
            assert state_of(create) == "waiting" and IntakeIssue.objects.count() == 0
            assert derive_record(record_id=number).refused == 1
            assert derive_record(record_id=number).refused == 0  # and no more
            with pytest.raises(ZeroDivisionError):
                derive_record(record_id=number, again=True)
        issue = IntakeIssue.objects.get()
        assert issue.kind == "refused" and "Hệ thống chưa ghi được bản này" in issue.detail
        return create

    def test_somebody_presses(self, people: People, broken: dict[str, Any]) -> None:
        decide_issue(issue=IntakeIssue.objects.get(), decision="retry", by=people.viewer("chi"))
        assert state_of(broken) == "applied" and household_of(broken).head_name == "Điểu Thị Hoa"

    def test_everything_is_derived_again(self, broken: dict[str, Any]) -> None:
        assert derive_record(record_id=uuid.UUID(broken["record"]), again=True).applied == 1
        assert IntakeIssue.objects.get().decision == "came_after_all"

    def test_one_broken_edit_holds_no_other_device_up(
        self, people: People, device: Device, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create, other = device.envelope(), Device.enrolled(people, "hanh")
        device.send(create)
        real = deriving.edit_household

        def fragile(household: Any, submission: Any, envelope: Any, kept: Any) -> None:
            real(household, submission, envelope, kept)
            if envelope.said.facts.get("birth_year") == 1970:
                raise ZeroDivisionError

        monkeypatch.setattr(deriving, "edit_household", fragile)
        device.send(device.edit(create, {"birth_year": 1970}, {"birth_year": None}))
        other.send(other.edit(create, {"has_e_wallet": True}, {"has_e_wallet": None}))
        assert (household_of(create).birth_year, household_of(create).has_e_wallet) == (None, True)


class TestOutingsThatWait:
    def test_only_those_that_name_the_household_are_looked_at(
        self, device: Device, django_assert_max_num_queries: Any
    ) -> None:
        create = device.envelope()
        for _ in range(20):
            device.send(device.visit(str(uuid.uuid4())))
        device.send(device.visit(create["record"]))
        seen = []
        real = deriving.derive_record
        deriving.derive_record = lambda **given: (seen.append(given["record_id"]), real(**given))[1]
        try:
            device.send(create)
        finally:
            deriving.derive_record = real
        assert len(seen) == 1 and Visit.objects.get().household == household_of(create)
        assert AwaitedRecord.objects.count() == 20

    def test_of_many_the_rest_come_by_jobs(self, device: Device) -> None:
        create = device.envelope()
        for _ in range(8):
            device.send(device.visit(create["record"]))
        device.send(create)
        assert Visit.objects.count() == 5 and Job.objects.filter(name="intake.derive", state="waiting").count() == 3
        run_waiting_jobs()
        assert Visit.objects.count() == 8 and AwaitedRecord.objects.count() == 0
