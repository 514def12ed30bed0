"""Two officers make a batch for the same households at once: each household is asked for once."""

from __future__ import annotations

import uuid

import pytest

from core.people.queries import SYSTEM
from onboarding.accounts.models import Platform
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Purpose
from onboarding.households.actions import register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.opening.actions import batches
from onboarding.opening.actions.batches import BatchRefused, make_batch
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.producers.actions import register_producer
from tests.people import People, make_people
from tests.races.conftest import Gate, at_once, without_row_locks
from tests.races.test_market_races import hold

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def people(committed_db: None) -> People:
    """Chi's commune with one household that can be asked for."""
    people = make_people()
    facts = HouseholdFacts("Trần Thị Sáu", people.hamlet, phone="+84912345678", phone_owner="own")
    house = register_household(record_id=uuid.uuid4(), facts=facts, by=SYSTEM)
    producer = register_producer(
        kind="farm_household", name="Hộ Sáu", commune=people.commune, phone="", household=house, by=SYSTEM
    )
    record_consents(producer=producer, answers={Purpose.PLATFORM: True}, means="spoken", by=SYSTEM)
    return people


def press(people: People, monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], Gate]:
    gate = hold(monkeypatch, batches, "standings", after=True)
    voso, chi = Platform.objects.get(code="voso"), people.viewer("chi")
    call = lambda: make_batch(platform=voso, commune=people.commune, hamlet=None, by=chi).lines.count()  # noqa: E731
    return at_once(call, call), gate


def test_without_the_lock_only_the_constraint_stops_the_second(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    without_row_locks(monkeypatch)
    answers, gate = press(people, monkeypatch)
    assert gate.met, "both saw the household as free"
    assert sorted(type(answer).__name__ for answer in answers) == ["BatchRefused", "int"]
    [refusal] = [str(answer) for answer in answers if isinstance(answer, BatchRefused)]
    assert "vừa được đưa vào một lô khác" in refusal
    assert (OpeningBatch.objects.count(), OpeningLine.objects.count()) == (1, 1)


def test_the_second_waits_and_sees_whom_the_first_took(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    answers, gate = press(people, monkeypatch)
    assert not gate.met
    [refusal] = [str(answer) for answer in answers if isinstance(answer, BatchRefused)]
    assert "Không còn hộ nào" in refusal
    assert (OpeningBatch.objects.count(), OpeningLine.objects.count()) == (1, 1)
