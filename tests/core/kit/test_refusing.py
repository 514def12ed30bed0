"""A trigger that refuses rows because of other rows: made, taken away, and made again on the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from core.kit.refusing import Refusal, RefusingTrigger, RefusingTriggerBack

Try = Callable[..., bool]


def refusal(*moments: str) -> Refusal:
    return Refusal(
        name="kit_judge_is_no_baker",
        table="kit_cake",
        moments=moments,
        when="NEW.judge IS NOT NULL",
        witness="SELECT 1 FROM kit_baker baker WHERE baker.cake = NEW.number AND baker.person = NEW.judge",
    )


@pytest.fixture
def is_refused(db: None) -> Try:
    """Two tables; whether a statement is refused by the trigger."""

    def attempt(statement: str) -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except IntegrityError as error:
            return str(error).startswith("kit_judge_is_no_baker")
        return False

    for statement in (
        "CREATE TABLE kit_cake (number integer PRIMARY KEY, judge integer)",
        "CREATE TABLE kit_baker (cake integer, person integer)",
        "INSERT INTO kit_baker VALUES (1, 7), (2, 7), (3, 7), (4, 7)",
    ):
        assert not attempt(statement)
    return attempt


def forwards(operation: RefusingTrigger) -> None:
    operation.database_forwards("core", connection.schema_editor(), None, None)


def backwards(operation: RefusingTrigger) -> None:
    operation.database_backwards("core", connection.schema_editor(), None, None)


def test_made_and_taken_away(is_refused: Try) -> None:
    operation = RefusingTrigger(refusal("INSERT", "UPDATE OF judge"))
    forwards(operation)
    forwards(operation)  # one that is there already is made anew
    assert is_refused("INSERT INTO kit_cake VALUES (1, 7)")
    assert not is_refused("INSERT INTO kit_cake VALUES (1, 8), (2, NULL)")
    assert is_refused("UPDATE kit_cake SET judge = 7 WHERE number = 2")
    backwards(operation)
    backwards(operation)
    assert not is_refused("UPDATE kit_cake SET judge = 7 WHERE number = 2")


def test_only_at_its_moments(is_refused: Try) -> None:
    forwards(RefusingTrigger(refusal("INSERT")))
    assert is_refused("INSERT INTO kit_cake VALUES (1, 7)")
    assert not is_refused("INSERT INTO kit_cake VALUES (1, 8)")
    assert not is_refused("UPDATE kit_cake SET judge = 7")


def test_around_a_rebuilt_table(is_refused: Try) -> None:
    """`RefusingTriggerBack` first, `RefusingTrigger` last; and the other way round going back."""
    rule = refusal("INSERT", "UPDATE OF judge")
    first, last = RefusingTriggerBack(rule), RefusingTrigger(rule)
    forwards(last)
    forwards(first)
    assert not is_refused("INSERT INTO kit_cake VALUES (1, 7)")
    forwards(last)
    assert is_refused("INSERT INTO kit_cake VALUES (2, 7)")
    backwards(last)
    assert not is_refused("INSERT INTO kit_cake VALUES (3, 7)")
    backwards(first)
    assert is_refused("INSERT INTO kit_cake VALUES (4, 7)")
