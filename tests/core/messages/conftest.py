"""A way to send that says what a test tells it to, kinds of every purpose, and the SMS double as a process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db import transaction

from core.messages import contract, registry
from core.messages.actions import send_message
from core.messages.contract import AdapterFlags, Channel, Outcome, Purpose, SendResult
from core.messages.models import Message
from core.messages.registry import MessageKind
from core.people.queries import SYSTEM

ROOT = Path(__file__).resolve().parents[3]
PHONE = "+84912345678"
DAY = "2026-11-22T03:00:00Z"  # ten in the morning in Vietnam
NIGHT = "2026-11-22T15:00:00Z"  # ten in the evening
ACCEPTED = SendResult(Outcome.ACCEPTED, "Đã nhận.", provider_id="n1")
LATER = SendResult(Outcome.LATER, "Hẹn lại.", code="busy")
UNKNOWN = SendResult(Outcome.UNKNOWN, "Không trả lời.", code="lost_answer")
REFUSED = SendResult(Outcome.REFUSED, "Số bị chặn.", code="99")


class Scripted:
    """An adapter that answers from a list (then accepts) and remembers what it was given."""

    def __init__(self) -> None:
        self.answers: list[SendResult | BaseException] = []
        self.sent: list[tuple[str, str, str]] = []
        self.flags = AdapterFlags()

    def send(self, to: str, text: str, reference: str, *, title: str = "") -> SendResult:
        self.sent.append((to, text, reference))
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def scripted(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """SMS and e-mail go through the script; adverts by SMS have a way out."""
    adapter = Scripted()
    monkeypatch.setitem(contract._factories, "scripted", lambda: adapter)
    settings.MESSAGE_ADAPTERS = {"inbox": "inbox", "sms": "scripted", "email": "scripted"}
    settings.SMS = settings.SMS | {"stop_to": "1551"}
    return adapter


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> None:
    """Three kinds that say `{{ name }}` through every channel."""
    folder = tmp_path / "words"
    folder.mkdir()
    (folder / "line.txt").write_text("Tin của {{ name }}.")
    (folder / "letter.txt").write_text("Chào {{ name }}\nDòng hai của {{ name }}.\n{{ address }}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], folder]}]
    ways = {Channel.INBOX: "letter.txt", Channel.SMS: "line.txt", Channel.EMAIL: "letter.txt"}
    for code, purpose, urgent in (
        ("test.service", Purpose.SERVICE, False),
        ("test.urgent", Purpose.SERVICE, True),
        ("test.advert", Purpose.ADVERT, False),
    ):
        monkeypatch.setitem(registry._kinds, code, MessageKind(code, code, purpose, ways, urgent))


def say(kind: str = "test.service", *, key: str = "k1", name: str = "An", **who: Any) -> list[Message]:
    """Say something to a phone (default) or a user."""
    with transaction.atomic():
        return send_message(kind, context={"name": name}, key=key, by=SYSTEM, **(who or {"phone": PHONE}))


class SmsDouble:
    """The provider in a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "core.messages.sandbox", "--port", "0"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[-1].rstrip("/")

    def plan(self, *faults: str | dict[str, Any], drops_repeats: bool = True) -> None:
        wanted = [{"kind": fault} if isinstance(fault, str) and fault else fault or {} for fault in faults]
        answer = requests.post(
            f"{self.url}/_control/plan", json={"faults": wanted, "drops_repeats": drops_repeats}, timeout=5
        )
        assert answer.status_code == 200

    def reset(self) -> None:
        requests.post(f"{self.url}/_control/reset", json={}, timeout=5)

    @property
    def sent(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = requests.get(f"{self.url}/_control/state", timeout=5).json()["sent"]
        return found

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "url": f"{self.url}/send", "key": "khoa-thu", "secret": "bi-mat-thu", "sender": "LENSAN", "drops_repeats": True,
            "stop_to": "", "inbound_key": "", "allow_private": True, "read_timeout": 1.0,
        }  # fmt: skip


@pytest.fixture(scope="session")
def running_sms_double() -> Iterator[SmsDouble]:
    double = SmsDouble()
    yield double
    double.process.terminate()
    assert double.process.wait(timeout=5) == 0


@pytest.fixture
def sms_double(running_sms_double: SmsDouble, settings: Any) -> SmsDouble:
    """The double, empty and well-behaved; settings send SMS to it."""
    running_sms_double.reset()
    settings.SMS = running_sms_double.settings
    settings.MESSAGE_ADAPTERS = settings.MESSAGE_ADAPTERS | {"sms": "http"}
    return running_sms_double
