"""Two sealers at once, and writers whose entries become visible out of the order of their numbers."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.audit import sealing
from core.audit.actions import record
from core.audit.models import AuditEntry, AuditSeal
from core.audit.sealing import seal_due, seal_once
from core.audit.verifying import verify_chain
from tests.races.conftest import Gate, at_once

pytestmark = pytest.mark.usefixtures("committed_db")
BOTH = 2


def write(count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            record("grant.given", actor_id=7, object_label=f"grant:{number}")


class TestTwoSealersAtOnce:
    @pytest.fixture
    def gate(self, monkeypatch: pytest.MonkeyPatch) -> Gate:
        """Both sealers stand between having read the head and writing their links."""
        gate, real = Gate(), sealing.entry_bytes

        def held(columns: Any) -> bytes:
            if columns["object_label"] == "grant:0":
                gate()
            return real(columns)

        monkeypatch.setattr(sealing, "entry_bytes", held)
        return gate

    def test_without_the_lock_only_the_unique_position_saves_the_chain(
        self, gate: Gate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(5)
        monkeypatch.setattr(sealing, "is_alone", lambda: True)
        answers = at_once(seal_once, seal_once)
        assert gate.met and sorted(map(type, answers), key=str) == sorted([int, IntegrityError], key=str)
        assert AuditSeal.objects.count() == 5 and verify_chain().broken is None

    def test_without_lock_and_constraints_the_chain_would_fork(
        self, gate: Gate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(5)
        monkeypatch.setattr(sealing, "is_alone", lambda: True)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_auditseal DROP CONSTRAINT core_auditseal_pkey")
            cursor.execute("ALTER TABLE core_auditseal DROP CONSTRAINT core_auditseal_entry_id_key")
        assert at_once(seal_once, seal_once) == [5, 5]
        assert gate.met and list(AuditSeal.objects.values_list("position", flat=True)).count(1) == BOTH

    def test_one_seals_and_the_other_goes_on_with_its_day(self, gate: Gate) -> None:
        write(5)
        assert sorted(at_once(seal_once, seal_once)) == [0, 5]
        assert not gate.met
        assert AuditSeal.objects.count() == 5 and verify_chain().broken is None


def test_a_low_number_that_commits_late_is_sealed_later_and_nothing_is_lost() -> None:
    wrote, may_commit = threading.Event(), threading.Event()

    def slow() -> int:
        with transaction.atomic():
            record("grant.given", actor_id=1, object_label="grant:1")
            wrote.set()
            assert may_commit.wait(20)
        return 1

    def others() -> list[int]:
        assert wrote.wait(20)
        write(3)
        sealed = [seal_due()]  # the slow writer's entry has a lower number and cannot be seen yet
        may_commit.set()
        return sealed

    assert at_once(slow, others) == [1, [3]]
    assert seal_due() == 1
    numbers = list(AuditSeal.objects.order_by("position").values_list("entry_id", flat=True))
    lowest = min(numbers)
    assert numbers == [lowest + 1, lowest + 2, lowest + 3, lowest]
    verdict = verify_chain()
    assert (verdict.broken, verdict.checked, verdict.unsealed) == (None, 4, 0)


def test_a_crowd_of_writers_and_sealers_makes_one_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "AT_ONCE", 7)
    still_writing = threading.Event()
    still_writing.set()

    def writer(name: int) -> int:
        for number in range(15):
            try:
                with transaction.atomic():
                    record("grant.given", actor_id=name, object_label=f"grant:{number}")
                    if number % 5 == 4:
                        raise LookupError  # rolled back: a gap in the numbers
            except LookupError:
                pass
        return 12

    def sealer() -> int:
        done = 0
        while still_writing.is_set():
            done += seal_due()
        return done

    def writers() -> int:
        try:
            return sum(at_once(*(lambda name=name: writer(name) for name in range(6))))
        finally:
            still_writing.clear()

    written, *sealed = at_once(writers, sealer, sealer)
    assert written == 72 and all(isinstance(count, int) for count in sealed), sealed
    assert sum(sealed) + seal_due() == 72 == AuditEntry.objects.count()
    assert list(AuditSeal.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 73))
    assert verify_chain().broken is None


def test_an_entry_committed_before_another_was_written_stands_before_it() -> None:
    """What the chain's order means: docs/decisions."""
    for _ in range(20):
        write(1)
        seal_once()
    numbers = list(AuditSeal.objects.order_by("position").values_list("entry_id", flat=True))
    assert numbers == sorted(numbers)
