"""A job exists iff its change was committed; it is tried, put back, given up, and done once where it shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import OperationalError, transaction
from django_tasks_db.models import DBTaskResult

from core.audit.models import AuditEntry
from core.jobs import registry
from core.jobs.actions import cancel_job, enqueue, run_jobs_again
from core.jobs.models import Job
from core.jobs.registry import GiveUp, TryLater
from core.jobs.work import claims, runner
from core.jobs.work.claims import ClaimedJob, claim_next, settle
from core.jobs.work.runner import perform, run_waiting_jobs
from core.jobs.work.upkeep import call_again, prune, reap
from core.kit.outbound import NotSent

START = datetime(2026, 5, 1, 3, tzinfo=UTC)
Kinds = Callable[..., None]
pytestmark = pytest.mark.django_db


def facts(job: Job) -> tuple[str, int, str]:
    job.refresh_from_db()
    return job.state, job.tries, job.last_error_code


@pytest.fixture
def done(kinds: Kinds) -> list[Any]:
    """What jobs named "note" were given, in order."""
    seen: list[Any] = []
    kinds("note", seen.append)
    return seen


class TestAsking:
    def test_a_committed_wish_is_done_once(self, done: list[Any]) -> None:
        job = enqueue("note", {"order": 7})
        assert job is not None and facts(job) == ("waiting", 0, "")
        assert run_waiting_jobs() == 1
        assert (done, facts(job)) == ([{"order": 7}], ("done", 1, ""))
        assert (run_waiting_jobs(), DBTaskResult.objects.count()) == (
            0,
            0,
        )  # nothing of ours stays in the library's table

    def test_a_wish_taken_back_never_was(self, done: list[Any]) -> None:
        with transaction.atomic():
            enqueue("note", {"order": 7})
            assert Job.objects.count() == DBTaskResult.objects.count() == 1
            transaction.set_rollback(True)
        assert Job.objects.count() == DBTaskResult.objects.count() == 0
        assert (run_waiting_jobs(), done) == (0, [])

    def test_only_inside_a_transaction(self, done: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
        class Autocommit:
            in_atomic_block = False

        with monkeypatch.context() as patch:
            patch.setattr(transaction, "get_connection", Autocommit)
            with pytest.raises(RuntimeError, match="note was asked for outside"):
                enqueue("note", {})
        assert not Job.objects.exists()

    def test_only_known_names_and_short_arguments(self, done: list[Any]) -> None:
        with pytest.raises(LookupError):
            enqueue("nope", {})
        with pytest.raises(ValueError, match="2048"):
            enqueue("note", {"text": "ơ" * 1020})
        assert enqueue("note", {"text": "ơ" * 1000}) is not None
        assert Job.objects.count() == 1

    def test_later(self, done: list[Any]) -> None:
        with time_machine.travel(START, tick=False):
            enqueue("note", {}, run_after=START + timedelta(hours=1))
            assert run_waiting_jobs() == 0
        with time_machine.travel(START + timedelta(hours=1), tick=False):
            assert run_waiting_jobs() == 1

    def test_the_urgent_kind_overtakes(self, done: list[Any], kinds: Kinds) -> None:
        kinds("code", lambda given: done.append("code"), priority=10)
        enqueue("note", {})
        enqueue("code", {})
        run_waiting_jobs()
        assert done == ["code", {}]

    def test_one_open_job_per_name_and_key(self, done: list[Any], kinds: Kinds) -> None:
        kinds("other", done.append)
        assert enqueue("note", {"n": 1}, key="a") is not None
        assert enqueue("note", {"n": 1}, key="a") is None
        assert enqueue("other", {"n": 2}, key="a") is not None and enqueue("note", {"n": 3}, key="b") is not None
        assert enqueue("note", {"n": 4}) is not None and enqueue("note", {"n": 4}) is not None
        assert run_waiting_jobs() == 5
        assert enqueue("note", {"n": 1}, key="a") is not None  # the former one has ended

    def test_asked_again_while_it_runs_it_runs_again(self, kinds: Kinds) -> None:
        seen: list[int] = []

        def read(given: dict[str, Any]) -> None:
            seen.append(len(seen))
            if len(seen) == 1:
                assert enqueue("read", {}, key="index") is None  # the text changed after it was read

        kinds("read", read)
        job = enqueue("read", {}, key="index")
        assert job is not None and run_waiting_jobs() == 2
        assert (seen, facts(job), Job.objects.count()) == ([0, 1], ("done", 1, ""), 1)


class TestFailing:
    def test_back_off_with_jitter_then_the_end(self, kinds: Kinds, monkeypatch: pytest.MonkeyPatch) -> None:
        def fall(given: dict[str, Any]) -> None:
            raise KeyError("0912345678")

        drawn: list[tuple[float, float]] = []
        monkeypatch.setattr(claims.random, "uniform", lambda low, high: drawn.append((low, high)) or high)
        kinds("fall", fall, max_tries=4)
        moment = START
        with time_machine.travel(moment, tick=False):
            job = enqueue("fall", {})
        assert job is not None
        for tries, pause in ((1, 10), (2, 30), (3, 90)):
            with time_machine.travel(moment, tick=False):
                assert run_waiting_jobs() == 1
                state, counted, code = facts(job)
                assert (state, counted, job.next_try_at) == ("waiting", tries, moment + timedelta(seconds=pause))
            moment += timedelta(seconds=pause)
            with time_machine.travel(moment - timedelta(seconds=1), tick=False):
                assert run_waiting_jobs() == 0
        with time_machine.travel(moment, tick=False):
            assert run_waiting_jobs() == 1
        state, counted, code = facts(job)
        assert (state, counted, job.finished_at) == ("failed", 4, moment)
        assert code.startswith("KeyError tests/core/jobs/test_jobs.py:") and "0912" not in code + job.last_error
        assert drawn == [(1.0, 10.0), (1.0, 30.0), (1.0, 90.0)]
        assert claims.pause_after(30).total_seconds() <= 3600

    def test_giving_up_ends_it_at_once_with_its_reason(self, kinds: Kinds) -> None:
        def refuse(given: dict[str, Any]) -> None:
            raise GiveUp("Số này không còn dùng.", "unknown_number")

        kinds("send", refuse)
        job = enqueue("send", {})
        assert job is not None and run_waiting_jobs() == 1
        assert (facts(job), job.last_error) == (("failed", 1, "unknown_number"), "Số này không còn dùng.")

    def test_another_server_says_when(self, kinds: Kinds) -> None:
        def wait(given: dict[str, Any]) -> None:
            raise TryLater("Nhà mạng đang bận.", "rate_limited", after=timedelta(minutes=3))

        kinds("send", wait)
        with time_machine.travel(START, tick=False):
            job = enqueue("send", {})
            run_waiting_jobs()
        assert job is not None and facts(job) == ("waiting", 1, "rate_limited")
        assert (job.next_try_at, job.last_error) == (START + timedelta(minutes=3), "Nhà mạng đang bận.")

    def test_an_error_from_outside_has_a_plain_sentence(self, kinds: Kinds) -> None:
        def call(given: dict[str, Any]) -> None:
            raise NotSent("http://10.0.0.7/?phone=0912345678")

        kinds("call", call)
        job = enqueue("call", {})
        run_waiting_jobs()
        assert job is not None and facts(job)[2].startswith("NotSent")
        assert job.last_error == "Máy chủ bên ngoài không trả lời hoặc từ chối."

    def test_a_name_this_version_does_not_know_waits(self, done: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
        job = enqueue("note", {})
        monkeypatch.setattr(registry, "_kinds", {})
        assert job is not None and run_waiting_jobs() == 1
        assert facts(job) == ("waiting", 1, "unknown_job")

    def test_success_forgets_the_error(self, kinds: Kinds) -> None:
        answers = iter([OSError("bận"), None])

        def sometimes(given: dict[str, Any]) -> None:
            if problem := next(answers):
                raise problem

        kinds("sometimes", sometimes)
        with time_machine.travel(START, tick=False):
            job = enqueue("sometimes", {})
            run_waiting_jobs()
        with time_machine.travel(START + timedelta(minutes=1), tick=False):
            run_waiting_jobs()
        assert job is not None and (facts(job), job.last_error) == (("done", 2, ""), "")


def claimed(worker: str = "w1") -> ClaimedJob:
    found = claim_next(worker)
    assert isinstance(found, ClaimedJob)
    return found


class TestDyingWorkers:
    def test_a_lost_job_waits_again_and_the_late_worker_is_shut_out(self, done: list[Any]) -> None:
        with time_machine.travel(START, tick=False):
            job = enqueue("note", {})
            assert job is not None
            slow = claimed("slow")
            assert claim_next("w2") is None  # it is taken
            assert settle(slow, None) and facts(job)[0] == "done"
            job = enqueue("note", {})
            assert job is not None
            slow = claimed("slow")
        with time_machine.travel(START + claims.LEASE, tick=False):
            assert reap() == 0
        with time_machine.travel(START + claims.LEASE + timedelta(seconds=1), tick=False):
            assert reap() == 1
            assert facts(job) == ("waiting", 1, "worker_lost")
            assert not settle(slow, None) and facts(job)[0] == "waiting"  # it waits: not his any more
            quick = claimed("quick")
            assert not claims.renew_lease(slow, claims.LEASE)
            assert not settle(slow, claims.Failure("x", "x", is_permanent=True)) and facts(job)[0] == "running"
            assert settle(quick, None) and facts(job) == ("done", 2, "")

    def test_what_kills_every_worker_ends(self, kinds: Kinds) -> None:
        kinds("poison", lambda given: None, max_tries=2)
        job = enqueue("poison", {})
        for _ in range(2):
            claimed()
            Job.objects.update(lease_until=START)
            assert reap() == 1
        assert job is not None and facts(job) == ("failed", 2, "worker_lost")
        assert job.last_error == "Máy đang làm việc này đã dừng giữa chừng."

    def test_a_call_that_went_astray_is_made_again(self, done: list[Any]) -> None:
        with time_machine.travel(START, tick=False):
            kept, lost = enqueue("note", {"n": 1}), enqueue("note", {"n": 2})
            assert kept is not None and lost is not None
            DBTaskResult.objects.filter(pk=lost.call_id).delete()
        with time_machine.travel(START + timedelta(minutes=3), tick=False):
            assert (call_again(), call_again()) == (1, 0)
            assert run_waiting_jobs() == 2
        assert done == [{"n": 1}, {"n": 2}]

    def test_a_call_for_nothing_is_cleared_away(self, done: list[Any]) -> None:
        enqueue("note", {})
        Job.objects.all().delete()
        assert (run_waiting_jobs(), done, DBTaskResult.objects.count()) == (0, [], 0)

    def test_an_outcome_is_written_although_the_database_stumbles(
        self, done: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = enqueue("note", {})
        assert job is not None
        answers = iter([OperationalError("database is locked"), None])

        def stumble(taken: ClaimedJob, failure: Any) -> bool:
            if problem := next(answers):
                raise problem
            return settle(taken, failure)

        monkeypatch.setattr(runner, "settle", stumble)
        monkeypatch.setattr(runner, "close_old_connections", lambda: None)
        perform(claimed())
        assert (facts(job)[0], len(done)) == ("done", 1)


class TestPeople:
    def failed(self, kinds: Kinds, **wish: Any) -> Job:
        def refuse(given: dict[str, Any]) -> None:
            raise GiveUp("Không được.", "refused")

        kinds("send", refuse)
        job = enqueue("send", {}, **wish)
        run_waiting_jobs()
        assert job is not None
        return job

    def test_run_again_has_all_tries_and_is_in_the_trail(self, kinds: Kinds) -> None:
        job = self.failed(kinds)
        kinds("send", lambda given: None)
        assert run_jobs_again(job_ids=[job.pk, uuid4()], by_id=5) == 1
        assert facts(job) == ("waiting", 0, "refused")  # the reason stays until it is done
        assert run_jobs_again(job_ids=[job.pk], by_id=5) == 0
        assert run_waiting_jobs() == 1 and facts(job) == ("done", 1, "")
        trail = AuditEntry.objects.filter(action="job.run_again").values_list("actor_id", "object_label")
        assert list(trail) == [(5, f"job:{job.pk}")]

    def test_not_beside_a_newer_job_of_the_same_key(self, kinds: Kinds) -> None:
        job = self.failed(kinds, key="a")
        newer = enqueue("send", {}, key="a")
        assert newer is not None and run_jobs_again(job_ids=[job.pk], by_id=5) == 0
        assert facts(job)[0] == "failed" and not AuditEntry.objects.filter(action="job.run_again").exists()
        assert DBTaskResult.objects.count() == 1

    def test_cancel_only_what_waits(self, done: list[Any]) -> None:
        job = enqueue("note", {})
        assert job is not None and cancel_job(job_id=job.pk, by_id=5)
        assert (facts(job)[0], run_waiting_jobs(), done) == ("cancelled", 0, [])
        assert not cancel_job(job_id=job.pk, by_id=5) and not cancel_job(job_id=uuid4(), by_id=5)
        running = enqueue("note", {})
        assert running is not None
        claimed()
        assert not cancel_job(job_id=running.pk, by_id=5) and facts(running)[0] == "running"
        assert run_jobs_again(job_ids=[job.pk, running.pk], by_id=5) == 1  # cancelled by mistake: it comes back
        assert run_waiting_jobs() == 1 and facts(job)[0] == "done"
        assert AuditEntry.objects.filter(action="job.cancelled").count() == 1


def test_what_ended_long_ago_goes(kinds: Kinds) -> None:
    def refuse(given: dict[str, Any]) -> None:
        raise GiveUp("Không được.")

    kinds("good", lambda given: None)
    kinds("bad", refuse)
    with time_machine.travel(START, tick=False):
        enqueue("good", {})
        enqueue("bad", {})
        run_waiting_jobs()
        waiting = enqueue("good", {}, run_after=START + timedelta(days=300))
    left = []
    for days in (7, 8, 30, 31):
        with time_machine.travel(START + timedelta(days=days), tick=False):
            prune()
        left.append(sorted(Job.objects.exclude(pk=waiting and waiting.pk).values_list("name", flat=True)))
    assert left == [["bad", "good"], ["bad"], ["bad"], []]
    assert Job.objects.get() == waiting
