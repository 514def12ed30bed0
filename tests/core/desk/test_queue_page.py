"""The queue page says what waits, runs and failed, and lets an operator run again or cancel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from core.audit.models import AuditEntry
from core.jobs import registry
from core.jobs.actions import enqueue
from core.jobs.models import Job, WorkerBeat
from core.jobs.registry import GiveUp
from core.jobs.work.claims import claim_next
from core.jobs.work.runner import run_waiting_jobs
from core.jobs.work.upkeep import beat, say_goodbye
from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.templatetags.vietnamese import duration_since
from tests.people import People

PAGE = "/ban-viec/viec-nen/"


@pytest.fixture
def kinds(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two kinds: letters that fail for two reasons, notes that succeed."""
    monkeypatch.setattr(registry, "_kinds", {})

    def send(given: dict[str, Any]) -> None:
        if given["to"] == 1:
            raise GiveUp("Số này không còn dùng.", "unknown_number")
        raise GiveUp("Nhà mạng từ chối.", "refused")

    registry.register_job("letter", send, label="gửi thư")
    registry.register_job("note", lambda given: None, label="ghi chú")


def operator(client: Client) -> User:
    user = User.objects.create_superuser(username="quantri", full_name="Quản trị")
    client.force_login(user)
    return user


def auditor(client: Client) -> None:
    user = User.objects.create_user(username="kiem", full_name="Kiểm")
    give_grant(user=user, role=Role.AUDITOR, unit=None, given_by=SYSTEM)
    client.force_login(user)


def fail(*receivers: int) -> None:
    for receiver in receivers:
        enqueue("letter", {"to": receiver})
    run_waiting_jobs()


def test_what_waits_runs_and_failed(client: Client, kinds: None) -> None:
    operator(client)
    fail(1, 1, 2)
    for _ in range(3):
        enqueue("note", {})
    enqueue("note", {}, run_after=clock.now() + timedelta(days=1))
    assert claim_next("máy:7") is not None
    Job.objects.filter(state="waiting").update(next_try_at=clock.now() - timedelta(minutes=7))
    Job.objects.filter(pk=Job.objects.filter(state="waiting")[0].pk).update(next_try_at=clock.now() + timedelta(days=1))
    beat("máy:7")
    beat("máy:8")
    say_goodbye("máy:8")
    WorkerBeat.objects.create(worker="máy:9", seen_at=clock.now() - timedelta(hours=2))
    answer = client.get(PAGE)
    text = answer.content.decode()
    lines = {line.name: line for line in answer.context["lines"]}
    assert (lines["letter"].failed, lines["letter"].due, lines["letter"].oldest) == (3, 0, None)
    assert (lines["note"].due, lines["note"].later, lines["note"].running) == (2, 1, 1)
    for words in ("Gửi thư", "2 việc. Số này không còn dùng.", "unknown_number", "1 việc. Nhà mạng từ chối.", "7 phút",
                  "Chạy lại 2 việc này", "Máy đang chạy.", "Đã dừng đúng cách.", "Im lặng, có thể đã hỏng."):  # fmt: skip
        assert words in text, words
    assert [state for _, state in answer.context["workers"]] == ["alive", "stopped", "silent"]
    assert "Nhãn OCOP bắt đầu hoặc hết hạn hôm nay" in text and "hằng ngày lúc 00:05" in text


def test_an_empty_queue_says_so_and_a_silent_worker_too(client: Client, kinds: None) -> None:
    operator(client)
    DBTaskResult.objects.all().delete()
    text = client.get(PAGE).content.decode()
    assert "Không có việc nào đang chờ hay không xong." in text and "Chưa máy nào báo còn chạy" in text
    assert "Chưa máy nào chạy trong ngày qua." in text


def test_all_of_one_kind_and_cause_run_again(client: Client, kinds: None) -> None:
    user = operator(client)
    fail(1, 1, 2)
    answer = client.post(f"{PAGE}chay-lai/", {"name": "letter", "code": "unknown_number"}, follow=True)
    assert "Đã đưa 2 việc vào hàng chờ." in answer.content.decode()
    assert sorted(Job.objects.values_list("arguments__to", "state")) == [(1, "waiting"), (1, "waiting"), (2, "failed")]
    assert set(AuditEntry.objects.filter(action="job.run_again").values_list("actor_id")) == {(user.pk,)}
    answer = client.post(f"{PAGE}chay-lai/", {"name": "letter", "code": "unknown_number"}, follow=True)
    assert "Không có việc nào để chạy lại" in answer.content.decode()


