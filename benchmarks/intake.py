"""The field intake under load: twenty devices, fifty submissions a second, against the real server with two workers. None
may be lost or doubled; the time of an answer stands beside that of a page that only asks the database for a sign of life.

Every tenth submission is sent twice, as by a device whose answer got lost. A device that is told to try again does.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from django.db import connection, connections
from django.db.models import Count

from benchmarks.figure import Figure
from config import env
from core.kit import clock
from core.people.actions import give_grant, make_api_token
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.places.models import Hamlet, Unit
from onboarding.households.models import Household
from onboarding.intake.jobs import derive_waiting
from onboarding.intake.models import Submission, SubmissionState

NAME = "intake"
DEVICES = 20
RATE = 50  # submissions a second, all devices together
WORKERS, THREADS = 2, 4
_PATIENCE = 120  # seconds after the last submission was due
_WAITED = 31  # seconds after which nobody is at a waiting submission any more


@dataclass
class Soak:
    """What the devices saw: `sent` ids that got a receipt, seconds of every answer, and answers by status."""

    sent: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    lateness: float = 0.0


@dataclass(frozen=True)
class Sender:
    """One device: its person's key and number, and where it stands."""

    key: str
    person: int
    device: str
    hamlet: int


def run(full: bool) -> list[Figure]:
    """30 s (FULL: 120 s) on the engine of DATABASE_URL."""
    seconds = 120 if full else 30
    senders = make_senders(DEVICES)
    with server() as address:
        bare = load(senders, seconds=10, rate=RATE, call=_health(address))
        soak = load(senders, seconds=seconds, rate=RATE, call=_submission(address))
    lost, doubled, waiting = outcome(soak)
    engine = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    told = f"{soak.answers[503] + soak.answers[429]} told to try again; {engine}, {WORKERS} workers"
    peer = f"health page in the same run: {p95(bare.seconds) * 1000:.0f} ms"
    rate = len(soak.sent) / (seconds + soak.lateness)
    return [
        Figure(f"submissions lost of {seconds * RATE}", lost, "", told, target="= 0"),
        Figure("records doubled", doubled, "", "every tenth was sent twice", target="= 0"),
        Figure("left outside the register", waiting, "", "after one look of the periodic job", target="= 0"),
        Figure("submissions a second", rate, "/s", f"asked for: {RATE}", rate / RATE, "> 0.95x"),
        Figure("answer, median", statistics.median(soak.seconds) * 1000, "ms"),
        Figure("answer, p95", p95(soak.seconds) * 1000, "ms", peer, p95(soak.seconds) / p95(bare.seconds)),
    ]


def make_senders(count: int) -> list[Sender]:
    """People in a team with a key and a device each, in a hamlet of their own."""
    commune = Unit.objects.filter(level="commune", valid_to=None).order_by("pk")[0]
    found = []
    for number in range(count):
        hamlet = Hamlet.objects.create(commune=commune, name=f"Thôn tải {number}")
        user = User.objects.create_user(username=f"tai-{uuid.uuid4().hex[:12]}", full_name=f"Tổ viên {number}")
        give_grant(user=user, role=Role.TEAM_MEMBER, unit=commune, hamlet=hamlet, given_by=SYSTEM)
        key = make_api_token(user=user, name="tải", by=SYSTEM)
        found.append(Sender(key, user.pk, str(uuid.uuid4()), hamlet.pk))
    return found


def envelope(sender: Sender, number: int) -> dict[str, Any]:
    """A whole household as the app sends it; every fifth has a phone of its own and gets a log-in."""
    own = number % 5 == 0
    facts = {
        "head_name": f"Nguyễn Văn {uuid.uuid4().hex[:8]}",
        "phone": f"0912{int(uuid.uuid4()) % 10**6:06d}" if own else "",
        "phone_owner": "own" if own else "none",
        "production": [{"kind": "trees", "goods": "điều", "area_m2": 15000, "season": "tháng 2–4"}],
        "has_business_registration": False,
    }
    return {
        "v": 1, "submission": str(uuid.uuid4()), "record": str(uuid.uuid4()), "kind": "household", "form": "household/1",
        "op": "create", "sequence": 1, "device": sender.device, "hamlet": sender.hamlet, "entered_by": sender.person,
        "entered_at": clock.now().isoformat(), "facts": facts, "was": {}, "selling_name": "", "accounts": [],
        "consents": {"publication": True, "platform": True, "contact": False}, "means": "spoken", "notice": 1,
        "photos": [],
    }  # fmt: skip


