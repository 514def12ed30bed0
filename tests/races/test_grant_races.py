"""Two officers at once. Each race is first run with its guard switched off, to show that it can be lost at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from core.kit import clock
from core.people.grants import actions
from core.people.grants.actions import GrantRefused, NotAllowed, end_grant, end_operator, give_grant
from core.people.models import Grant, Role, User
from core.people.queries import SYSTEM, viewer_for
from tests.people import People, make_people
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def people(committed_db: None) -> People:
    """Everybody, in a database with real transactions; Chi and Cúc are officers of one commune."""
    made = make_people()
    made.users["cuc"] = User.objects.create_user(username="cuc", full_name="Cúc")
    give_grant(user=made.users["cuc"], role=Role.COMMUNE, unit=made.commune, given_by=SYSTEM)
    return made


def gate_before(monkeypatch: pytest.MonkeyPatch, name: str) -> Gate:
    """Stop both threads before this function of the actions."""
    gate, real = Gate(), getattr(actions, name)

    def held(*arguments: Any, **options: Any) -> Any:
        gate()
        return real(*arguments, **options)

    monkeypatch.setattr(actions, name, held)
    return gate


def without_constraint() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_grant DROP CONSTRAINT grant_once_at_a_time")


def kinds(answers: list[Any]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


class TestTwoOfficersGiveTheSame:
    @pytest.fixture
    def calls(self, people: People) -> list[Callable[[], Grant]]:
        def give(name: str) -> Callable[[], Grant]:
            by = people.viewer(name)
            return lambda: give_grant(
                user=people.users["dung"],
                role=Role.TEAM_LEAD,
                unit=people.commune,
                given_by=by,
                valid_to=clock.today() + timedelta(days=30),
            )

        return [give("chi"), give("cuc")]

    def given(self) -> int:
        return Grant.objects.filter(user__username="dung").count()

    def test_without_lock_and_constraint_there_are_two(
        self, calls: list[Callable[[], Grant]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        without_constraint()
        gate = gate_before(monkeypatch, "_create")
        assert kinds(at_once(*calls)) == ["Grant", "Grant"]
        assert gate.met and self.given() == 2

    def test_the_constraint_alone_lets_one_through(
        self, calls: list[Callable[[], Grant]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = gate_before(monkeypatch, "_create")
        assert kinds(at_once(*calls)) == ["Grant", "GrantRefused"]
        assert gate.met and self.given() == 1

    def test_the_lock_alone_lets_one_through(
        self, calls: list[Callable[[], Grant]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_constraint()
        gate = gate_before(monkeypatch, "_create")
        assert kinds(at_once(*calls)) == ["Grant", "GrantRefused"]
        assert not gate.met and self.given() == 1


class TestEndedWhileGiving:
    """The province ends Chi's grant while Chi gives Dũng one."""

    @pytest.fixture
    def calls(self, people: People) -> list[Callable[[], Any]]:
        chi, phuong = people.viewer("chi"), people.viewer("phuong")
        grant = Grant.objects.get(user=people.users["chi"])

        def give() -> Any:
            return give_grant(
                user=people.users["dung"],
                role=Role.TEAM_LEAD,
                unit=people.commune,
                given_by=chi,
                valid_to=clock.today() + timedelta(days=30),
            )

        return [give, lambda: end_grant(grant=grant, by=phuong, reason="Chuyển công tác")]

    def hold_the_giver(self, monkeypatch: pytest.MonkeyPatch, after_end: Callable[[], None]) -> None:
        """Between the check of the giver's rights and the writing, the end is given time to commit."""
        real = actions._refuse_double

        def held(*arguments: Any, **options: Any) -> Any:
            after_end()
            return real(*arguments, **options)

        monkeypatch.setattr(actions, "_refuse_double", held)

    def run(self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], bool]:
        """The answers, and whether the end had committed while the giver was still inside its transaction."""
        import threading

        inside, ended = threading.Event(), threading.Event()
        overtaken: list[bool] = []

        def wait() -> None:
            inside.set()
            overtaken.append(ended.wait(0.7))

        self.hold_the_giver(monkeypatch, wait)
        give, end = calls

        def end_later() -> Any:
            assert inside.wait(10)
            answer = end()
            ended.set()
            return answer

        return at_once(give, end_later), overtaken[0]

    def test_without_the_lock_an_ended_officer_still_gives(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        answers, overtaken = self.run(calls, monkeypatch)
        assert overtaken and kinds(answers) == ["Grant", "Grant"]

    def test_the_end_waits_for_what_was_begun(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch, people: People
    ) -> None:
        answers, overtaken = self.run(calls, monkeypatch)
        assert not overtaken and kinds(answers) == ["Grant", "Grant"]
        with pytest.raises(NotAllowed):  # and afterwards nothing more is given, though the page is still open
            calls[0]()


class TestTwoOperatorsEndEachOther:
    @pytest.fixture
    def calls(self, committed_db: None) -> list[Callable[[], Any]]:
        pair = [
            User.objects.create_user(username=name, full_name=name, is_superuser=True, is_staff=True)
            for name in ("quan", "quyen")
        ]
        viewers = [viewer_for(user) for user in pair]
        return [
            lambda: end_operator(user=pair[1], by=viewers[0]),
            lambda: end_operator(user=pair[0], by=viewers[1]),
        ]

    def test_without_the_lock_nobody_is_left(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = gate_before(monkeypatch, "record")
        assert kinds(at_once(*calls)) == ["User", "User"]
        assert gate.met and not User.objects.filter(is_superuser=True).exists()

    def test_one_is_left(self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch) -> None:
        gate = gate_before(monkeypatch, "record")
        assert kinds(at_once(*calls)) in (["NotAllowed", "User"], ["GrantRefused", "User"])
        assert not gate.met and User.objects.filter(is_superuser=True).count() == 1


def test_the_refusals_are_ours() -> None:
    assert issubclass(NotAllowed, PermissionError) and issubclass(GrantRefused, ValueError)
