"""What waits, what is forced, what comes back; conflicts field by field; deriving again."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.audit.models import AuditEntry
from core.jobs.models import Job
from core.jobs.work.runner import run_waiting_jobs
from onboarding.households.actions import change_household, end_household, facts_of
from onboarding.households.models import Household, HouseholdPhoto
from onboarding.intake import jobs
from onboarding.intake.actions import deriving, photos, receiving
from onboarding.intake.actions.deriving import derive_record
from onboarding.intake.actions.issues import DecisionRefused, decide_issue
from onboarding.intake.forms import household_1
from onboarding.intake.models import IntakeIssue, IntakeRecord, RecordKind, Submission, SubmissionState
from onboarding.intake.refusals import NotTaken
from onboarding.intake.registry import FormVersion, current_forms, forget_form, register_form
from onboarding.producers.models import Producer
from onboarding.visits.models import TrainingSession, Visit
from tests.onboarding.intake.sending import FACTS, Device, sha256
from tests.onboarding.matching.households import household
from tests.people import People, jpeg


def household_of(envelope: dict[str, Any]) -> Household:
    return Household.objects.get(record_id=envelope["record"])


def state_of(envelope: dict[str, Any]) -> tuple[str, bool]:
    row = SubmissionState.objects.get(submission__submission_id=envelope["submission"])
    return row.state, row.is_forced


def later(**time: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**time))


class TestWaiting:
    def test_a_gap_holds_what_comes_after_it(self, device: Device) -> None:
        create = device.envelope()
        second = device.edit(create, {"has_e_wallet": True}, {"has_e_wallet": None})
        third = device.edit(create, {"has_e_wallet": False}, {"has_e_wallet": True}, sequence=3)
        device.send(create)
        assert device.send(third).receipt["state"] == "waiting" and household_of(create).has_e_wallet is None
        device.send(second)
        assert household_of(create).has_e_wallet is False and state_of(third) == ("applied", False)
        words = AuditEntry.objects.filter(action__startswith="intake.").order_by("pk").values_list("action", flat=True)
        assert list(words) == ["intake.applied", "intake.held", "intake.applied", "intake.applied"]

    def test_five_days_later_without_the_gap(self, device: Device) -> None:
        create = device.envelope()
        third = device.edit(create, {"has_e_wallet": True}, {"has_e_wallet": None}, sequence=3)
        device.send(create)
        device.send(third)
        with later(days=4, hours=23):
            jobs.derive_waiting()
            assert state_of(third) == ("waiting", False)
        with later(days=5, minutes=1):
            assert jobs.derive_waiting() == 1
            assert state_of(third) == ("applied", True) and household_of(create).has_e_wallet is True
            assert IntakeIssue.objects.get().kind == "forced"
            assert AuditEntry.objects.filter(action="intake.forced").count() == 1
            assert jobs.derive_waiting() == 0
            second = device.edit(
                create, {"birth_year": 1970, "has_e_wallet": False}, {"birth_year": None, "has_e_wallet": None}
            )
            assert device.send(second).receipt["conflict"] is True
        household = household_of(create)
        assert (household.birth_year, household.has_e_wallet) == (1970, True)

    def test_an_edit_whose_household_never_comes_is_kept_and_comes_back(self, device: Device) -> None:
        create = device.envelope()
        edit = device.edit(create, {"birth_year": 1970}, {"birth_year": None})
        device.send(edit)
        with later(days=5, minutes=1):
            assert jobs.derive_waiting() == 1
            assert state_of(edit) == ("refused", False) and IntakeIssue.objects.get().kind == "refused"
            assert json.loads(Submission.objects.get().text.body)["facts"] == {"birth_year": 1970}
            assert jobs.derive_waiting() == 0
            device.send(create)
        assert state_of(edit) == ("applied", False) and household_of(create).birth_year == 1970
        assert IntakeIssue.objects.get().decision == "came_after_all"

    def test_a_killed_process_is_made_up_for(self, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
        create = device.envelope()
        with monkeypatch.context() as patch:
            patch.setattr(receiving, "understand", lambda number: None)
            assert device.send(create).receipt["state"] == "waiting"
        assert jobs.derive_waiting() == 0  # a request may still be at it
        with later(minutes=1):
            assert jobs.derive_waiting() == 1
        assert state_of(create) == ("applied", False)


class TestOutings:
    def test_a_visit_waits_for_its_household(self, people: People, device: Device) -> None:
        create = device.envelope()
        visit = device.visit(create["record"], note="Đã dạy mở tài khoản")
        assert device.send(visit).receipt["state"] == "waiting" and Visit.objects.count() == 0
        device.send(create)
        row = Visit.objects.get(record_id=visit["record"])
        assert (row.household, row.hamlet, row.visited_by, row.taught, row.note) == (
            household_of(create), people.hamlet, people.users["hanh"], ["account"], "Đã dạy mở tài khoản",
        )  # fmt: skip
        assert state_of(visit) == ("applied", False)

    def test_a_visit_at_no_household(self, device: Device) -> None:
        visit = device.visit(None)
        for _ in range(2):
            assert device.send(visit).receipt["state"] == "applied"
        assert Visit.objects.get().household is None

    def test_a_session_counts_who_never_came_into_the_register(self, device: Device) -> None:
        create = device.envelope()
        device.send(create)
        session = device.session([create["record"], str(uuid.uuid4())], others=3)
        assert device.send(session).receipt["state"] == "waiting"
        with later(days=6):
            jobs.derive_waiting()
        assert state_of(session) == ("applied", True)
        came = TrainingSession.objects.get().attendance.order_by("pk").values_list("household", "others")
        assert list(came) == [(household_of(create).pk, 0), (None, 4)]

    def test_a_visit_cannot_be_edited(self, device: Device) -> None:
        with pytest.raises(NotTaken) as caught:
            device.send(device.visit(None, op="edit"))
        assert caught.value.status == 422

    def test_a_record_of_another_kind_is_refused(self, device: Device) -> None:
        visit = device.visit(None)
        device.send(visit)
        assert device.send(device.envelope(record=visit["record"])).receipt["state"] == "refused"
        assert Household.objects.filter(record_id=visit["record"]).count() == 0


class TestFieldByField:
    def test_the_register_may_say_was_or_the_new_or_something_else(self, people: People, device: Device) -> None:
        create = device.envelope()
        device.send(create)
        officer = people.viewer("phuong")
        change_household(household=household_of(create), changes={"birth_year": 1971, "sex": "female"}, by=officer)
        edit = device.edit(
            create,
            {"birth_year": 1970, "sex": "female", "has_e_wallet": True, "head_name": "Điểu Thị Hoa Mai"},
            {"birth_year": None, "sex": "", "has_e_wallet": None, "head_name": "Điểu Thị Hoa"},
        )
        receipt = device.send(edit).receipt
        facts = facts_of(household_of(create))
        assert (facts.birth_year, facts.sex, facts.has_e_wallet, facts.head_name) == (
            1971,
            "female",
            True,
            "Điểu Thị Hoa Mai",
        )
        assert (receipt["state"], receipt["conflict"]) == ("applied", True)
        issue = IntakeIssue.objects.get()
        assert (issue.kind, json.loads(issue.detail)) == ("field_conflict", {"birth_year": [None, 1970, 1971]})

    def test_what_the_device_is_never_told(self, device: Device) -> None:
        """Of a phone it knows the last three digits; of the personal ID nothing, so it may only fill it in."""
        create = device.envelope()
        device.send(create)
        first = device.edit(create, {"phone": "0987 654 321", "personal_id": "077203000123"}, {"phone": "678"})
        assert device.send(first).receipt["conflict"] is False
        household = household_of(create)
        assert (household.phone, household.personal_id_end) == ("+84987654321", "123")
        second = device.edit(
            create, {"phone": "0905111222", "personal_id": "077203000999"}, {"phone": "678"}, sequence=3
        )
        assert device.send(second).receipt["conflict"] is True
        assert (household_of(create).phone, household_of(create).personal_id_end) == ("+84987654321", "123")
        assert json.loads(IntakeIssue.objects.get().detail)["personal_id"] == ["", "…999", ""]

    def test_an_owner_without_a_phone_is_not_written(self, device: Device) -> None:
        create = device.envelope(facts=FACTS | {"phone": "", "phone_owner": "none"})
        device.send(create)
        edit = device.edit(create, {"phone_owner": "own"}, {"phone_owner": "none"})
        assert device.send(edit).receipt["conflict"] is True
        assert household_of(create).phone_owner == "none"

    def test_a_household_that_left_the_register(self, people: People, device: Device) -> None:
        create = device.envelope()
        device.send(create)
        end_household(household=household_of(create), reason="moved", by=people.viewer("chi"))
        edit = device.edit(create, {"birth_year": 1970}, {"birth_year": None})
        assert device.send(edit).receipt["state"] == "refused" and household_of(create).birth_year is None

    def test_one_that_no_device_made(self, people: People, device: Device) -> None:
        household = people.producer.household
        assert household is not None
        edit = device.envelope(
            record=str(household.record_id), op="edit", facts={"birth_year": 1960}, was={"birth_year": None}, consents={},
        )  # fmt: skip
        assert device.send(edit).receipt["household"] == household.pk
        household.refresh_from_db()
        assert household.birth_year == 1960


class TestDeciding:
    @pytest.fixture
    def issue(self, people: People, device: Device) -> IntakeIssue:
        create = device.envelope()
        device.send(create)
        change_household(household=household_of(create), changes={"birth_year": 1971}, by=people.viewer("phuong"))
        device.send(device.edit(create, {"birth_year": 1970}, {"birth_year": None}))
        return IntakeIssue.objects.get()

    def test_theirs(self, people: People, issue: IntakeIssue) -> None:
        decide_issue(issue=issue, decision="theirs", by=people.viewer("chi"))
        household = Household.objects.get(record_id=issue.submission.record_id)
        assert household.birth_year == 1970
        with pytest.raises(DecisionRefused):
            decide_issue(issue=issue, decision="ours", by=people.viewer("chi"))
        again = derive_record(record_id=issue.submission.record_id, again=True)
        assert (again.rewritten, again.kept) == ([], [])

    def test_ours(self, people: People, issue: IntakeIssue) -> None:
        decide_issue(issue=issue, decision="ours", by=people.viewer("chi"))
        assert Household.objects.get(record_id=issue.submission.record_id).birth_year == 1971
        assert derive_record(record_id=issue.submission.record_id, again=True).rewritten == []

    @pytest.mark.parametrize("name", ["hanh", "dung", "an"])
    def test_not_by_others(self, people: People, issue: IntakeIssue, name: str) -> None:
        with pytest.raises(PermissionError):
            decide_issue(issue=issue, decision="theirs", by=people.viewer(name))
        issue.refresh_from_db()
        assert issue.decided_at is None


class TestAgain:
    def test_a_second_time_changes_nothing(self, device: Device) -> None:
        create = device.envelope()
        device.send(create)
        device.send(device.edit(create, {"birth_year": 1970}, {"birth_year": None}))
        before = (Household.objects.values().get(record_id=create["record"]), AuditEntry.objects.count())
        kept = IntakeRecord.objects.values("derived_at").get()
        for again in (False, True):
            done = derive_record(record_id=uuid.UUID(create["record"]), again=again)
            assert (done.applied, done.rewritten, done.kept) == (0, [], [])
        assert before == (Household.objects.values().get(record_id=create["record"]), AuditEntry.objects.count())
        assert kept == IntakeRecord.objects.values("derived_at").get()

    def test_a_mended_parser_rewrites_but_undoes_no_person(
        self, people: People, device: Device, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = device.envelope(facts=FACTS | {"sex": "female", "birth_year": 1970})
        device.send(create)
        officer = people.viewer("phuong")
        change_household(household=household_of(create), changes={"birth_year": 1965}, by=officer)

        def mended(body: Any) -> Any:
            said = household_1(body)
            said.facts.update({"head_name": "Điểu Thị Hoà", "birth_year": 1969, "has_e_wallet": True})
            return said

        register_form(FormVersion("household/1", RecordKind.HOUSEHOLD, mended))
        try:
            done = derive_record(record_id=uuid.UUID(create["record"]), again=True)
        finally:
            register_form(FormVersion("household/1", RecordKind.HOUSEHOLD, household_1))
        facts = facts_of(household_of(create))
        assert (done.rewritten, done.kept) == (["has_e_wallet", "head_name"], ["birth_year"])
        assert (facts.head_name, facts.birth_year, facts.has_e_wallet) == ("Điểu Thị Hoà", 1965, True)


class TestOldForms:
    @pytest.fixture(autouse=True)
    def second_version(self) -> Iterator[None]:
        """household/2 asks for the name as two fields; household/1 was retired on 1 March 2027."""

        def household_2(body: Any) -> Any:
            facts = dict(body["facts"])
            facts["head_name"] = f"{facts.pop('family_name')} {facts.pop('given_name')}"
            return household_1(body | {"facts": facts})

        register_form(FormVersion("household/2", RecordKind.HOUSEHOLD, household_2))
        register_form(FormVersion("household/1", RecordKind.HOUSEHOLD, household_1, retired_on=date(2027, 3, 1)))
        yield
        forget_form("household/2")
        register_form(FormVersion("household/1", RecordKind.HOUSEHOLD, household_1))

    def test_both_are_understood(self, device: Device) -> None:
        facts = {name: value for name, value in FACTS.items() if name != "head_name"}
        new = device.envelope(form="household/2", facts=facts | {"family_name": "Điểu", "given_name": "Hoa"})
        with time_machine.travel("2027-05-30 10:00+07:00"):
            old = device.envelope()
            device.send(new)
            device.send(old)
            assert current_forms()["household"] == "household/2"
        assert (household_of(new).head_name, household_of(old).head_name) == ("Điểu Hoa", "Điểu Thị Hoa")

    def test_ninety_days_and_one(self, device: Device) -> None:
        with time_machine.travel("2027-05-30 10:00+07:00"):
            taken = device.envelope()
            first = device.send(taken).receipt
        with time_machine.travel("2027-05-31 10:00+07:00"):
            with pytest.raises(NotTaken) as caught:
                device.send(device.envelope())
            assert (caught.value.status, caught.value.code) == (426, "form_too_old")
            assert device.send(taken).receipt == first  # what is known stays known


def test_the_command_reads_everything_again(device: Device, capsys: pytest.CaptureFixture[str]) -> None:
    create = device.envelope()
    device.send(create)
    call_command("derive_intake")
    assert capsys.readouterr().out.startswith("1 records: 0 submissions newly applied, 0 records rewritten")
    with pytest.raises(CommandError):
        call_command("derive_intake", record=uuid.uuid4())


def test_an_edit_reaches_the_producer(device: Device) -> None:
    create = device.envelope()
    device.send(create)
    changed = {"phone": "0987 654 321"}
    device.send(device.edit(create, changed, {"phone": "678"}, selling_name="Điều nhà Hoa"))
    producer = Producer.objects.get(household__record_id=create["record"])
    assert (producer.name, producer.phone) == ("Điều nhà Hoa", "+84987654321")
    Producer.objects.filter(pk=producer.pk).update(phone="+84911111111")  # a phone of its own, by now
    device.send(device.edit(create, {"phone": "0912 345 678"}, {"phone": "321"}, sequence=3))
    producer.refresh_from_db()
    assert (producer.name, producer.phone) == ("Điều nhà Hoa", "+84911111111")
    assert household_of(create).phone == "+84912345678"


class TestWhenMuchComesAtOnce:
    """Storing goes first; a job derives."""

    @pytest.fixture(autouse=True)
    def busy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        leisure = receiving.Leisure(rest=1e12)
        with leisure.taken() as first, leisure.taken() as second:
            assert (first, second) == (True, False)
        monkeypatch.setattr(receiving, "LEISURE", leisure)

    def test_one_job_derives_many(self, device: Device) -> None:
        creates = [device.envelope() for _ in range(3)]
        edit = device.edit(creates[0], {"birth_year": 1970}, {"birth_year": None})
        receipts = [device.send(each).receipt for each in (edit, *creates)]
        assert {(each["state"], each["complete"], each["household"]) for each in receipts} == {("waiting", True, None)}
        households = Household.objects.filter(record_id__in=[each["record"] for each in creates])
        job = Job.objects.get(name="intake.derive")
        assert (job.arguments, households.count()) == ({"device": str(device.device_id)}, 0)
        assert run_waiting_jobs() == 1
        assert households.count() == 3 and household_of(creates[0]).birth_year == 1970
        assert [device.send(each).receipt["state"] for each in creates] == ["applied"] * 3
        assert Job.objects.get(name="intake.derive").state == "done"

    def test_one_that_breaks_gets_a_job_of_its_own(self, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
        broken, whole = device.envelope(), device.envelope()
        real = deriving.create_household

        def fragile(submission: Submission, envelope: Any) -> Any:
            if str(submission.record_id) == broken["record"]:
                raise ZeroDivisionError
            return real(submission, envelope)

        for each in (broken, whole):
            device.send(each)
        with monkeypatch.context() as patch:
            patch.setattr(deriving, "create_household", fragile)
            receiving.derive_device(device.device_id)
        assert state_of(broken)[0] == "waiting" and state_of(whole)[0] == "applied"
        assert {"record": broken["record"]} in Job.objects.values_list("arguments", flat=True)

    def test_a_photo_that_comes_meanwhile_is_there(self, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
        """The job derives after the photo's call has looked at the submission, before the photo is noted."""
        photo = jpeg()
        create = device.envelope(photos=[sha256(photo)])
        device.send(create)
        real = photos.take_photo

        def slow(**given: Any) -> Any:
            assert run_waiting_jobs() == 1
            return real(**given)

        monkeypatch.setattr(photos, "take_photo", slow)
        assert device.send_photo(create, photo)["state"] == "applied"
        assert HouseholdPhoto.objects.filter(household=household_of(create)).count() == 1

    def test_what_storing_costs(self, device: Device, django_assert_max_num_queries: Any) -> None:
        device.send(device.envelope())
        with django_assert_max_num_queries(19):
            assert device.send(device.envelope()).receipt["complete"]