Call = Callable[[requests.Session, Sender, int, Soak], None]


def load(senders: list[Sender], *, seconds: float, rate: int, call: Call) -> Soak:
    """Every device calls at its own steady times, whether the server keeps up or not."""
    soak, lock, start = Soak(), threading.Lock(), time.monotonic() + 0.5
    pace = len(senders) / rate

    def device(place: int) -> None:
        own = Soak()
        with requests.Session() as session:
            for number in range(round(seconds / pace)):
                due = start + (number + place / len(senders)) * pace
                time.sleep(max(0.0, due - time.monotonic()))
                call(session, senders[place], number, own)
        with lock:
            soak.sent += own.sent
            soak.seconds += own.seconds
            soak.answers += own.answers
            soak.unanswered += own.unanswered
            soak.lateness = max(soak.lateness, time.monotonic() - start - seconds)

    threads = [threading.Thread(target=device, args=[place]) for place in range(len(senders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return soak


def _health(address: str) -> Call:
    def call(session: requests.Session, sender: Sender, number: int, own: Soak) -> None:
        before = time.monotonic()
        own.answers[session.get(f"{address}/health/ready", timeout=30).status_code] += 1
        own.seconds.append(time.monotonic() - before)

    return call


def _submission(address: str) -> Call:
    url = f"{address}/api/v1/field/submissions"

    def call(session: requests.Session, sender: Sender, number: int, own: Soak) -> None:
        said = envelope(sender, number)
        raw = json.dumps(said, ensure_ascii=False).encode()
        headers = {"Authorization": f"Bearer {sender.key}", "Content-Type": "application/json"}
        until = time.monotonic() + _PATIENCE
        left = 2 if number % 10 == 0 else 1
        while left and time.monotonic() < until:
            before = time.monotonic()
            try:
                answer = session.post(url, raw, headers=headers, timeout=60)
            except requests.RequestException:
                own.answers[0] += 1
                time.sleep(0.2)
                continue
            own.seconds.append(time.monotonic() - before)
            own.answers[answer.status_code] += 1
            if answer.status_code in {200, 201} and answer.json()["complete"]:
                left -= 1
            elif answer.status_code in {429, 503}:
                time.sleep(0.5)
            else:
                raise RuntimeError(f"{answer.status_code} {answer.text[:300]}")
        if left:
            own.unanswered += 1
        else:
            own.sent.append(said["submission"])

    return call


def outcome(soak: Soak) -> tuple[int, int, int]:
    """(submissions with a receipt that are not stored or that never got one, households or submissions too many,
    submissions that are not in the register even after the periodic job)."""
    time.sleep(_WAITED if SubmissionState.objects.filter(state=SubmissionState.State.WAITING).exists() else 0)
    derive_waiting()
    stored = {str(each) for each in Submission.objects.values_list("submission_id", flat=True)}
    lost = len(set(soak.sent) - stored) + soak.unanswered
    twice = Household.objects.values("record_id").annotate(rows=Count("pk")).filter(rows__gt=1).count()
    made = Household.objects.filter(intake_records__isnull=False).count()
    waiting = SubmissionState.objects.exclude(state=SubmissionState.State.APPLIED).count()
    return lost, twice + max(0, made - len(stored)), waiting


def p95(seconds: list[float]) -> float:
    """The time that 95 of 100 answers needed at most, seconds."""
    return sorted(seconds)[int(len(seconds) * 0.95)]


@contextmanager
def server(environment: dict[str, str] | None = None) -> Iterator[str]:
    """gunicorn as in `make run`, on this process's database; its address."""
    connections.close_all()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS),
        "--threads", str(THREADS), "--access-logfile", "/dev/null", "--log-level", "warning",
    ]  # fmt: skip
    running = subprocess.Popen(command, cwd=env.ROOT, env=os.environ | {"PORT": str(port)} | (environment or {}))
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, running)
        yield address
    finally:
        running.terminate()
        running.wait(timeout=30)


def _wait_for(address: str, running: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            if requests.get(f"{address}/health/ready", timeout=5).ok:
                return
        except requests.RequestException:
            pass
        if running.poll() is not None:
            raise RuntimeError("the server did not start")
        time.sleep(0.2)
    raise RuntimeError("the server does not answer")
