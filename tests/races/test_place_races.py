"""Two resolutions entered at once, each right by itself: one joins a commune to another, which the other one ends."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from core.places.actions import resolutions
from core.places.models import Unit, UnitLink
from core.places.reading import Refused, read_resolution
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")
HEAD = "decision,on,change,level,code,new_code\n"


def entering(line: str) -> Callable[[], Any]:
    file = read_resolution(f"{HEAD}{line}\n".encode())
    return partial(resolutions.enter_resolution, file, actor_id=None, apply=True)


@pytest.fixture
def calls() -> list[Callable[[], Any]]:
    return [
        entering("901/NQ,2027-03-01,merge,commune,23059,22960"),
        entering("902/NQ,2027-03-01,merge,commune,22960,22933"),
    ]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Both have done their changes and are about to look at the whole."""
    gate, real = Gate(), resolutions._left_over

    def held(entry: Any) -> list[str]:
        gate()
        return real(entry)

    monkeypatch.setattr(resolutions, "_left_over", held)
    return gate


def joined_to_nothing() -> int:
    """Links to a unit that ended the same day."""
    ended = Unit.objects.filter(valid_to="2027-03-01")
    return UnitLink.objects.filter(on="2027-03-01", new__in=ended).count()


def test_without_the_lock_a_commune_is_joined_to_one_that_is_no_more(
    calls: list[Callable[[], Any]], gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_row_locks(monkeypatch)
    answers = at_once(*calls)
    assert gate.met
    assert not any(isinstance(answer, Exception) for answer in answers)
    assert joined_to_nothing() == 1


def test_the_second_is_refused(calls: list[Callable[[], Any]], gate: Gate) -> None:
    answers = at_once(*calls)
    assert not gate.met
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert joined_to_nothing() == 0
    assert UnitLink.objects.filter(on="2027-03-01").count() == 1
