"""A real worker dies in the middle of a list with pictures, at random moments; nothing is lost and nothing doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.audit.models import AuditEntry
from core.files.models import Photo
from core.imports.actions.applying import apply_import
from core.imports.models import ImportBatch
from core.jobs.models import Job
from core.kit import clock
from market.listings.models import Listing, ListingPhoto, PriceChange, StockMove
from market.lists.models import SheetPicture
from tests.core.imports.test_worker_killed import ROOT, database, done, state
from tests.market.lists.conftest import CATEGORY, ListDesk, picture
from tests.people import make_people, make_shop

DICE = random.Random(20261122)


def run_with_kills(desk: ListDesk, folder: Path, rows: int, kills: int, seconds: tuple[float, float]) -> int:
    """Import so many new goods, each with a picture of its own and one of five that all share; returns how many of the
    deaths were in the middle."""
    lines = [
        ["", f"Hàng số {number}", CATEGORY, "Ngon.", 50_000 + number, "hộp", 7, f"{number}.jpg; chung-{number % 5}.jpg", "đang bán"]
        for number in range(rows)
    ]  # fmt: skip
    pictures = {f"{number}.jpg": picture(number) for number in range(rows)}
    pictures |= {f"chung-{number}.jpg": picture(9_000 + number) for number in range(5)}
    batch = desk.preview(lines, pictures)
    assert (batch.state, batch.created) == ("previewed", rows)
    apply_import(batch=batch, by=desk.viewer)
    environ = os.environ | {"MODE": "test", "DATABASE_URL": database(), "STATE_DIR": str(folder)}
    command = [sys.executable, "manage.py", "work", "--interval", "0.1", "--lease", "1.5"]
    in_the_middle, deadline = 0, time.monotonic() + 900
    for number in range(kills + 1):
        worker = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
        try:
            before, until = (done(batch), SheetPicture.objects.count()), time.monotonic() + DICE.uniform(*seconds)
            started = False
            while state(batch) == "applying" and time.monotonic() < deadline:
                assert worker.poll() is None
                # The pause before another try, some ten seconds, is no matter of this test.
                Job.objects.filter(state=Job.State.WAITING, next_try_at__gt=clock.now()).update(next_try_at=clock.now())
                if not started and (done(batch), SheetPicture.objects.count()) != before:
                    started, until = True, time.monotonic() + DICE.uniform(*seconds)
                if number < kills and started and time.monotonic() > until:
                    break
                time.sleep(0.03)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait(timeout=10)
        in_the_middle += state(batch) == "applying"
    batch.refresh_from_db()
    assert (batch.state, batch.created, batch.refused) == ("applied", rows, 0)
    assert_nothing_doubled(desk, batch, rows)
    return in_the_middle


def assert_nothing_doubled(desk: ListDesk, batch: ImportBatch, rows: int) -> None:
    listings = Listing.objects.filter(shop=desk.shop)
    assert listings.count() == listings.values("name").distinct().count() == rows
    assert set(listings.values_list("stock", "state")) == {(7, "published")}
    assert StockMove.objects.count() == PriceChange.objects.count() == rows
    assert Photo.objects.count() == SheetPicture.objects.count() == rows + 5
    assert Photo.objects.values("sha256").distinct().count() == rows + 5
    assert ListingPhoto.objects.count() == 2 * rows
    assert AuditEntry.objects.filter(action="listing.written").count() == rows
    assert all(row.effect for row in batch.rows.all())


@pytest.fixture
def killed_desk(committed_db: None) -> ListDesk:
    """An's desk in a database that a worker sees."""
    people = make_people()
    return ListDesk(people, make_shop(people))


def test_kill_nine_at_random_moments(killed_desk: ListDesk, tmp_path: Path) -> None:
    assert run_with_kills(killed_desk, tmp_path, 40, 2, (0.0, 0.3)) >= 1, "the deaths were not in the middle"


@pytest.mark.slow
def test_kill_nine_at_random_moments_of_two_hundred_rows(killed_desk: ListDesk, tmp_path: Path) -> None:
    assert run_with_kills(killed_desk, tmp_path, 200, 3, (0.0, 0.6)) >= 2, "the deaths were not in the middle"


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("FULL") != "1", reason="four minutes: SLOW=1 FULL=1 make test")
def test_two_thousand_rows_with_pictures_finish_after_ten_deaths(killed_desk: ListDesk, tmp_path: Path) -> None:
    assert run_with_kills(killed_desk, tmp_path, 2_000, 10, (0.2, 4.0)) >= 6, "the deaths were not in the middle"
