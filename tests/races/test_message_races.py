"""Two at once about one message. Each race is first run with its guard switched off, to show that it can be lost at all."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.db.models import UniqueConstraint
from django.db.models.query import QuerySet

from core.jobs.registry import TryLater
from core.messages import contract, registry
from core.messages.actions import deliver, send_message
from core.messages.contract import AdapterFlags, Channel, Outcome, Purpose, SendResult
from core.messages.jobs import send_due
from core.messages.models import Message
from core.messages.registry import MessageKind
from core.people.queries import SYSTEM
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")
PHONE = "+84912345678"


class Counting:
    """Counts what leaves the house; nobody comes home before both have left, or one cannot."""

    flags = AdapterFlags()

    def __init__(self) -> None:
        self.sent, self.gate = 0, Gate()

    def send(self, to: str, text: str, reference: str, *, title: str = "") -> SendResult:
        self.sent += 1
        self.gate()
        return SendResult(Outcome.ACCEPTED, "Đã nhận.", provider_id="1")


@pytest.fixture
def adapter(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Counting:
    counting = Counting()
    monkeypatch.setitem(contract._factories, "counting", lambda: counting)
    settings.MESSAGE_ADAPTERS = settings.MESSAGE_ADAPTERS | {"sms": "counting"}
    words = {Channel.SMS: "core/messages/sign_in_code.sms.txt"}
    monkeypatch.setitem(registry._kinds, "race", MessageKind("race", "race", Purpose.SERVICE, words, urgent=True))
    return counting


def say() -> list[Message]:
    with transaction.atomic():
        return send_message("race", phone=PHONE, context={"code": "1", "minutes": 1}, key="k", by=SYSTEM)


def race_to_send(monkeypatch: pytest.MonkeyPatch) -> tuple[Gate, list[Any]]:
    """Two workers with the same job; both stop after they have read the message and before they write their claim."""
    gate, real = Gate(), deliver.find_kind

    def find(code: str) -> MessageKind | None:
        gate()
        return real(code)

    monkeypatch.setattr(deliver, "find_kind", find)
    [message] = say()
    answers = at_once(lambda: send_due({"message": message.pk}), lambda: send_due({"message": message.pk}))
    return gate, answers


def test_without_the_lock_two_workers_send_twice(adapter: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    without_row_locks(monkeypatch)
    gate, answers = race_to_send(monkeypatch)
    assert (gate.met, answers, adapter.sent) == (True, [None, None], 2)


def test_two_workers_send_once(adapter: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, answers = race_to_send(monkeypatch)
    assert not gate.met and adapter.sent == 1
    # The other one found it sent, or on its way.
    assert all(answer is None or isinstance(answer, TryLater) for answer in answers)
    assert Message.objects.get().state == "sent"


def race_to_say(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Two requests say the same thing; both have looked for an earlier one before either writes."""
    gate, real = Gate(), QuerySet.get_or_create

    def get_or_create(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.model is Message:
            gate()
        return real(self, *args, **kwargs)

    monkeypatch.setattr(QuerySet, "get_or_create", get_or_create)
    found = at_once(say, say)
    assert gate.met
    return found


def test_without_the_constraint_it_is_said_twice(adapter: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    rules = [rule for rule in Message._meta.constraints if isinstance(rule, UniqueConstraint)]
    with connection.schema_editor() as editor:
        for rule in rules:
            editor.remove_constraint(Message, rule)
    race_to_say(monkeypatch)
    assert Message.objects.count() == 2


def test_the_same_said_at_once_is_said_once(adapter: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = race_to_say(monkeypatch)
    assert [message.pk for message in first] == [message.pk for message in second]
    assert Message.objects.count() == 1
    send_due({"message": first[0].pk})
    assert adapter.sent == 1