def test_one_runs_again_and_one_is_cancelled(client: Client, kinds: None) -> None:
    operator(client)
    fail(1)
    job = Job.objects.get()
    assert f"{PAGE}{job.pk}/chay-lai/" in client.get(f"{PAGE}loai/letter/?trang-thai=khong-xong").content.decode()
    client.post(f"{PAGE}{job.pk}/chay-lai/")
    assert f"{PAGE}{job.pk}/huy/" in client.get(f"{PAGE}loai/letter/").content.decode()
    assert "Đã huỷ việc này." in client.post(f"{PAGE}{job.pk}/huy/", follow=True).content.decode()
    assert Job.objects.get().state == "cancelled" and run_waiting_jobs() == 0
    assert "không huỷ được" in client.post(f"{PAGE}{job.pk}/huy/", follow=True).content.decode()
    assert f"{PAGE}{job.pk}/chay-lai/" in client.get(f"{PAGE}loai/letter/?trang-thai=da-huy").content.decode()


def test_failed_tasks_of_pages_run_again(client: Client, kinds: None) -> None:
    operator(client)
    moment = clock.now()
    DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}}, task_path="nowhere.gone", backend_name="default", status="FAILED",
        run_after=moment, finished_at=moment, exception_class_path="x", traceback="",
    )  # fmt: skip
    assert "1 không xong" in client.get(PAGE).content.decode()
    client.post(f"{PAGE}noi-dung/chay-lai/")
    assert DBTaskResult.objects.get().status == "READY"
    assert run_waiting_jobs() == 1 and DBTaskResult.objects.get().exception_class_path.startswith("ModuleNotFoundError")


def test_an_auditor_reads_and_changes_nothing(client: Client, kinds: None) -> None:
    auditor(client)
    fail(1)
    job = Job.objects.get()
    for address in (PAGE, f"{PAGE}loai/letter/?trang-thai=khong-xong"):
        answer = client.get(address)
        assert answer.status_code == 200 and "Chạy lại" not in answer.content.decode()
    for address in ("chay-lai/", "noi-dung/chay-lai/", f"{job.pk}/chay-lai/", f"{job.pk}/huy/"):
        assert client.post(PAGE + address, {"name": "letter", "code": "unknown_number"}).status_code == 404
    assert (Job.objects.get().state, DBTaskResult.objects.count()) == ("failed", 0)
    assert not AuditEntry.objects.filter(action__startswith="job.").exists()


@pytest.mark.parametrize("jobs", [1, 25])
def test_the_page_costs_the_same_for_many(
    client: Client, kinds: None, jobs: int, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    operator(client)
    fail(*range(jobs))
    for _ in range(jobs):
        enqueue("note", {})
        claim_next("w")
        beat(f"máy:{jobs}")
    with django_assert_max_num_queries(17):
        assert client.get(PAGE).status_code == 200


def test_a_kind_nobody_knows_is_not_there(client: Client, kinds: None) -> None:
    operator(client)
    assert client.get(f"{PAGE}loai/letter/").status_code == 200
    assert client.get(f"{PAGE}loai/nothing/").status_code == 404


class TestStaffHome:
    def test_the_operator_sees_failures_and_the_way_to_them(self, client: Client, kinds: None) -> None:
        operator(client)
        fail(1, 2)
        text = client.get("/ban-viec/").content.decode()
        assert "2 việc nền không xong." in text and f'href="{PAGE}"' in text

    def test_a_late_worker_is_said_to_staff(self, client: Client, people: People) -> None:
        client.force_login(people.users["chi"])
        late = "Máy làm việc nền chưa chạy"
        assert late in client.get("/ban-viec/").content.decode()
        beat("máy:1")
        text = client.get("/ban-viec/").content.decode()
        assert late not in text and PAGE not in text
        assert "1 hộ chờ bạn xác minh" in text  # the rest of the page is there

    def test_every_section_that_is_shown_opens(self, client: Client, people: People) -> None:
        shown = {}
        for name in ("chi", "phuong", "buu", "hanh"):
            client.force_login(people.users[name])
            sections = client.get("/ban-viec/").context["sections"]
            shown[name] = [section.url_name for section in sections]
            for url_name in shown[name]:
                assert client.get(reverse(url_name)).status_code == 200, (name, url_name)
        assert "grants" in shown["chi"] and "help_people" in shown["hanh"]
        assert not {"jobs", "outbox"} & {url for urls in shown.values() for url in urls}

    def test_it_is_in_the_menu_of_staff_and_of_nobody_else(self, client: Client, people: People) -> None:
        shown = {}
        for name in ("chi", "phuong", "buu", "an", "hanh"):
            client.force_login(people.users[name])
            shown[name] = 'href="/ban-viec/"' in client.get("/gio-hang").content.decode()
        assert shown == {"chi": True, "phuong": True, "buu": True, "an": False, "hanh": False}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(59, "dưới 1 phút"), (60, "1 phút"), (3599, "59 phút"), (3600, "1 giờ"), (172_799, "47 giờ"), (172_800, "2 ngày")],
)
def test_how_long_ago(seconds: int, words: str) -> None:
    with time_machine.travel("2026-05-01T03:00:00Z", tick=False):
        assert duration_since(clock.now() - timedelta(seconds=seconds)) == words