def test_after_deriving_a_process_rests() -> None:
    leisure = receiving.Leisure(rest=50)
    with leisure.taken() as now:
        assert now
        time.sleep(0.01)
    ended = time.monotonic()
    with leisure.taken() as now:
        assert not now
    while not now and time.monotonic() < ended + 60:
        time.sleep(0.05)
        with leisure.taken() as now:
            pass
    assert now and time.monotonic() - ended >= 0.4


class TestFromAList:
    def edit(self, device: Device, home: Household, **said: Any) -> None:
        frame = {
            "record": str(home.record_id),
            "op": "edit",
            "facts": {},
            "was": {},
            "consents": {},
            "means": "",
            "notice": 0,
        }
        device.send(device.envelope(**frame | said))

    def test_who_was_only_listed_begins_to_sell_at_the_door(self, people: People, device: Device) -> None:
        home = household(people.hamlet, "Hồ Văn Cũ", phone="+84912345678")
        consents = {"publication": True, "platform": True, "contact": False}
        accounts = [{"platform": "voso", "link": "", "seller_id": "S1"}]
        self.edit(device, home, consents=consents, means="spoken", notice=1, accounts=accounts, selling_name="Điều Hồ")
        producer = home.producers.get()
        assert (producer.name, producer.kind, producer.phone) == ("Điều Hồ", "farm_household", "+84912345678")
        assert {each.purpose for each in producer.consents.all() if each.given} == {
            "register", "publication", "platform"
        }  # fmt: skip
        assert [account.seller_id for account in producer.platform_accounts.all()] == ["S1"]
        assert producer.memberships.filter(right="owner").count() == 1

    def test_an_edit_of_facts_alone_makes_no_seller(self, people: People, device: Device) -> None:
        home = household(people.hamlet, "Hồ Văn Cũ", phone="+84912345678")
        self.edit(device, home, facts={"has_e_wallet": True}, was={"has_e_wallet": None})
        home.refresh_from_db()
        assert home.has_e_wallet and not home.producers.exists()
