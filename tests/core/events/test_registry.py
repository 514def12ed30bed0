"""News that is held back until many rows are written: told once, all at once, in the writer's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from django.db import transaction

from core.events.registry import Event, emit, gathered, subscribe


@dataclass(frozen=True)
class CatchWeighed(Event):
    """An event of these tests."""

    boat: int


@dataclass(frozen=True)
class IceMelted(Event):
    """Another."""


def listen(kind: type[Event]) -> tuple[list[Event], list[list[Event]]]:
    """What is told one by one, and what is told together."""
    alone: list[Event] = []
    together: list[list[Event]] = []

    def hear(event: Event) -> None:
        alone.append(event)

    def hear_all(events: Sequence[Event]) -> None:
        together.append(list(events))

    subscribe(kind, hear, together=hear_all)
    return alone, together


@pytest.mark.django_db
def test_the_same_news_is_told_once_and_all_of_it_together_at_the_end() -> None:
    alone, together = listen(CatchWeighed)
    plain: list[Event] = []
    subscribe(CatchWeighed, plain.append)
    with gathered():
        for boat in (2, 1, 2):
            emit(CatchWeighed(boat))
        assert alone == together == plain == []
    assert (alone, together) == ([], [[CatchWeighed(2), CatchWeighed(1)]])
    assert plain == [CatchWeighed(2), CatchWeighed(1)], "who takes them singly gets them singly"
    emit(CatchWeighed(3))
    assert (alone, len(together)) == ([CatchWeighed(3)], 1), "outside of the block at once, as ever"


@pytest.mark.django_db
def test_a_block_within_a_block_waits_for_the_outer_one() -> None:
    alone, together = listen(CatchWeighed)
    with gathered():
        with gathered():
            emit(CatchWeighed(1))
        assert alone == together == []
    assert alone == [CatchWeighed(1)]


@pytest.mark.django_db
def test_what_breaks_tells_nothing_and_holds_nothing_back_afterwards() -> None:
    alone, together = listen(CatchWeighed)

    def write_and_break() -> None:
        with transaction.atomic(), gathered():
            emit(CatchWeighed(1))
            raise LookupError

    with pytest.raises(LookupError):
        write_and_break()
    assert alone == together == []
    emit(CatchWeighed(2))
    assert alone == [CatchWeighed(2)]


@pytest.mark.django_db
def test_news_that_a_handler_sends_is_told_at_once() -> None:
    heard: list[str] = []

    def pass_on(event: CatchWeighed) -> None:
        emit(IceMelted())
        heard.append("weighed")

    subscribe(CatchWeighed, pass_on)
    subscribe(IceMelted, lambda event: heard.append("melted"))
    with gathered():
        emit(CatchWeighed(1))
    assert heard == ["melted", "weighed"]


def test_outside_a_transaction_nothing_is_gathered(committed_db: None) -> None:
    alone, _ = listen(CatchWeighed)
    with pytest.raises(RuntimeError), gathered():
        emit(CatchWeighed(1))
    assert alone == []
