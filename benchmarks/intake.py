"""The field intake under load: twenty devices, fifty submissions a second, against the real server with two workers and
one process for jobs. None may be lost or doubled; the time of an answer stands beside that of a page that only asks the
database for a sign of life.

Every tenth submission is sent twice, as by a device whose answer got lost. A device that is told to try again does. Each
device sends at its own steady times, one after the other; when an answer takes longer, the next ones are late and say so.
"""

from __future__ import annotations

import json
import os
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
from django.db import connection

from benchmarks.figure import Figure
from benchmarks.serving import WORKERS, gunicorn
from config import env
from core.kit import clock
from core.people.actions import give_grant, make_api_token
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.places.models import Hamlet, Unit
from onboarding.households.models import Household
from onboarding.intake.models import Submission, SubmissionState

NAME = "intake"
DEVICES = 20
RATE = 50  # submissions a second, all devices together
_PATIENCE = 120  # seconds after a submission was due
_DRAINED_WITHIN = 600  # seconds after the last receipt


@dataclass
class Soak:
    """What the devices saw: `records` by the ids that got a receipt, `silent` ids that got none within two minutes with the
    last thing that was said about them, ids `told_to_wait` at first; seconds of every answer, and from when a
    submission was due to its receipt; answers by status (0: none)."""

    records: dict[str, str] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)
    told_to_wait: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    since_due: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    took: float = 0.0

    def add(self, other: Soak) -> None:
        """What one device saw."""
        self.records |= other.records
        self.silent |= other.silent
        self.told_to_wait |= other.told_to_wait
        self.seconds += other.seconds
        self.since_due += other.since_due
        self.answers += other.answers
        self.took = max(self.took, other.took)


@dataclass(frozen=True)
class Outcome:
    """What the database says afterwards: receipts without a stored submission, receipts without a household when nothing
    waits any more, rows too many; seconds until nothing waited (None: something still does)."""

    not_stored: int
    not_registered: int
    doubled: int
    drained: float | None


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
        soak = load(senders, seconds=seconds, rate=RATE, call=submitting(address))
        found = outcome(soak)
    engine = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    told = ", ".join(f"{status or 'none'}: {count}" for status, count in sorted(soak.answers.items()))
    later = len(soak.told_to_wait & soak.records.keys())
    peer = f"health page in the same run: {p95(bare.seconds) * 1000:.0f} ms"
    rate = len(soak.records) / soak.took
    load_now = f"{engine}, {WORKERS} workers, load {os.getloadavg()[0]:.1f}"
    return [
        Figure("receipts", len(soak.records), "", f"{load_now}; answers {told}"),
        Figure("lost: receipt without a stored submission", found.not_stored, "", target="= 0"),
        Figure("lost: receipt without a household at the end", found.not_registered, "", target="= 0"),
        Figure("doubled", found.doubled, "", "every tenth was sent twice", target="= 0"),
        Figure(
            "without any receipt", len(soak.silent), "", "; ".join(sorted(set(soak.silent.values())))[:80], target="= 0"
        ),
        Figure("told to try again, stored later", later, "", f"of {len(soak.told_to_wait)} told"),
        Figure("submissions a second", rate, "/s", f"asked for: {RATE}", rate / RATE, "> 0.95x"),
        Figure("answer, median", statistics.median(soak.seconds) * 1000, "ms"),
        Figure("answer, p95", p95(soak.seconds) * 1000, "ms", peer, p95(soak.seconds) / p95(bare.seconds)),
        Figure("receipt after it was due, p95", p95(soak.since_due) * 1000, "ms"),
        Figure("all in the register after the last receipt", -1 if found.drained is None else found.drained, "s"),
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


# (session, sender, which of its submissions, when it was due on the monotonic clock, what it saw)
Call = Callable[[requests.Session, Sender, int, float, Soak], None]


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
                call(session, senders[place], number, due, own)
        own.took = time.monotonic() - start
        with lock:
            soak.add(own)

    threads = [threading.Thread(target=device, args=[place]) for place in range(len(senders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return soak


def _health(address: str) -> Call:
    def call(session: requests.Session, sender: Sender, number: int, due: float, own: Soak) -> None:
        before = time.monotonic()
        own.answers[session.get(f"{address}/health/ready", timeout=30).status_code] += 1
        own.seconds.append(time.monotonic() - before)

    return call


def submitting(address: str) -> Call:
    """Send one envelope until there is a complete receipt; whatever else is answered breaks the run."""
    url = f"{address}/api/v1/field/submissions"

    def call(session: requests.Session, sender: Sender, number: int, due: float, own: Soak) -> None:
        said = envelope(sender, number)
        raw, name = json.dumps(said, ensure_ascii=False).encode(), said["submission"]
        headers = {"Authorization": f"Bearer {sender.key}", "Content-Type": "application/json"}
        until, left, last = time.monotonic() + _PATIENCE, 2 if number % 10 == 0 else 1, ""
        while left and time.monotonic() < until:
            before = time.monotonic()
            try:
                answer = session.post(url, raw, headers=headers, timeout=60)
            except requests.RequestException as problem:
                own.answers[0] += 1
                own.told_to_wait.add(name)
                last = type(problem).__name__
                time.sleep(0.2)
                continue
            own.seconds.append(time.monotonic() - before)
            own.answers[answer.status_code] += 1
            last = str(answer.status_code)
            if answer.status_code in {200, 201} and answer.json()["complete"]:
                if name not in own.records:
                    own.since_due.append(time.monotonic() - due)
                own.records[name] = said["record"]
                left -= 1
            elif answer.status_code in {429, 503}:
                own.told_to_wait.add(name)
                time.sleep(0.5)
            else:
                raise RuntimeError(f"{answer.status_code} {answer.text[:300]}")
        if name not in own.records:
            own.silent[name] = last

    return call


def outcome(soak: Soak, within: float = _DRAINED_WITHIN) -> Outcome:
    """Wait until the jobs have derived everything, then compare the receipts with the rows."""
    began, drained = time.monotonic(), None
    while drained is None and time.monotonic() - began < within:
        if not SubmissionState.objects.filter(state=SubmissionState.State.WAITING).exists():
            drained = time.monotonic() - began
        time.sleep(0.2)
    stored = [str(each) for each in Submission.objects.values_list("submission_id", flat=True)]
    made = Household.objects.filter(intake_records__isnull=False).values_list("record_id", flat=True)
    households = [str(each) for each in made]
    return Outcome(
        not_stored=len(soak.records.keys() - set(stored)),
        not_registered=len(set(soak.records.values()) - set(households)),
        doubled=len(stored) - len(set(stored)) + len(households) - len(set(households)),
        drained=drained,
    )


def p95(seconds: list[float]) -> float:
    """The time that 95 of 100 answers needed at most, seconds."""
    return sorted(seconds)[int(len(seconds) * 0.95)]


@contextmanager
def server(environment: dict[str, str] | None = None) -> Iterator[str]:
    """gunicorn and the worker as in `make run`, on this process's database; the address."""
    with gunicorn("config.wsgi", "/health/ready", environment) as address:
        around = os.environ | {"PORT": address.rpartition(":")[2]} | (environment or {})
        worker = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=env.ROOT, env=around)
        try:
            yield address
        finally:
            worker.terminate()
            worker.wait(timeout=40)
