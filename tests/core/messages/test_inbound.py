"""SMS that come in: authenticated, stored raw, then understood; a stop word is heard at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.audit.models import AuditEntry
from core.kit import clock
from core.messages.inbound import signature_of
from core.messages.jobs import send_due
from core.messages.models import InboundSms, Message, MessageChoice
from tests.core.messages.conftest import DAY, PHONE, Scripted, say

pytestmark = pytest.mark.django_db
KEY = "khoa-nhan-tin-de-thu-dai-hon-32-ky-tu"


@pytest.fixture(autouse=True)
def open_door(settings: Any) -> None:
    settings.SMS = settings.SMS | {"inbound_key": KEY}


def call(body: bytes | dict[str, str], *, key: str = KEY, shift: int = 0, **headers: str) -> tuple[int, str]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(clock.now().timestamp()) + shift)
    signed = {"X-Timestamp": stamp, "X-Signature": signature_of(key, stamp, raw)} | headers
    answer = Client().post("/tin-nhan/den", raw, content_type="application/json", headers=signed)
    return answer.status_code, answer.content.decode()


def stop(phone: str = "0912345678", words: str = "TC") -> dict[str, str]:
    return {"from": phone, "text": words}


def everything() -> tuple[int, int, int]:
    return InboundSms.objects.count(), MessageChoice.objects.count(), AuditEntry.objects.count()


@pytest.mark.parametrize("words", ["TC", "dừng", "Stop"])
def test_a_stop_word_ends_every_sms_but_the_codes(scripted: Scripted, words: str) -> None:
    with time_machine.travel(DAY, tick=False):
        [waiting] = say()
        assert call(stop(words=words)) == (200, '{"status": "ok"}')
        send_due({"message": waiting.pk})
        assert scripted.sent == [] and Message.objects.get(pk=waiting.pk).reason == "no_opt_in"
        assert say(key="k2")[0].reason == "no_opt_in" and say("test.advert", key="k3")[0].reason == "no_opt_in"
        assert say(phone="+84987654321", key="k4")[0].state == "waiting"  # somebody else's phone
        [row] = InboundSms.objects.all()
        assert (row.meaning, json.loads(row.body)) == ("stop", stop(words=words))
        assert AuditEntry.objects.latest("pk").action == "message.stopped"


def test_the_same_call_twice_is_one(scripted: Scripted) -> None:
    with time_machine.travel(DAY, tick=False):
        assert call(stop())[0] == call(stop())[0] == 200
        assert InboundSms.objects.count() == 1 and MessageChoice.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        (stop(words="Cảm ơn nhé"), "other"),
        (stop(phone="khong phai so"), "unreadable"),
        (b"{", "unreadable"),
        (b"[]", "unreadable"),
        (b'"TC"', "unreadable"),
        (b"\xff\x00TC", "unreadable"),
        ({"from": "0912345678"}, "unreadable"),
    ],
)
def test_what_is_no_stop_is_kept_and_changes_nothing(body: Any, meaning: str) -> None:
    assert call(body)[0] == 200
    assert InboundSms.objects.get().meaning == meaning and not MessageChoice.objects.exists()


def test_what_is_not_the_providers_is_refused_and_not_stored() -> None:
    before = everything()
    raw = json.dumps(stop()).encode()
    assert call(stop(), key="x" * 40)[0] == 401
    assert call(stop(), shift=-301)[0] == 401
    assert call(stop(), shift=301)[0] == 401
    assert call(stop(), **{"X-Timestamp": "bây giờ"})[0] == 401
    assert call(stop(), **{"X-Timestamp": "9" * 40})[0] == 401
    assert call(stop(), **{"X-Signature": ""})[0] == 401
    assert call(stop(), **{"X-Signature": "é" * 64})[0] == 401
    assert call(b" " * 20_000)[0] == 401
    assert Client().post("/tin-nhan/den", raw, content_type="application/json").status_code == 401
    assert everything() == before


def test_without_a_key_the_door_is_not_there(settings: Any) -> None:
    settings.SMS = settings.SMS | {"inbound_key": ""}
    assert call(stop(), key="")[0] == 404 and not InboundSms.objects.exists()


def test_the_answer_does_not_tell_whether_a_phone_is_known(scripted: Scripted) -> None:
    say()
    assert call(stop()) == call(stop(phone="0987654321")) == call(stop(words="xin chào"))
    assert PHONE[3:] not in call(stop())[1]


def test_killed_after_storing_it_is_understood_when_it_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(row: InboundSms) -> None:
        raise Killed

    with time_machine.travel(DAY, tick=False):
        with monkeypatch.context() as patch:
            patch.setattr("core.messages.actions.choices._understand", die)
            with pytest.raises(Killed):
                call(stop())
        assert InboundSms.objects.get().meaning == "new"
        call(stop())
        assert InboundSms.objects.get().meaning == "stop" and MessageChoice.objects.count() == 2
