"""Two people press the button, two workers hold the same row: once."""

from __future__ import annotations

import pytest
from django.db import connection

from core.audit.models import AuditEntry
from core.imports.actions import applying, starting
from core.imports.actions.applying import apply_import, apply_rows
from core.imports.actions.locking import StepRefused
from core.imports.actions.starting import start_import
from core.imports.models import ImportBatch
from core.imports.rules import UNFINISHED_MAXIMUM
from core.jobs.models import Job
from core.jobs.work.runner import run_waiting_jobs
from core.places.actions import hamlets
from core.places.models import Hamlet
from onboarding.households import many
from onboarding.households.models import Household
from tests.core.imports.conftest import Desk, counts
from tests.core.imports.sheet_tools import xlsx
from tests.market.lists.conftest import ListDesk
from tests.people import make_people, make_shop
from tests.races.conftest import Gate, at_once, without_row_locks
from tests.races.test_market_races import hold

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def desk(committed_db: None) -> Desk:
    """Chi's desk, in a database with real transactions."""
    return Desk(make_people())


class TestTwoClicksOnApply:
    def press(self, desk: Desk, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], Gate]:
        gate = hold(monkeypatch, applying, "can_apply")
        calls = [lambda: apply_import(batch=batch, by=desk.viewer).state.value] * 2
        return at_once(*calls), gate

    def test_without_the_lock_both_go_through(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        batch = desk.preview([["Tên thôn"], ["Thôn 2"]])
        without_row_locks(monkeypatch)
        answers, gate = self.press(desk, batch, monkeypatch)
        assert gate.met and answers == ["applying", "applying"]
        assert AuditEntry.objects.filter(action="import.applied").count() == 2

    def test_one_goes_through(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        batch = desk.preview([["Tên thôn"], ["Thôn 2"]])
        answers, gate = self.press(desk, batch, monkeypatch)
        assert not gate.met
        assert sorted(type(answer).__name__ for answer in answers) == [StepRefused.__name__, "str"]
        assert AuditEntry.objects.filter(action="import.applied").count() == 1
        run_waiting_jobs()
        assert Hamlet.objects.filter(name="Thôn 2").count() == 1


class TestTwoWorkersOnOneImport:
    def work(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> tuple[ImportBatch, Gate]:
        batch = apply_import(batch=desk.preview([["Tên cũ", "Tên mới"], ["Thôn 1", "Thôn Một"]]), by=desk.viewer)
        Job.objects.all().delete()
        gate = hold(monkeypatch, applying, "_written")
        answers = at_once(*[lambda: apply_rows(batch_id=batch.pk)] * 2)
        assert answers == [None, None]
        batch.refresh_from_db()
        return batch, gate

    def test_without_the_lock_a_row_is_taken_twice(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        without_row_locks(monkeypatch)
        # Past the last look, or the quicker one might be done before the other looks, which then finds nothing to do.
        looked = hold(monkeypatch, hamlets, "hamlet_on", after=True, wait=5)
        _, gate = self.work(desk, monkeypatch)
        # Both wrote; only the database's own constraint stopped the second.
        assert gate.met and looked.met and "broke: IntegrityError" in caplog.text

    def test_a_row_is_taken_once(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        batch, gate = self.work(desk, monkeypatch)
        assert not gate.met
        assert (batch.state, counts(batch)) == ("applied", {"changed": 1})
        assert AuditEntry.objects.filter(action="hamlet.renamed").count() == 1


class TestTwoImportsOfOneHouseholdList:
    ROWS = [
        ["Họ tên chủ hộ", "Thôn", "Năm sinh"],
        *([f"Trần Văn {word}", "Thôn 1", 1970] for word in ("Út", "Bảy", "Tám")),
    ]

    def work(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, wait: float = 0.7) -> tuple[list[ImportBatch], Gate]:
        previewed = [desk.preview(self.ROWS, kind="ho") for _ in range(2)]  # (a preview runs the jobs that wait)
        batches = [apply_import(batch=batch, by=desk.viewer) for batch in previewed]
        Job.objects.all().delete()
        gate = hold(monkeypatch, many, "new_household")
        gate._wait = wait  # before they come here both read their desks, which takes a busy machine longer
        assert at_once(*[lambda pk=batch.pk: apply_rows(batch_id=pk) for batch in batches]) == [None, None]
        for batch in batches:
            batch.refresh_from_db()
        return batches, gate

    def test_without_the_lock_households_are_doubled(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        without_row_locks(monkeypatch)
        _, gate = self.work(desk, monkeypatch, wait=10)
        assert gate.met and Household.objects.filter(source="import").count() == 6

    def test_each_is_there_once(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        batches, gate = self.work(desk, monkeypatch)
        assert not gate.met and Household.objects.filter(source="import").count() == 3
        assert sorted(str(counts(batch)) for batch in batches) == ["{'created': 3}", "{'unchanged': 3}"]
        assert AuditEntry.objects.filter(action="household.registered", via="import").count() == 3


def test_two_imports_of_the_same_list_make_each_hamlet_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    previewed = [
        desk.preview([["Tên thôn"], ["Thôn 5"], ["Thôn 6"]]),
        desk.preview([["Thôn/ấp"], ["THÔN 05"], ["THÔN 06"]]),
    ]
    first, second = (apply_import(batch=batch, by=desk.viewer) for batch in previewed)
    Job.objects.all().delete()
    assert at_once(*[lambda pk=batch.pk: apply_rows(batch_id=pk) for batch in (first, second)]) == [None, None]
    assert Hamlet.objects.filter(commune=desk.people.commune).count() == 3
    first.refresh_from_db()
    second.refresh_from_db()
    both = counts(first), counts(second)
    assert sum(each.get("created", 0) for each in both) == 2 and sum(each.get("unchanged", 0) for each in both) == 2


class TestTheLastOpenListOfAShop:
    """Four lists of the shop wait; two windows send one more each."""

    def send(self, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Gate]:
        people = make_people()
        desk = ListDesk(people, make_shop(people))
        contents = [xlsx([["Tên", "Giá", "Đơn vị"], [f"Hàng {number}", 5_000, "kg"]]) for number in range(6)]

        def start(content: bytes) -> ImportBatch:
            return start_import(
                kind_code="tin", unit=people.commune, owner=f"shop:{desk.shop.pk}", content=content,
                file_name="hang.xlsx", by=desk.viewer,
            )  # fmt: skip

        for content in contents[: UNFINISHED_MAXIMUM - 1]:
            start(content)
        gate, calls = self.held(monkeypatch), [lambda content=content: start(content) for content in contents[-2:]]
        return sorted(type(answer).__name__ for answer in at_once(*calls)), gate

    def held(self, monkeypatch: pytest.MonkeyPatch) -> Gate:
        """Both stop where the room was counted inside of the transaction (it is counted once before, to spare the work)."""
        gate, real = Gate(), starting._check_room

        def counted(kind_code: str, owner: str) -> None:
            real(kind_code, owner)
            if connection.in_atomic_block:
                gate()

        monkeypatch.setattr(starting, "_check_room", counted)
        return gate

    def test_without_the_lock_there_are_six(self, monkeypatch: pytest.MonkeyPatch) -> None:
        without_row_locks(monkeypatch)
        answers, gate = self.send(monkeypatch)
        assert gate.met and answers == ["ImportBatch", "ImportBatch"]
        assert ImportBatch.objects.count() == UNFINISHED_MAXIMUM + 1

    def test_there_are_five(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answers, gate = self.send(monkeypatch)
        assert not gate.met and answers == ["ImportBatch", StepRefused.__name__]
        assert ImportBatch.objects.count() == UNFINISHED_MAXIMUM
        assert AuditEntry.objects.filter(action="import.started").count() == UNFINISHED_MAXIMUM
