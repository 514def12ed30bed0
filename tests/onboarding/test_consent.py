"""What counts as a yes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.queries import SYSTEM
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Consent, Notice, Purpose
from onboarding.consent.queries import agreeing, current_notice, has_consent
from onboarding.consent.reference import load_notices
from onboarding.producers.actions import register_producer
from onboarding.producers.models import Producer
from tests.people import People

ASKED = [Purpose.PUBLICATION, Purpose.PLATFORM, Purpose.CONTACT]


def made(people: People, kind: str) -> Producer:
    return register_producer(kind=kind, name="Nhà Lý", commune=people.commune, phone="", by=SYSTEM)


def answered(producer: Producer) -> dict[str, bool]:
    return {purpose.value: has_consent(producer, purpose) for purpose in ASKED}


@pytest.mark.parametrize("kind", ["farm_household", "business_household", "cooperative_group"])
def test_silence_is_no(people: People, kind: str) -> None:
    assert answered(made(people, kind)) == {"publication": False, "platform": False, "contact": False}


@pytest.mark.parametrize("kind", ["company", "cooperative", "association"])
def test_legal_persons_need_not_be_asked_but_for_the_phone(people: People, kind: str) -> None:
    producer = made(people, kind)
    assert answered(producer) == {"publication": True, "platform": True, "contact": False}
    shown = Producer.objects.filter(agreeing(Purpose.CONTACT))
    assert producer not in shown
    record_consents(producer=producer, answers={"contact": True}, means="online", by=SYSTEM)
    assert answered(producer)["contact"] and producer in shown.all()


def test_the_last_answer_to_each_purpose_counts_and_none_is_overwritten(people: People) -> None:
    producer = made(people, "farm_household")
    for answers in ({"platform": True}, {"platform": False, "contact": True}, {"platform": True}, {"contact": False}):
        record_consents(producer=producer, answers=answers, means="spoken", by=SYSTEM)
    assert answered(producer) == {"publication": False, "platform": True, "contact": False}
    rows = Consent.objects.filter(producer=producer).order_by("pk").values_list("purpose", "given")
    assert sorted(rows) == sorted(
        [
            ("platform", True),
            ("register", True),
            ("platform", False),
            ("contact", True),
            ("platform", True),
            ("contact", False),
        ]
    )


def test_of_two_answers_in_one_moment_the_later_row_counts(people: People) -> None:
    producer = made(people, "farm_household")
    with time_machine.travel("2026-05-01T03:00:00Z", tick=False):
        record_consents(producer=producer, answers={"platform": True}, means="spoken", by=SYSTEM)
        record_consents(producer=producer, answers={"platform": False}, means="spoken", by=SYSTEM)
    assert not has_consent(producer, Purpose.PLATFORM)


def test_one_yes_says_nothing_about_another_producer(people: People) -> None:
    asked, other = made(people, "farm_household"), made(people, "farm_household")
    record_consents(producer=asked, answers={"platform": True}, means="spoken", by=SYSTEM)
    assert (has_consent(asked, Purpose.PLATFORM), has_consent(other, Purpose.PLATFORM)) == (True, False)


@pytest.mark.parametrize("purpose", ["register", "marketing", ""])
def test_only_what_is_asked_can_be_answered(people: People, purpose: str) -> None:
    producer = made(people, "farm_household")
    before = (Consent.objects.count(), AuditEntry.objects.count())
    with pytest.raises(ValueError):
        record_consents(producer=producer, answers={"platform": True, purpose: True}, means="spoken", by=SYSTEM)
    assert (Consent.objects.count(), AuditEntry.objects.count()) == before


def test_an_answer_keeps_the_words_that_were_read(people: People) -> None:
    producer = made(people, "farm_household")
    first = current_notice()
    [consent] = [
        row
        for row in record_consents(producer=producer, answers={"platform": True}, means="paper", by=SYSTEM)
        if row.purpose == Purpose.PLATFORM
    ]
    Notice.objects.create(version=2, text="Lời mới", valid_from=clock.today())
    Notice.objects.create(version=3, text="Ngày mai", valid_from=clock.today() + timedelta(days=1))
    assert current_notice().version == 2
    assert Consent.objects.get(pk=consent.pk).notice == first
    load_notices()
    assert Notice.objects.get(pk=first.pk).text == first.text


def test_a_notice_that_was_read_is_never_rewritten(people: People) -> None:
    Notice.objects.filter(version=1).update(text="Lời đã đọc")
    load_notices()
    assert Notice.objects.get(version=1).text == "Lời đã đọc"


def test_without_a_notice_nobody_can_be_asked(people: People) -> None:
    with time_machine.travel("2025-12-31T03:00:00Z"):
        assert clock.today() == date(2025, 12, 31)
        with pytest.raises(Notice.DoesNotExist):
            current_notice()
