"""A real worker process dies in the middle of an import, several times; every row is written exactly once."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from core.audit.models import AuditEntry
from core.imports.actions.applying import apply_import
from core.imports.models import ImportBatch
from core.places.models import Hamlet
from onboarding.households.models import Household
from tests.core.imports.conftest import Desk, counts
from tests.people import make_people

ROOT = Path(__file__).resolve().parents[3]
ROWS, KILLS = 160, 4
LETTERS = "bcdghklmnpqrstvx"


def database() -> str:
    name = connection.settings_dict["NAME"]
    return (
        f"sqlite:///{name}"
        if connection.vendor == "sqlite"
        else f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"
    )


def test_kill_nine_in_the_middle_loses_and_doubles_nothing(committed_db: None, tmp_path: Path) -> None:
    people = make_people()
    desk = Desk(people)
    batch = desk.preview([["Tên thôn"], *([f"Ấp {number}"] for number in range(1, ROWS + 1))])
    apply_import(batch=batch, by=desk.viewer)
    environ = os.environ | {"MODE": "test", "DATABASE_URL": database(), "STATE_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "work", "--interval", "0.1", "--lease", "1.5"]
    dice = random.Random(20261122)
    killed_in_the_middle = 0
    for number in range(KILLS + 1):
        worker = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
        try:
            before = done(batch)
            aim = dice.randint(before + 1, before + 40) if number < KILLS else ROWS + 1
            deadline = time.monotonic() + 60
            while done(batch) < aim and state(batch) == "applying":
                assert worker.poll() is None and time.monotonic() < deadline, "the worker does nothing"
                time.sleep(0.01)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait(timeout=10)
        killed_in_the_middle += before < done(batch) < ROWS
    assert killed_in_the_middle >= 2, "the deaths were not in the middle; make the sheet longer"
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("applied", {"created": ROWS})
    names = list(Hamlet.objects.filter(commune=people.commune, name__startswith="Ấp").values_list("name", flat=True))
    assert sorted(names) == sorted(f"Ấp {number}" for number in range(1, ROWS + 1))
    assert AuditEntry.objects.filter(action="hamlet.opened").count() == ROWS
    assert all(row.effect for row in batch.rows.all())


@pytest.mark.slow
def test_kill_nine_among_chunks_of_households(committed_db: None, tmp_path: Path) -> None:
    """Hundreds of rows in one transaction: dead in the middle of a chunk, none of it is there; the rest follows."""
    people = make_people()
    desk = Desk(people)
    names = ("".join(letters) for letters in itertools.product(LETTERS, LETTERS, LETTERS[:5]))
    rows = [["Họ tên chủ hộ", "Thôn"], *([f"Trần Văn {name}a", "Thôn 1"] for name in names)]
    batch = desk.preview(rows, kind="ho")
    total = batch.total
    apply_import(batch=batch, by=desk.viewer)
    environ = os.environ | {"MODE": "test", "DATABASE_URL": database(), "STATE_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "work", "--interval", "0.1", "--lease", "1.5"]
    found = []
    for kill in (True, True, False):
        worker = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
        try:
            before, deadline = done(batch), time.monotonic() + 60
            while state(batch) == "applying" and not (kill and done(batch) > before):
                assert worker.poll() is None and time.monotonic() < deadline, "the worker does nothing"
                time.sleep(0.005)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait(timeout=10)
        found.append(done(batch))
        made = Household.objects.filter(source="import").count()
        assert made == done(batch) == AuditEntry.objects.filter(action="household.registered", via="import").count()
    assert 0 < found[0] < total, "the first death was not in the middle; make the sheet longer"
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("applied", {"created": total})
    assert Household.objects.filter(source="import").values("head_name").distinct().count() == total


def done(batch: ImportBatch) -> int:
    return batch.rows.filter(state="done").count()


def state(batch: ImportBatch) -> str:
    return ImportBatch.objects.values_list("state", flat=True).get(pk=batch.pk)
