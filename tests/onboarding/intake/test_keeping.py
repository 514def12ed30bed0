"""After 90 days the raw words hold no personal numbers any more; what stands in the register stays."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from core.kit import clock
from onboarding.households.models import Household
from onboarding.intake.actions.deriving import derive_record
from onboarding.intake.actions.issues import OURS, decide_issue
from onboarding.intake.actions.keeping import redact_texts
from onboarding.intake.models import DisputedSubmission, IntakeIssue, IntakeRecord, Submission, SubmissionText
from onboarding.intake.pages import lines_of
from onboarding.intake.refusals import NotTaken
from tests.onboarding.intake.sending import FACTS, Device, raw_of
from tests.people import People

SECRETS = {
    "personal_id": "066190001234",
    "tax_code": "8012345678",
    "bank_bin": "970405",
    "bank_account": "123456789012",
}


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    then = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: then)


def whole(device: Device) -> dict[str, Any]:
    made = device.envelope(facts=FACTS | SECRETS)
    assert device.send(made).receipt["state"] == "applied"
    return made


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Submission, DisputedSubmission)]


def derived() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Household, IntakeRecord)]


def test_old_texts_lose_their_numbers_and_nothing_else(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    made = whole(device)
    device.send(device.visit(made["record"], note="Gọi số 0912345678"))
    unchangeable, register = rows(), derived()
    later(monkeypatch, 89)
    assert redact_texts() == 0
    assert json.loads(SubmissionText.objects.order_by("pk")[0].body)["facts"]["personal_id"] == SECRETS["personal_id"]
    later(monkeypatch, 2)
    assert redact_texts() == 2
    first, visit = (text.body for text in SubmissionText.objects.order_by("pk"))
    gone = dict.fromkeys(("personal_id", "tax_code", "bank_account", "phone"), "redacted")
    assert json.loads(first) == made | {"facts": made["facts"] | gone}
    assert json.loads(visit)["note"] == "redacted"
    assert (rows(), derived()) == (unchangeable, register)
    assert redact_texts() == 0


def test_reading_anew_leaves_what_was_cut_alone(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    made = whole(device)
    later(monkeypatch, 91)
    redact_texts()
    register = derived()
    call_command("derive_intake")
    assert derived() == register
    device.send(device.edit(made, {"head_name": "Tên mới"}, {"head_name": FACTS["head_name"]}))
    assert Household.objects.get(record_id=made["record"]).head_name == "Tên mới", "later edits still arrive"
    assert not derive_record(record_id=Submission.objects.latest("pk").record_id, again=True).rewritten


def test_what_waits_for_a_person_stays_whole_until_it_is_decided(
    device: Device, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = whole(device)
    again = made | {"facts": made["facts"] | {"phone": "0987654321"}}
    with pytest.raises(NotTaken):  # both are kept
        device.send(raw_of(again))
    later(monkeypatch, 91)
    assert redact_texts() == 0
    issue = IntakeIssue.objects.get()
    decide_issue(issue=issue, decision=OURS, by=people.viewer("chi"))
    assert redact_texts() == 2
    assert not any("987654321" in text.body or "066190001234" in text.body for text in SubmissionText.objects.all())


def test_a_second_sending_after_the_cut_can_still_be_looked_at(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    made = whole(device)
    later(monkeypatch, 91)
    redact_texts()
    with pytest.raises(NotTaken):  # both are kept
        device.send(raw_of(made | {"facts": made["facts"] | {"phone": "0987654321"}}))
    assert [line.was for line in lines_of(IntakeIssue.objects.get(), None)] == ["đã lược sau 90 ngày"]


def test_a_refused_text_that_was_cut_does_not_stop_its_record(
    device: Device, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = whole(device)
    Household.objects.filter(record_id=made["record"]).update(ended_on=clock.today())
    edit = device.edit(
        made, {"phone": "0987654321"}, {"phone": "678"}, consents={"contact": False}, means="spoken", notice=1
    )
    assert device.send(edit).receipt["state"] == "refused"
    decide_issue(issue=IntakeIssue.objects.get(), decision="seen", by=people.viewer("chi"))
    later(monkeypatch, 91)
    assert redact_texts() == 2
    derive_record(record_id=Submission.objects.latest("pk").record_id, again=True)
