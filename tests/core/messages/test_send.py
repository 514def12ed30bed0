"""Writing the intent: once per key, with the person's choices, at the right hour, in the caller's transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from core.jobs.models import Job
from core.kit import clock
from core.kit.rotation import rotate_keys
from core.messages.actions import choose, send_message
from core.messages.contract import Channel, Purpose
from core.messages.models import Message, MessageChoice
from core.people.models import User
from core.people.queries import SYSTEM
from tests.core.messages.conftest import DAY, NIGHT, PHONE, Scripted, say
from tests.people import People

pytestmark = pytest.mark.django_db


def rows(messages: list[Message]) -> list[tuple[str, str, str]]:
    return [(message.channel, message.state, message.reason) for message in messages]


def jobs() -> list[dict[str, Any]]:
    return list(Job.objects.filter(name__startswith="messages.send").values_list("arguments", flat=True))


@pytest.fixture
def an(people: People) -> User:
    """An, who can be reached every way. Nothing was said to him yet."""
    user = people.users["an"]
    user.phone = PHONE
    user.email = "an@vuon.example"
    user.save()
    Message.objects.all().delete()
    return user


def decide(user: User | None, channel: str, purpose: str, allowed: bool, *, phone: str = "") -> None:
    MessageChoice.objects.create(
        user=user, address=phone, channel=channel, purpose=purpose, allowed=allowed, how="page", at=clock.now()
    )  # fmt: skip


@time_machine.travel(DAY, tick=False)
def test_a_service_message_is_kept_in_the_inbox_and_sent_the_first_way(scripted: Scripted, an: User) -> None:
    assert rows(say(user=an)) == [("inbox", "sent", ""), ("sms", "waiting", "")]
    inbox, sms = Message.objects.order_by("pk")
    assert (inbox.title, inbox.text.split("\n")[0], inbox.address) == ("Chào An", "Dòng hai của An.", "")
    assert (sms.address, sms.text, sms.segments, sms.user_id) == (PHONE, "Tin cua An.", 1, an.pk)
    assert sms.not_before == sms.made_at == clock.now()
    assert scripted.sent == []  # nothing leaves inside the transaction
    assert jobs() == [{"message": sms.pk}]


@pytest.mark.parametrize(
    ("kind", "decided", "expected"),
    [
        ("test.service", {}, [("inbox", "sent", ""), ("sms", "waiting", "")]),
        ("test.service", {"sms": False}, [("inbox", "sent", ""), ("email", "waiting", "")]),
        ("test.service", {"sms": False, "email": False}, [("inbox", "sent", ""), ("sms", "suppressed", "no_opt_in")]),
        ("test.advert", {}, [("inbox", "suppressed", "no_opt_in"), ("sms", "suppressed", "no_opt_in")]),
        ("test.advert", {"inbox": True}, [("inbox", "sent", ""), ("sms", "suppressed", "no_opt_in")]),
        ("test.advert", {"sms": True}, [("inbox", "suppressed", "no_opt_in"), ("sms", "waiting", "")]),
        ("test.advert", {"email": True}, [("inbox", "suppressed", "no_opt_in"), ("email", "waiting", "")]),
    ],
)
def test_what_people_chose_is_kept(
    scripted: Scripted, an: User, kind: str, decided: dict[str, bool], expected: list[tuple[str, str, str]]
) -> None:
    purpose = Purpose.ADVERT if "advert" in kind else Purpose.SERVICE
    for channel, allowed in decided.items():
        decide(an, channel, purpose, allowed)
    assert rows(say(kind, user=an)) == expected
    unsent = Message.objects.filter(state="suppressed")
    assert {(message.title, message.text) for message in unsent} <= {("", "")}  # what is not sent keeps no words


def test_the_newest_choice_counts_whoever_made_it(scripted: Scripted, an: User) -> None:
    say(user=an)
    decide(an, Channel.SMS, Purpose.SERVICE, True)
    decide(None, Channel.SMS, Purpose.SERVICE, False, phone=PHONE)  # STOP from the phone
    assert rows(say(user=an, key="k2"))[1] == ("email", "waiting", "")
    choose(user=an, wanted={"service_sms": True}, by=viewer(an))
    assert rows(say(user=an, key="k3"))[1] == ("sms", "waiting", "")
    assert MessageChoice.objects.count() == 3  # a history, nothing is written over


def viewer(user: User) -> Any:
    from core.people.queries import viewer_for

    return viewer_for(user)


def test_saying_it_twice_is_saying_it_once(scripted: Scripted, an: User, people: People) -> None:
    first = say(user=an)
    assert [message.pk for message in say(user=an, name="Khác")] == [message.pk for message in first]
    assert Message.objects.count() == 2 and len(jobs()) == 1
    # Another way becoming the first one does not say it again.
    decide(an, Channel.SMS, Purpose.SERVICE, False)
    say(user=an)
    assert Message.objects.count() == 2
    say(user=people.users["binh"])
    say("test.urgent", user=an)
    assert Message.objects.count() == 6  # another person or another kind is another message


def test_nothing_is_said_when_nothing_happened(scripted: Scripted, an: User) -> None:
    with transaction.atomic():
        send_message("test.service", user=an, context={"name": "An"}, key="k1", by=SYSTEM)
        assert Message.objects.count() == 2
        transaction.set_rollback(True)
    assert not Message.objects.exists() and jobs() == []


@pytest.mark.parametrize(("kind", "leaves"), [("test.service", 9), ("test.urgent", 0)])
def test_at_night_only_what_is_urgent_leaves(scripted: Scripted, an: User, kind: str, leaves: int) -> None:
    with time_machine.travel(NIGHT, tick=False):
        inbox, sms = say(kind, user=an)
        assert sms.not_before - clock.now() == timedelta(hours=leaves)
        assert (inbox.state, inbox.ended_at) == ("sent", clock.now())
        job = Job.objects.get(name__startswith="messages.send")
        assert job.next_try_at == sms.not_before


def test_caps_are_per_person_and_day(scripted: Scripted, an: User, people: People) -> None:
    with time_machine.travel(DAY, tick=False) as now:
        found = [say(user=an, key=f"k{number}")[1] for number in range(8)]
        assert [message.channel for message in found] == ["sms"] * 6 + ["email"] * 2  # the inbox has them all anyway
        assert Message.objects.filter(channel="inbox", state="sent").count() == 8
        decide(an, Channel.SMS, Purpose.ADVERT, True)
        adverts = [rows(say("test.advert", user=an, key=f"k{number}"))[1] for number in range(2)]
        assert adverts == [("sms", "waiting", ""), ("sms", "suppressed", "cap")]
        # Another person's phone is another matter.
        assert rows(say(phone="+84987654321"))[0] == ("sms", "waiting", "")
        now.shift(timedelta(days=1, seconds=1))
        assert rows(say(user=an, key="next day"))[1] == ("sms", "waiting", "")


def test_without_an_address_or_a_channel_it_is_said_why(scripted: Scripted, people: People, settings: Any) -> None:
    Message.objects.all().delete()
    binh = people.users["binh"]  # no phone, no mail
    assert rows(say(user=binh)) == [("inbox", "sent", ""), ("sms", "suppressed", "no_address")]
    settings.MESSAGE_ADAPTERS = {"inbox": "inbox", "sms": "off", "email": "off"}
    assert rows(say(key="k2")) == [("sms", "suppressed", "off")]
    assert jobs() == []


def test_an_advert_needs_a_way_out(scripted: Scripted, an: User, settings: Any) -> None:
    decide(an, Channel.SMS, Purpose.ADVERT, True)
    settings.SMS = settings.SMS | {"stop_to": ""}
    assert rows(say("test.advert", user=an))[1] == ("sms", "suppressed", "no_way_out")


def test_exactly_one_recipient(an: User) -> None:
    for who in ({"user": an, "phone": PHONE}, {"phone": ""}):
        with pytest.raises(ValueError):
            say(**who)  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        say("no.such.kind", user=an)
    assert not Message.objects.exists()


def test_the_tables_hold_no_readable_address_or_text(scripted: Scripted, an: User) -> None:
    say(user=an, name="Bí mật")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM core_message")
        stored = str(cursor.fetchall())
    for readable in (PHONE, PHONE[3:], "Bí mật", "Bi mat", "an@vuon.example"):
        assert readable not in stored


def test_a_refusal_outlives_a_change_of_keys(scripted: Scripted, settings: Any) -> None:
    decide(None, Channel.SMS, Purpose.SERVICE, False, phone=PHONE)
    say("test.urgent", key="before", phone="+84987654321")
    settings.FIELD_KEYS = ["k" * 40, *settings.FIELD_KEYS]
    assert say()[0].reason == "no_opt_in"  # before the rows were brought over
    rotate_keys()
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert say(key="k2")[0].reason == "no_opt_in"
    assert len(say("test.urgent", key="before", phone="+84987654321")) == 1 and Message.objects.count() == 3
