"""Many workers, many askers, a reaper and a slow worker at once; each race first with its guard off."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django_tasks_db.models import DBTaskResult

from core.jobs import actions, registry
from core.jobs.actions import enqueue
from core.jobs.models import Job
from core.jobs.work import claims, upkeep
from core.jobs.work.claims import ClaimedJob, claim_next, settle
from core.kit import clock
from tests.races.conftest import at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db", "kind")


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_kinds", {})
    registry.register_job("note", lambda given: None)


def asked(*, key: str = "") -> Job | None:
    with transaction.atomic():
        return enqueue("note", {}, key=key)


class TestFourWorkersAndFiveHundredJobs:
    def claimed_by_all(self) -> Counter[Any]:
        with transaction.atomic():
            for _ in range(500):
                enqueue("note", {})

        def work(worker: str) -> list[Any]:
            found = []
            while (claimed := claim_next(worker)) is not None:
                assert isinstance(claimed, ClaimedJob)
                found.append(claimed.id)
            return found

        answers = at_once(*[partial(work, f"w{number}") for number in range(4)])
        assert all(isinstance(answer, list) and answer for answer in answers), answers
        return Counter(job_id for answer in answers for job_id in answer)

    def test_without_the_lock_some_are_taken_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        without_row_locks(monkeypatch)
        taken = self.claimed_by_all()
        assert max(taken.values()) > 1

    def test_each_is_taken_once(self) -> None:
        taken = self.claimed_by_all()
        assert (len(taken), set(taken.values())) == (500, {1})
        assert set(Job.objects.values_list("state", "fence", "tries")) == {("running", 1, 1)}


class TestTenAskersOneKey:
    def open_jobs(self) -> tuple[int, int]:
        answers = at_once(*[partial(asked, key="a")] * 10)
        assert not [answer for answer in answers if isinstance(answer, Exception)], answers
        return Job.objects.filter(state="waiting").count(), sum(answer is not None for answer in answers)

    def test_without_the_constraint_there_are_several(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX job_one_open_per_key")
        real = actions._make

        def slowly(*arguments: Any) -> Job:
            time.sleep(0.2)
            return real(*arguments)

        monkeypatch.setattr(actions, "_make", slowly)
        assert self.open_jobs()[0] > 1

    def test_there_is_one(self) -> None:
        assert self.open_jobs() == (1, 1)


class TestAskingAgainWhileAWorkerClaims:
    """Somebody changes a row and asks for a key that waits already. If the worker started before the commit, it would
    read the old row, and nobody would look at the new one."""

    def seen_by_the_worker(self, monkeypatch: pytest.MonkeyPatch) -> str:
        job = asked(key="a")
        assert job is not None
        seen: list[str] = []

        def change_and_ask() -> None:
            with transaction.atomic():
                # Any row will do for what the job is about.
                upkeep.WorkerBeat.objects.create(worker="the change", seen_at=clock.now())
                assert enqueue("note", {}, key="a") is None
                time.sleep(0.6)

        def claim_and_read() -> None:
            time.sleep(0.3)
            deadline = time.monotonic() + 5
            while claim_next("w") is None:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            seen.append("new" if upkeep.WorkerBeat.objects.filter(worker="the change").exists() else "old")

        answers = at_once(change_and_ask, claim_and_read)
        assert answers == [None, None]
        return seen[0]

    def test_without_the_lock_it_reads_the_old_row(self, monkeypatch: pytest.MonkeyPatch) -> None:
        without_row_locks(monkeypatch)
        assert self.seen_by_the_worker(monkeypatch) == "old"

    def test_it_reads_the_new_row(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.seen_by_the_worker(monkeypatch) == "new"


class TestTheReaperAndASlowWorker:
    """A worker slept through its lease, another one has the job now; then the first one wakes up and is done."""

    def states(self) -> list[str]:
        job = asked()
        assert job is not None
        slow = claim_next("slow")
        Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
        assert upkeep.reap() == 1
        quick = claim_next("quick")
        assert isinstance(slow, ClaimedJob) and isinstance(quick, ClaimedJob)
        answers = at_once(lambda: settle(slow, claims.Failure("late", "Muộn.", is_permanent=True)))
        job.refresh_from_db()
        return [str(answers[0]), job.state]

    def test_without_the_fence_he_ends_the_other_ones_job(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(claims, "_mine", lambda taken: Job.objects.filter(pk=taken.id))
        assert self.states() == ["True", "failed"]

    def test_he_is_shut_out(self) -> None:
        assert self.states() == ["False", "running"]

    def test_reaping_and_finishing_at_once_leave_one_outcome(self) -> None:
        for _ in range(20):
            job = asked()
            slow = claim_next("slow")
            assert job is not None and isinstance(slow, ClaimedJob)
            Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - timedelta(seconds=1))
            reaped, finished = at_once(upkeep.reap, lambda slow=slow: settle(slow, None))  # type: ignore[misc]
            job.refresh_from_db()
            assert (reaped, finished, job.state) in [(1, False, "waiting"), (0, True, "done")]
            Job.objects.all().delete()


def test_two_reapers_give_a_job_back_once() -> None:
    calls: list[Callable[[], int]] = [upkeep.reap] * 4
    for _ in range(10):
        asked()
        claim_next("gone")
    Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    assert sum(at_once(*calls)) == 10
    assert DBTaskResult.objects.count() == Job.objects.filter(state="waiting").count() == 10
