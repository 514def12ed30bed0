"""From the intent to the outcome: retries, lost answers, killed workers, codes that expire."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction

from core.events.registry import emit
from core.jobs.models import Job
from core.jobs.registry import TryLater
from core.kit import clock
from core.messages import rules
from core.messages.actions import deliver, erase_old_texts
from core.messages.actions.deliver import bring_home, claim, rescue_forgotten, send_again
from core.messages.contract import AdapterFlags
from core.messages.jobs import send_due
from core.messages.models import InboundSms, Message, MessageChoice
from core.people.events import SignInCodeMade
from core.people.queries import Viewer
from tests.core.messages.conftest import ACCEPTED, DAY, LATER, NIGHT, PHONE, REFUSED, UNKNOWN, Scripted, say
from tests.people import People

pytestmark = pytest.mark.django_db
OPERATOR = Viewer(1, "Quản trị", is_operator=True)


class Killed(BaseException):
    """kill -9: nothing after this line happens, no handler sees it as a failure."""


def the(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def state(message: Message) -> tuple[str, str, int]:
    found = the(message)
    return found.state, found.reason, found.tries


def run(message: Message) -> None:
    send_due({"message": message.pk})


def code(minutes: int = 5, digits: str = "774411") -> Message:
    with transaction.atomic():
        emit(SignInCodeMade(phone=PHONE, code=digits, expires_at=clock.now() + timedelta(minutes=minutes)))
    return Message.objects.latest("pk")


@pytest.fixture
def now() -> Any:
    """Ten in the morning; the clock stands still until it is moved."""
    with time_machine.travel(DAY, tick=False) as moment:
        yield moment


def test_the_key_of_a_sign_in_code_cannot_be_found_by_trying(scripted: Scripted, now: Any, settings: Any) -> None:
    """Whoever reads the table knows the phone and the end; from an unkeyed digest a million tries find the code."""
    message = code()
    guess = f"{PHONE}:774411:{message.expires_at.timestamp()}" if message.expires_at else ""
    assert message.key != hashlib.sha256(guess.encode()).hexdigest()
    assert code().pk == message.pk  # two equal calls are one message
    settings.SECRET_KEY = "another key of the server"
    assert code().key != message.key


def test_sent_once_however_often_the_job_runs(scripted: Scripted, now: Any) -> None:
    [message] = say()
    for _ in range(3):
        run(message)
    assert scripted.sent == [(PHONE, "Tin cua An.", str(message.reference))]
    found = the(message)
    assert (found.state, found.provider_id, found.ended_at) == ("sent", "n1", clock.now())


def test_a_refusal_is_final_and_says_why(scripted: Scripted, now: Any) -> None:
    scripted.answers = [REFUSED]
    [message] = say()
    run(message)
    run(message)
    assert state(message) == ("failed", "99", 1) and the(message).sentence == "Số bị chặn."
    assert len(scripted.sent) == 1


def test_later_means_later_with_growing_pauses(scripted: Scripted, now: Any) -> None:
    scripted.answers = [LATER] * 20
    [message] = say("test.urgent")  # the pauses reach into the night
    pauses = []
    for _ in range(rules.MAX_TRIES["service"]):
        run(message)
        run(message)  # too early: nothing is sent
        pauses.append((the(message).not_before - clock.now()).total_seconds())
        now.shift(timedelta(seconds=max(pauses[-1], 0)))
    assert state(message) == ("failed", "busy", 8) and len(scripted.sent) == 8
    assert 22 <= pauses[0] <= 38 and pauses[:6] == sorted(pauses[:6])
    # Every try had a job of its own.
    assert Job.objects.filter(name="messages.send_urgent").count() == 8


@pytest.mark.parametrize("purpose", ["test.service", "test.advert"])
def test_an_unknown_outcome_is_not_repeated(scripted: Scripted, now: Any, purpose: str) -> None:
    allow_adverts()
    scripted.answers = [UNKNOWN]
    [message] = say(purpose)
    run(message)
    run(message)
    assert state(message) == ("unknown", "lost_answer", 1) and len(scripted.sent) == 1


def allow_adverts() -> None:
    MessageChoice.objects.create(
        address=PHONE, channel="sms", purpose="advert", allowed=True, how="staff", at=clock.now()
    )


def test_where_repeats_are_dropped_asking_again_is_looking_it_up(scripted: Scripted, now: Any) -> None:
    scripted.flags = AdapterFlags(drops_repeats=True)
    scripted.answers = [UNKNOWN]
    [message] = say()
    run(message)
    assert state(message)[0] == "waiting"
    now.shift(timedelta(minutes=1))
    run(message)
    assert state(message)[0] == "sent"
    assert {reference for _, _, reference in scripted.sent} == {str(message.reference)} and len(scripted.sent) == 2


@pytest.mark.parametrize(
    ("kind", "drops_repeats", "expected", "sent"),
    [
        ("test.service", False, "unknown", 1),
        ("test.advert", False, "unknown", 1),
        ("test.service", True, "sent", 2),
        ("code", False, "sent", 2),
    ],
)
def test_killed_between_sending_and_noting_it(
    scripted: Scripted, now: Any, kind: str, drops_repeats: bool, expected: str, sent: int
) -> None:
    allow_adverts()
    scripted.flags = AdapterFlags(drops_repeats=drops_repeats)
    message = code() if kind == "code" else say(kind)[0]
    scripted.answers = [Killed()]
    with pytest.raises(Killed):
        run(message)
    assert state(message)[0] == "sending" and len(scripted.sent) == 1  # the intent was committed before
    with pytest.raises(TryLater):  # somebody may still be at it
        run(message)
    assert len(scripted.sent) == 1
    now.shift(rules.LEASE + timedelta(seconds=1))
    run(message)
    assert state(message)[0] == expected and len(scripted.sent) == sent


def test_killed_before_sending_is_indistinguishable_and_treated_the_same(scripted: Scripted, now: Any) -> None:
    [message] = say()
    assert claim(message.pk) is not None
    now.shift(rules.LEASE + timedelta(seconds=1))
    run(message)
    assert state(message)[0] == "unknown" and scripted.sent == []


def test_who_comes_home_too_late_writes_nothing(scripted: Scripted, now: Any) -> None:
    scripted.flags = AdapterFlags(drops_repeats=True)
    [message] = say()
    slow = claim(message.pk)
    now.shift(rules.LEASE + timedelta(seconds=1))
    fresh = claim(message.pk)
    assert slow is not None and fresh is not None and fresh.tries == slow.tries + 1
    assert bring_home(slow, REFUSED) is False
    assert state(message)[0] == "sending"
    assert bring_home(fresh, ACCEPTED) is True
    assert bring_home(slow, REFUSED) is False and state(message)[0] == "sent"


def test_a_code_is_sent_and_forgotten(scripted: Scripted, now: Any) -> None:
    message = code()
    assert "774411" in the(message).text
    run(message)
    assert scripted.sent[0][1].startswith("Ma dang nhap Len San: 774411.")
    found = the(message)
    assert (found.state, found.text, found.erased_at) == ("sent", "", clock.now())
    assert "774411" not in str(vars(found))


def test_an_expired_code_is_never_sent(scripted: Scripted, now: Any) -> None:
    message = code(minutes=5)
    now.shift(timedelta(minutes=5))
    run(message)
    assert state(message) == ("suppressed", "expired", 0) and the(message).text == "" and scripted.sent == []


def test_a_code_is_tried_again_only_while_it_is_valid(scripted: Scripted, now: Any) -> None:
    scripted.answers = [UNKNOWN, LATER]
    message = code(minutes=5)
    for _ in range(2):
        run(message)
        now.move_to(the(message).not_before)
    assert state(message) == ("waiting", "busy", 2)
    now.shift(timedelta(minutes=5))
    run(message)
    assert state(message) == ("suppressed", "expired", 2) and len(scripted.sent) == 2 and the(message).text == ""


def test_codes_go_at_night_and_before_everything_else(scripted: Scripted) -> None:
    with time_machine.travel(NIGHT, tick=False):
        message = code()
        run(message)
        assert state(message)[0] == "sent"
        assert Job.objects.get(arguments={"message": message.pk}).name == "messages.send_urgent"


def test_the_same_code_twice_is_one_sms(scripted: Scripted, now: Any) -> None:
    code()
    code()
    assert Message.objects.count() == 1
    code(digits="654321")
    assert Message.objects.count() == 2


def test_a_worker_that_was_down_over_night_waits_until_morning(scripted: Scripted, now: Any) -> None:
    [message] = say()
    now.move_to(NIGHT)
    run(message)
    assert scripted.sent == [] and state(message)[0] == "waiting"
    assert the(message).not_before - clock.now() == timedelta(hours=9)
    now.shift(timedelta(hours=9))
    run(message)
    assert state(message)[0] == "sent"


def test_a_no_in_between_is_heard(scripted: Scripted, now: Any) -> None:
    [message] = say()
    MessageChoice.objects.create(
        address=PHONE, channel="sms", purpose="service", allowed=False, how="sms", at=clock.now()
    )
    run(message)
    assert state(message) == ("suppressed", "no_opt_in", 0) and scripted.sent == []


def test_what_was_forgotten_is_found_again(scripted: Scripted, now: Any) -> None:
    [message] = say()
    Job.objects.all().delete()
    assert rescue_forgotten() == 0
    now.shift(deliver.OVERDUE + timedelta(seconds=1))
    assert rescue_forgotten() == 1 and rescue_forgotten() == 1
    assert Job.objects.filter(arguments={"message": message.pk}).count() == 1
    # An orphan, too.
    claim(message.pk)
    Job.objects.all().delete()
    now.shift(rules.LEASE + deliver.OVERDUE + timedelta(seconds=1))
    assert rescue_forgotten() == 1


def test_an_unknown_code_is_forgotten_when_it_expires(scripted: Scripted, now: Any) -> None:
    message = code()
    Message.objects.filter(pk=message.pk).update(state="unknown", ended_at=clock.now())
    now.shift(timedelta(minutes=6))
    assert rescue_forgotten() == 1 and the(message).text == ""


def test_only_an_operator_sends_again(scripted: Scripted, now: Any) -> None:
    scripted.answers = [UNKNOWN]
    [message] = say()
    run(message)
    before = vars(the(message)).copy()
    for nobody in (Viewer(2), Viewer(None)):
        with pytest.raises(PermissionError):
            send_again(message=message, by=nobody)
    after = vars(the(message)).copy()
    assert {name: value for name, value in after.items() if name != "_state"} == {
        name: value for name, value in before.items() if name != "_state"
    }
    assert send_again(message=message, by=OPERATOR) is True
    assert send_again(message=message, by=OPERATOR) is False
    run(message)
    assert state(message)[0] == "sent" and len(scripted.sent) == 2


def test_old_words_are_erased_and_the_record_stays(scripted: Scripted, now: Any, people: People) -> None:
    Message.objects.all().delete()
    say(user=people.users["an"])
    [sms] = say()
    run(sms)
    InboundSms.objects.create(signature="s", body='{"from": "0912345678"}', received_at=clock.now())
    now.shift(timedelta(days=89))
    assert erase_old_texts() == 0
    [young] = say(key="young")
    now.shift(timedelta(days=1, seconds=1))
    assert erase_old_texts() == 4
    words = {(message.title, message.text, message.address) for message in Message.objects.filter(pk__lte=sms.pk)}
    assert words == {("", "", "")} and the(young).text != "" and InboundSms.objects.get().body == ""
    assert the(sms).state == "sent" and the(sms).address_index == ""
    assert erase_old_texts() == 0
