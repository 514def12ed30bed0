"""Two windows ask for the last API key that a person may have: one gets it."""

from __future__ import annotations

import pytest

from core.people.keys import actions
from core.people.keys.actions import KeyRefused, make_api_token
from core.people.keys.rules import MOST_KEYS
from core.people.models import ApiToken
from core.people.queries import SYSTEM
from tests.people import People, make_people
from tests.races.conftest import Gate, at_once, without_row_locks
from tests.races.test_market_races import hold

pytestmark = pytest.mark.usefixtures("committed_db")


class TestTheLastKey:
    @pytest.fixture
    def people(self, committed_db: None) -> People:
        people = make_people()
        for number in range(MOST_KEYS - 1):
            make_api_token(user=people.users["chi"], name=f"Máy {number}", by=SYSTEM)
        return people

    def ask(self, people: People, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Gate]:
        user, viewer = people.users["chi"], people.viewer("chi")
        gate = hold(monkeypatch, actions, "key_hash")
        calls = [lambda name=name: make_api_token(user=user, name=name, by=viewer) for name in ("Một", "Hai")]
        return sorted(type(answer).__name__ for answer in at_once(*calls)), gate

    def test_without_the_lock_both_get_one(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        without_row_locks(monkeypatch)
        answers, gate = self.ask(people, monkeypatch)
        assert gate.met and answers == ["str", "str"]
        assert ApiToken.objects.count() == MOST_KEYS + 1

    def test_one_gets_it(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        answers, gate = self.ask(people, monkeypatch)
        assert not gate.met and answers == [KeyRefused.__name__, "str"]
        assert ApiToken.objects.count() == MOST_KEYS
