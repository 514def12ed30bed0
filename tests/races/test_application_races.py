"""Two officers of one commune confirm the same application in the same moment: one producer, one owner, one message."""

from __future__ import annotations

import pytest

from core.audit.models import AuditEntry
from core.messages.models import Message
from core.people.actions import give_grant
from core.people.models import Role
from core.people.queries import SYSTEM
from onboarding.producers.applications import actions
from onboarding.producers.applications.actions import NoLongerWaiting, confirm
from onboarding.producers.models import Application, Membership, Producer
from tests.onboarding.producers.applying import application_of
from tests.people import People, make_people
from tests.races.conftest import Gate, at_once, without_row_locks
from tests.races.test_market_races import hold

pytestmark = pytest.mark.usefixtures("committed_db")
CONFIRMED = "application.confirmed"


class TestTwoOfficersConfirm:
    @pytest.fixture
    def people(self, committed_db: None) -> People:
        people = make_people()
        give_grant(user=people.users["dung"], role=Role.COMMUNE, unit=people.commune, given_by=SYSTEM)
        return people

    def press(self, people: People, tax_code: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Gate]:
        asked = application_of(people, "binh", tax_code=tax_code)
        gate = hold(monkeypatch, actions, "register_producer")
        calls = [lambda name=name: confirm(application=asked, by=people.viewer(name)) for name in ("chi", "dung")]
        return sorted(type(answer).__name__ for answer in at_once(*calls)), gate

    def test_without_the_lock_both_believe_that_it_waits(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        before = Producer.objects.count()
        without_row_locks(monkeypatch)
        answers, gate = self.press(people, "0100109106", monkeypatch)
        # Only the tax code's own uniqueness stops the second, and tells the officer something that is not so.
        assert gate.met and answers == ["ApplicationRefused", "Producer"]
        assert Producer.objects.count() == before + 1

    def test_one_confirms_and_the_other_is_told(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        before = Producer.objects.count()
        answers, gate = self.press(people, "0100109106", monkeypatch)
        assert not gate.met and answers == [NoLongerWaiting.__name__, "Producer"]
        assert Producer.objects.count() == before + 1
        producer = Application.objects.get().producer
        assert Membership.objects.filter(producer=producer, right="owner").count() == 1
        assert AuditEntry.objects.filter(action=CONFIRMED).count() == 1
        assert Message.objects.filter(user=people.users["binh"]).count() == 1
