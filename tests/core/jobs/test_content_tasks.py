"""Wagtail's own tasks wait in the same table and are run by the same worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django_tasks import task
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page, Site

from core.jobs import library
from core.jobs.actions import run_content_tasks_again
from core.jobs.library import ContentTask
from core.jobs.work.claims import claim_next
from core.jobs.work.runner import run_waiting_jobs
from core.jobs.work.upkeep import beat, prune, reap
from market.storefront.models import GuidePage

START = datetime(2026, 5, 1, 3, tzinfo=UTC)
pytestmark = pytest.mark.django_db
fallen: list[int] = []


@task()
def fall() -> None:
    fallen.append(1)
    raise LookupError("0912345678")


@task(takes_context=True)
def look(context: object, number: int) -> int:
    return number


def test_a_page_is_found_by_editors_when_the_worker_has_run() -> None:
    root = Site.objects.get(is_default_site=True).root_page
    root.add_child(instance=GuidePage(title="Cách đóng gói nước mắm", slug="dong-goi", lead="Hai lớp.", body="Đóng."))
    found = [page.title for page in Page.objects.search("nước mắm")]
    assert found == []
    assert run_waiting_jobs() > 0
    assert [page.title for page in Page.objects.search("nước mắm")] == ["Cách đóng gói nước mắm"]
    assert library.content_task_counts() == {"waiting": 0, "running": 0, "failed": 0}


def test_it_is_tried_five_times_then_stays_to_be_seen() -> None:
    fallen.clear()
    fall.enqueue()
    moment = START
    for _ in range(7):
        with time_machine.travel(moment, tick=False):
            run_waiting_jobs()
        moment += timedelta(hours=2)
    row = DBTaskResult.objects.get()
    assert (len(fallen), row.status) == (5, "FAILED")
    assert row.exception_class_path.startswith("LookupError tests/core/jobs/test_content_tasks.py:")
    assert "0912" not in row.exception_class_path + row.traceback
    with time_machine.travel(moment, tick=False):
        assert run_content_tasks_again(by_id=5) == 1 and run_content_tasks_again(by_id=5) == 0
        run_waiting_jobs()
    assert len(fallen) == 6


def test_a_task_may_ask_for_its_context() -> None:
    look.enqueue(3)
    assert run_waiting_jobs() == 1 and DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_a_dead_workers_task_is_given_back_a_living_ones_not() -> None:
    with time_machine.travel(START, tick=False):
        look.enqueue(1)
        look.enqueue(2)
        beat("living")
        mine, lost = claim_next("living"), claim_next("dead")
    assert isinstance(mine, ContentTask) and isinstance(lost, ContentTask)
    with time_machine.travel(START + timedelta(seconds=61), tick=False):
        beat("living")
        assert (reap(), reap()) == (1, 0)
        assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["READY", "RUNNING"]
        # The dead one was only slow: its outcome is not written over the next worker's claim.
        again = claim_next("living")
        assert isinstance(again, ContentTask) and again.row.pk == lost.row.pk
        assert not library.settle_content_task(lost, error="", retry_at=START)
        assert library.settle_content_task(again, error="", retry_at=START)
    with time_machine.travel(START + timedelta(days=8), tick=False):
        assert prune() == 1
    assert DBTaskResult.objects.get().pk == mine.row.pk
