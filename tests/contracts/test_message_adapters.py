"""One suite for every way of sending: what the engine may rely on, whatever stands behind the contract.

SMS by HTTP runs against the double in a process of its own, over a real socket.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail

from core.messages.adapters.email import EmailAdapter
from core.messages.adapters.inbox import InboxAdapter
from core.messages.adapters.log import LogAdapter
from core.messages.contract import MessageAdapter, Outcome, SendResult
from core.messages.http_sms.adapter import HttpSmsAdapter
from tests.core.messages.conftest import SmsDouble, running_sms_double, sms_double

__all__ = ["running_sms_double", "sms_double"]
TEXT = "Ma dang nhap Len San: 123456."


@dataclass
class World:
    """One adapter with its outside: an address that works, ones that do not, and what arrived."""

    adapter: MessageAdapter
    good: str
    bad: tuple[str, ...]
    arrived: Callable[[], list[str]]


@pytest.fixture(params=["log", "http", "email", "inbox"])
def world(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, settings: Any) -> World:
    """Each adapter in turn."""
    if request.param == "http":
        double: SmsDouble = request.getfixturevalue("sms_double")
        bad = ("", "khong phai so", "+84912345000")
        return World(HttpSmsAdapter(), "+84912345678", bad, lambda: [sms["text"] for sms in double.sent])
    if request.param == "log":
        caplog.set_level(logging.INFO, "core.messages.adapters.log")
        return World(
            LogAdapter(), "+84912345678", ("", "19001234"), lambda: [r.getMessage().partition(": ")[2] for r in caplog.records]
        )  # fmt: skip
    if request.param == "email":
        return World(
            EmailAdapter(), "an@vuon.example", ("", "an", "a\nb@vuon.example", "an@vuon.example\nBcc: x@y.vn"),
            lambda: [str(letter.body) for letter in mail.outbox],
        )  # fmt: skip
    delivered: list[str] = []
    return World(InboxAdapter(), "12", ("", "mười hai"), lambda: delivered)


def send(world: World, to: str = "", text: str = TEXT, reference: str = "") -> SendResult:
    return world.adapter.send(to or world.good, text, reference or str(uuid.uuid4()), title="Chào bạn")


def test_accepted_arrives_once_and_unchanged(world: World) -> None:
    result = send(world)
    assert result.outcome == Outcome.ACCEPTED and result.provider_id
    assert world.arrived() == ([] if world.adapter.flags.is_local else [TEXT])


def test_an_address_that_can_never_work_is_refused(world: World) -> None:
    for address in world.bad:
        result = world.adapter.send(address, TEXT, str(uuid.uuid4()), title="Chào bạn")
        assert result.outcome == Outcome.REFUSED and result.code, address
    assert world.arrived() == []


def test_a_repeat_reaches_nobody_where_that_is_promised(world: World) -> None:
    reference = str(uuid.uuid4())
    outcomes = [send(world, reference=reference).outcome for _ in range(2)]
    assert outcomes == [Outcome.ACCEPTED] * 2
    if world.adapter.flags.drops_repeats:
        assert len(world.arrived()) == (0 if world.adapter.flags.is_local else 1)


def test_what_the_operator_reads_holds_neither_text_nor_address(world: World) -> None:
    for result in (send(world), send(world, to=world.bad[-1])):
        assert result.sentence.endswith(".") and len(result.sentence) <= 300
        for private in ("123456", world.good, world.good[3:] if len(world.good) > 3 else "§"):
            assert private not in result.sentence + result.code


def test_lines_do_not_break_out(world: World) -> None:
    result = world.adapter.send(world.good, "một\nhai", str(uuid.uuid4()), title="Chào\r\nBcc: x@y.vn")
    assert result.outcome == Outcome.ACCEPTED
    assert all("Bcc" not in arrived for arrived in world.arrived())
    assert all(letter.to == [world.good] and not letter.bcc and "\n" not in letter.subject for letter in mail.outbox)


def test_the_log_masks_the_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "core.messages.adapters.log")
    LogAdapter().send("+84912345678", TEXT + "\nERROR giả", "r")
    [line] = [record.getMessage() for record in caplog.records]
    assert line == f"SMS (only written here) to 091… …678: {TEXT} ERROR giả"
