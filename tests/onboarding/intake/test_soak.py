"""The load of `make bench ARGS=intake`, small: real server, real worker, real devices' threads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.db import connection

from benchmarks.intake import load, make_senders, outcome, server, submitting
from onboarding.intake.models import Submission
from tests.people import make_people


@pytest.mark.usefixtures("committed_db")
def test_a_few_devices_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    make_people()
    senders = make_senders(5)
    base = os.environ.get("DATABASE_URL", "")
    name = connection.settings_dict["NAME"]
    address = f"{base.rsplit('/', 1)[0]}/{name}" if connection.vendor == "postgresql" else f"sqlite:///{name}"
    with server({"DATABASE_URL": address, "STATE_DIR": str(tmp_path), "MODE": "demo"}) as at:
        soak = load(senders, seconds=3, rate=10, call=submitting(at))
        found = outcome(soak, within=60)
    assert (len(soak.records), soak.silent) == (30, {})
    assert (found.not_stored, found.not_registered, found.doubled) == (0, 0, 0) and found.drained is not None
    assert Submission.objects.count() == 30 and soak.answers[201] == 30
