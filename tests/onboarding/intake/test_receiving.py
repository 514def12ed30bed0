"""Taking submissions: whole results, the same again, other bytes, and everything that is not taken."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.places.models import Hamlet, HamletLink
from onboarding.consent.actions import record_consents
from onboarding.consent.queries import last_answers
from onboarding.households.actions import facts_of
from onboarding.households.models import Household
from onboarding.intake.actions.deriving import derive_record
from onboarding.intake.actions.devices import lock_device
from onboarding.intake.models import DisputedSubmission, IntakeIssue, Submission, SubmissionText
from onboarding.intake.refusals import NotTaken
from onboarding.producers.models import Membership, Producer
from tests.onboarding.intake.sending import FACTS, Device, raw_of, sha256
from tests.people import People


def everything() -> tuple[int, ...]:
    """How many rows there are of whatever a submission may make."""
    tables = (Submission, SubmissionText, DisputedSubmission, IntakeIssue, Household, Producer, AuditEntry, User)
    return tuple(table._default_manager.count() for table in tables)


def refused(device: Device, envelope: dict[str, Any] | bytes) -> tuple[int, str]:
    """Status and code of a sending that must change nothing."""
    before = everything()
    with pytest.raises(NotTaken) as caught:
        device.send(envelope)
    assert everything() == before
    assert caught.value.sentence.endswith(".")
    return caught.value.status, caught.value.code


def test_a_household_from_the_door(people: People, device: Device) -> None:
    envelope = device.envelope(accounts=[{"platform": "voso", "link": "", "seller_id": "HOA1"}])
    received = device.send(envelope)
    household = Household.objects.get(record_id=envelope["record"])
    assert received.is_new and received.receipt == {
        "submission": envelope["submission"], "record": envelope["record"], "sha256": sha256(raw_of(envelope)),
        "received_at": received.submission.received_at.isoformat(), "state": "applied", "reason": "", "conflict": False,
        "photos": {"arrived": [], "missing": [], "refused": []}, "complete": True, "household": household.pk,
        "maybe_duplicates": 0,
    }  # fmt: skip
    facts = facts_of(household)
    assert (facts.head_name, facts.phone, facts.phone_owner, facts.hamlet) == (
        "Điểu Thị Hoa", "+84912345678", "own", people.hamlet,
    )  # fmt: skip
    assert [(line.kind, line.goods, line.area_m2, line.season) for line in facts.production] == [
        ("trees", "điều", 15000, "tháng 2–4")
    ]
    assert (household.source, household.registered_by) == ("field", people.users["hanh"])
    producer = household.producers.get()
    assert (producer.name, producer.kind, producer.phone) == ("Điểu Thị Hoa", "farm_household", "+84912345678")
    assert last_answers(producer) == {"publication": True, "platform": False, "contact": False, "register": True}
    owner = Membership.objects.get(producer=producer)
    assert (owner.right, owner.user.phone) == ("owner", "+84912345678")
    assert producer.platform_accounts.get().seller_id == "HOA1"


def test_the_same_again_changes_nothing(device: Device) -> None:
    raw = raw_of(device.envelope())
    first = device.send(raw)
    before = everything()
    again = device.send(raw)
    assert not again.is_new and again.receipt == first.receipt and everything() == before


def test_other_bytes_are_kept_and_never_written(device: Device) -> None:
    envelope = device.envelope()
    first = device.send(envelope)
    for _ in range(2):
        with pytest.raises(NotTaken) as caught:
            device.send(envelope | {"facts": FACTS | {"head_name": "Người Khác"}})
        assert (caught.value.status, caught.value.code) == (409, "other_bytes")
        assert caught.value.extra["receipt"] == first.receipt | {"conflict": True}
    dispute = DisputedSubmission.objects.get()
    assert "Người Khác" in dispute.text.body and IntakeIssue.objects.get().dispute == dispute
    assert Household.objects.get(record_id=envelope["record"]).head_name == "Điểu Thị Hoa"


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"v": 2}, (422, "invalid")),
        ({"form": "household/9"}, (422, "invalid")),
        ({"form": "visit/1"}, (422, "invalid")),
        ({"kind": "papers"}, (422, "invalid")),
        ({"op": "delete"}, (422, "invalid")),
        ({"sequence": 0}, (422, "invalid")),
        ({"sequence": True}, (422, "invalid")),
        ({"sequence": 10**30}, (422, "invalid")),
        ({"record": "1"}, (422, "invalid")),
        ({"record": None}, (422, "invalid")),
        ({"hamlet": 999_999_999}, (422, "invalid")),
        ({"hamlet": "12"}, (422, "invalid")),
        ({"entered_at": "hôm qua"}, (422, "invalid")),
        ({"entered_at": "0001-01-01T00:00:00+14:00"}, (422, "invalid")),
        ({"facts": []}, (422, "invalid")),
        ({"facts": {}}, (422, "invalid")),
        ({"facts": FACTS | {"phone": "12"}}, (422, "invalid")),
        ({"facts": FACTS | {"phone": ""}}, (422, "invalid")),
        ({"facts": FACTS | {"shoe_size": 40}}, (422, "invalid")),
        ({"facts": FACTS | {"head_name": "\u200b"}}, (422, "invalid")),
        ({"facts": FACTS | {"head_name": "\ud800"}}, (422, "invalid")),
        ({"facts": FACTS | {"birth_year": 1800}}, (422, "invalid")),
        ({"facts": FACTS | {"personal_id": "123"}}, (422, "invalid")),
        ({"facts": FACTS | {"production": [{"kind": "trees"}, {"kind": "trees"}]}}, (422, "invalid")),
        ({"consents": {"publication": "yes"}}, (422, "invalid")),
        ({"consents": {"register": True}}, (422, "invalid")),
        ({"means": "online"}, (422, "invalid")),
        ({"notice": 77}, (422, "invalid")),
        ({"photos": ["x"]}, (422, "invalid")),
        ({"photos": ["a" * 64] * 2}, (422, "invalid")),
        ({"entered_by": 1}, (403, "not_yours")),
    ],
)
def test_what_is_not_taken_changes_nothing(device: Device, changes: dict[str, Any], answer: tuple[int, str]) -> None:
    envelope = device.envelope() | changes
    raw = json.dumps(envelope).encode()
    assert refused(device, raw) == answer


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b'{"a": NaN}', b"[" * 5000, b"\xef\xbb\xbf{}"])
def test_bytes_that_are_no_envelope(device: Device, raw: bytes) -> None:
    assert refused(device, raw) == (422, "invalid")


def test_only_where_one_is_sent(people: People, device: Device) -> None:
    elsewhere = Hamlet.objects.create(commune=people.commune.parent.children.exclude(pk=people.commune.pk)[0], name="X")
    assert refused(device, device.envelope(hamlet=elsewhere.pk)) == (403, "not_your_hamlet")
    other = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
    give_grant(
        user=people.users["dung"], role=Role.TEAM_MEMBER, unit=people.commune, hamlet=people.hamlet, given_by=SYSTEM
    )
    member = Device.enrolled(people, "dung")
    assert refused(member, member.envelope(hamlet=other.pk)) == (403, "not_your_hamlet")
    assert member.send(member.envelope()).is_new
    officer = Device.enrolled(people, "chi")
    assert officer.send(officer.envelope(hamlet=other.pk)).is_new


def test_a_household_elsewhere_is_not_edited_through_an_own_hamlet(people: People, device: Device) -> None:
    envelope = device.envelope()
    device.send(envelope)
    other = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
    give_grant(user=people.users["dung"], role=Role.TEAM_MEMBER, unit=people.commune, hamlet=other, given_by=SYSTEM)
    member = Device.enrolled(people, "dung")
    edit = member.edit(envelope, {"head_name": "Dũng Sửa"}, {"head_name": "Điểu Thị Hoa"}, hamlet=other.pk)
    assert member.send(edit).receipt["state"] == "refused"
    assert Household.objects.get(record_id=envelope["record"]).head_name == "Điểu Thị Hoa"
    assert IntakeIssue.objects.get().kind == "refused"


def test_a_locked_device_sends_nothing(people: People, device: Device) -> None:
    envelope = device.envelope()
    device.send(envelope)
    lock_device(device=device.row, by=people.viewer("chi"))
    assert refused(device, device.envelope()) == (403, "device_locked")
    assert refused(device, envelope) == (403, "device_locked")


def test_a_hamlet_that_ended_is_what_it_became(people: People, device: Device) -> None:
    new = Hamlet.objects.create(commune=people.commune, name="Thôn mới", valid_from=clock.today())
    old = Hamlet.objects.create(commune=people.commune, name="Thôn cũ", valid_to=clock.today())
    HamletLink.objects.create(old=old, new=new, on=clock.today(), kind="whole")
    envelope = device.envelope(hamlet=old.pk)
    assert device.send(envelope).receipt["state"] == "applied"
    assert Household.objects.get(record_id=envelope["record"]).hamlet == new


def test_wrong_clocks_are_kept_as_said(device: Device) -> None:
    for said in (timezone.now() + timedelta(days=400), timezone.now() - timedelta(days=9000)):
        envelope = device.envelope(entered_at=said.isoformat(), facts=FACTS | {"phone": "", "phone_owner": "none"})
        submission = device.send(envelope).submission
        assert submission.entered_at == said and abs(submission.received_at - timezone.now()) < timedelta(minutes=1)
        producer = Producer.objects.get(household__record_id=envelope["record"])
        assert producer.consents.filter(at__gt=timezone.now()).count() == 0


class TestConsentTakenBackWhileARecordWaits:
    """Reference case: withdrawn consent while a record waits offline."""

    def yes_again(self, device: Device, envelope: dict[str, Any], entered_at: Any) -> dict[str, Any]:
        answers = {"consents": {"publication": True}, "means": "spoken", "notice": 1}
        return device.edit(envelope, {}, {}, entered_at=entered_at.isoformat(), **answers)

    def test_the_withdrawal_wins(self, people: People, device: Device) -> None:
        envelope = device.envelope()
        device.send(envelope)
        producer = Producer.objects.get(household__record_id=envelope["record"])
        at_the_door = timezone.now()
        record_consents(producer=producer, answers={"publication": False}, means="paper", by=people.viewer("chi"))
        assert device.send(self.yes_again(device, envelope, at_the_door)).receipt["state"] == "applied"
        assert last_answers(producer)["publication"] is False

    def test_a_later_yes_counts(self, people: People, device: Device) -> None:
        envelope = device.envelope()
        device.send(envelope)
        producer = Producer.objects.get(household__record_id=envelope["record"])
        record_consents(producer=producer, answers={"publication": False}, means="paper", by=people.viewer("chi"))
        device.send(self.yes_again(device, envelope, timezone.now()))
        assert last_answers(producer)["publication"] is True

    def test_a_clock_that_runs_ahead_brings_no_yes_back_later(self, people: People, device: Device) -> None:
        envelope = device.envelope(entered_at=(timezone.now() + timedelta(days=30)).isoformat())
        device.send(envelope)
        producer = Producer.objects.get(household__record_id=envelope["record"])
        record_consents(producer=producer, answers={"publication": False}, means="paper", by=people.viewer("chi"))
        assert last_answers(producer)["publication"] is False

    def test_a_no_from_a_slow_clock_counts(self, people: People, device: Device) -> None:
        envelope = device.envelope()
        device.send(envelope)
        producer = Producer.objects.get(household__record_id=envelope["record"])
        long_ago = timezone.now() - timedelta(days=3000)
        answers = {"consents": {"publication": False}, "means": "spoken", "notice": 1}
        device.send(device.edit(envelope, {}, {}, entered_at=long_ago.isoformat(), **answers))
        assert last_answers(producer)["publication"] is False


def test_a_phone_that_opens_a_log_in_already_makes_no_second_one(people: People, device: Device) -> None:
    users = User.objects.count()
    first, second = device.envelope(), device.envelope()
    device.send(first)
    assert device.send(second).receipt["maybe_duplicates"] == 1
    assert User.objects.count() == users + 1
    assert Membership.objects.filter(producer__household__record_id=second["record"]).count() == 0


def test_a_refused_link_is_an_issue_and_no_lost_record(device: Device) -> None:
    accounts = [
        {"platform": "voso", "link": "https://example.com/x", "seller_id": ""},
        {"platform": "sanla", "link": ""},
    ]
    envelope = device.envelope(accounts=accounts)
    assert device.send(envelope).receipt["state"] == "applied"
    issue = IntakeIssue.objects.get()
    assert issue.kind == "refused" and sorted(json.loads(issue.detail)) == ["gian hàng 1", "gian hàng 2"]


def test_what_breaks_while_deriving_leaves_the_raw(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.jobs.models import Job
    from onboarding.intake.actions import deriving

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    envelope = device.envelope()
    with monkeypatch.context() as patch:
        patch.setattr(deriving, "create_household", broken)
        receipt = device.send(envelope).receipt
    assert (receipt["state"], receipt["complete"], receipt["household"]) == ("waiting", True, None)
    assert Submission.objects.get().text.body.encode() == raw_of(envelope)
    assert Job.objects.get(name="intake.derive").arguments == {"record": envelope["record"]}
    assert derive_record(record_id=Submission.objects.get().record_id).applied == 1
    assert Household.objects.filter(record_id=envelope["record"]).count() == 1
