"""A remembered world is the world that the actions made, and only that one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection

from core.people.models import User
from tests import remembered
from tests.people import make_people
from tests.remembered import Memory


@pytest.fixture
def memory(db: None) -> Any:
    """A memory of its own, in a test where nothing was written yet."""
    found = Memory()
    found.begin()
    with connection.execute_wrapper(found.watch):
        yield found


def everything() -> dict[str, Any]:
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {table: remembered._rows(table) for table in tables if not table.startswith("core_unit")}


def test_what_is_laid_out_is_what_was_made(memory: Memory, tmp_path: Path) -> None:
    seen = []

    def make() -> Any:
        people = make_people()
        (tmp_path / "photo.jpg").write_bytes(b"photo")
        seen.append(everything())
        return people

    for _ in range(2):
        bare = everything()
        with_savepoint = _savepoint()
        people = memory.world("people", make, tmp_path)
        assert everything() == seen[0]
        assert bare != seen[0]
        assert people.viewer("an").user_id == User.objects.get(username="an").pk
        assert (tmp_path / "photo.jpg").read_bytes() == b"photo"
        with_savepoint()
        (tmp_path / "photo.jpg").unlink()
        memory.begin()
    assert len(seen) == 1


def test_changed_and_lost_rows_are_part_of_it(memory: Memory, tmp_path: Path) -> None:
    def first() -> None:
        User.objects.bulk_create([User(username="a", full_name="một"), User(username="b")])

    def second() -> None:
        User.objects.filter(username="a").update(full_name="hai")
        User.objects.filter(username="b").delete()

    for _ in range(2):
        undo = _savepoint()
        memory.world("first", first, tmp_path)
        memory.world("second", second, tmp_path)
        assert list(User.objects.filter(username__in="ab").values_list("username", "full_name")) == [("a", "hai")]
        assert memory.stands == ("first", "second")
        undo()
        memory.begin()


def test_it_is_made_anew_where_that_could_differ(memory: Memory, tmp_path: Path) -> None:
    made = []

    def make() -> None:
        made.append(User.objects.create_user(username=f"u{len(made)}"))

    memory.world("user", make, tmp_path)
    memory.world("user", make, tmp_path)  # after itself: another world
    assert len(made) == 2
    memory.begin()
    User.objects.update(full_name="đổi")
    memory.world("user", make, tmp_path)
    assert len(made) == 3
    memory.begin()
    with time_machine.travel("2025-01-01"):
        memory.world("user", make, tmp_path)
    assert len(made) == 4
    memory.forget()
    memory.begin()
    memory.world("user", make, tmp_path)
    assert len(made) == 5


def _savepoint() -> Any:
    from django.db import transaction

    mark = transaction.savepoint()
    return lambda: transaction.savepoint_rollback(mark)
