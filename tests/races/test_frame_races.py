"""Two sign a frame at once, one signs while another signs its replacement, two counters count at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.grants.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from ocop.frames import actions as frames
from ocop.frames.models import Frame
from ocop.indicators.actions import count_day, recount_due, tallying
from ocop.indicators.actions.marking import mark
from ocop.indicators.models import Recount, Tally
from onboarding.households.actions import end_household
from onboarding.households.models import Household
from tests.people import People, make_people, make_producer
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def people(committed_db: None) -> People:
    """Everybody, and Phúc, who works for the province beside Phương."""
    found = make_people()
    found.users["phuc"] = User.objects.create_user(username="phuc", full_name="Phúc")
    give_grant(user=found.users["phuc"], role=Role.PROVINCE, unit=found.commune.parent, given_by=SYSTEM)
    return found


def made(people: People) -> Frame:
    year = clock.today().year
    return frames.make_frame(
        unit=people.commune, year=year, source="review", document="", by=people.viewer("chi")
    )  # fmt: skip


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Both stop after they found the frame waiting, before they write."""
    gate, real = Gate(), frames.is_untouched

    def held(frame: Frame) -> bool:
        gate()
        return real(frame)

    monkeypatch.setattr(frames, "is_untouched", held)
    return gate


def signing(people: People, frame: Frame, *names: str) -> list[Callable[[], Any]]:
    viewers = [people.viewer(name) for name in names]
    return [lambda by=by: frames.sign_frame(frame=Frame.objects.get(pk=frame.pk), by=by) for by in viewers]  # type: ignore[misc]


def entries() -> int:
    return AuditEntry.objects.filter(action__startswith="frame.signed").count()


def test_without_the_lock_two_people_sign_one_frame(
    people: People, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = made(people)
    without_row_locks(monkeypatch)
    at_once(*signing(people, frame, "phuong", "phuc"))
    assert gate.met and entries() == 2


def test_of_two_at_once_one_signs(people: People, gate: Gate) -> None:
    frame = made(people)
    answers = at_once(*signing(people, frame, "phuong", "phuc"))
    assert [type(answer) for answer in answers] == [Frame, Frame]
    assert not gate.met and entries() == 1
    frame.refresh_from_db()
    assert {answer.signed_by_id for answer in answers} == {frame.signed_by_id}


def test_signing_a_replacement_against_making_another(people: People, gate: Gate) -> None:
    [first] = [frames.sign_frame(frame=made(people), by=people.viewer("phuong"))]
    facts: dict[str, Any] = {"source": "review", "document": "", "reason": "x", "by": people.viewer("chi")}
    second = frames.replace_frame(frame=first, **facts)
    [sign] = signing(people, second, "phuong")
    signed, other = at_once(sign, lambda: frames.replace_frame(frame=first, **facts))
    assert isinstance(signed, Frame) and isinstance(other, frames.FrameRefused)
    assert Frame.objects.filter(signed_at__isnull=False, ended_at__isnull=True).count() == 1
    assert Frame.objects.count() == 2


def counted(people: People) -> tuple[int, int]:
    found = Tally.objects.filter(indicator="I1", unit=people.commune, on=clock.today()).first()
    return (found.numerator, found.missing) if found else (0, 0)


def test_two_counters_at_once_leave_the_latest_count(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    make_producer("Hộ B", people.hamlet)
    count_day()
    assert counted(people) == (0, 2)
    assert _two_counters(people, monkeypatch) == (0, 1)
    assert not Recount.objects.exists()


def test_without_the_counters_lock_an_older_count_is_left(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    make_producer("Hộ B", people.hamlet)
    count_day()
    monkeypatch.setattr(tallying, "lock_counters", lambda: None)
    assert _two_counters(people, monkeypatch, wait=25) == (0, 2)


def _two_counters(people: People, monkeypatch: pytest.MonkeyPatch, wait: float = 2) -> tuple[int, int]:
    """The first counter reads and rests; a household ends; the second counts; then the first writes. With the lock the second
    waits for the first."""
    has_read, may_write = threading.Event(), threading.Event()
    real, first = tallying.count_together, threading.local()

    def read(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        if getattr(first, "is_me", False):
            has_read.set()
            may_write.wait(wait)
        return found

    monkeypatch.setattr(tallying, "count_together", read)
    with transaction.atomic():
        mark("household", [people.commune.pk])

    def slow() -> Any:
        first.is_me = True
        return recount_due()

    def quick() -> Any:
        has_read.wait(5)
        end_household(household=Household.objects.order_by("pk")[0], reason="moved", by=SYSTEM)
        done = recount_due()
        may_write.set()
        return done

    answers = at_once(slow, quick)
    assert all(isinstance(answer, int) for answer in answers), answers
    assert connection.vendor == "postgresql"
    return counted(people)
