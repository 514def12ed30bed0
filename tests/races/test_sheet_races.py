"""Two operators at one desk: no line is in two files, and a result file counts once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import IntegrityError, connection

from market.listings.models import Listing
from market.platforms.desk.actions import ImportReport, answering, exporting
from market.platforms.engine.push import push_due
from market.platforms.models import SheetBatch, SheetItem
from market.shops.models import Shop
from tests.market.platforms.desk_tools import LIVE, Desk
from tests.people import make_listing, make_people, make_shop
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def desk(committed_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(SheetBatch._meta.get_field("file"), "storage", FileSystemStorage(tmp_path / "private"))
    return Desk(make_people())


@pytest.fixture
def listing(desk: Desk) -> Listing:
    return make_listing(make_shop(desk.people))


def hold(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> Gate:
    """Stop both threads before this function of the module."""
    gate, real = Gate(), getattr(module, name)

    def held(*arguments: Any, **options: Any) -> Any:
        gate()
        return real(*arguments, **options)

    monkeypatch.setattr(module, name, held)
    return gate


class TestTwoExportsAtOnce:
    @pytest.fixture
    def gate(self, monkeypatch: pytest.MonkeyPatch) -> Gate:
        """Both have made their file and found that nobody else did."""
        return hold(monkeypatch, exporting, "_kept")

    @pytest.fixture
    def calls(self, desk: Desk, listing: Listing) -> list[Callable[[], Any]]:
        push_due()
        buu = desk.people.viewer("buu")
        return [lambda: exporting.export_sheet(connection=desk.connection, by=buu)] * 2

    def test_without_the_lock_only_the_number_saves_us(
        self, calls: list[Callable[[], Any]], gate: Gate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        assert sorted(type(each).__name__ for each in at_once(*calls)) == ["IntegrityError", "SheetBatch"]
        assert gate.met

    def test_without_lock_and_number_one_line_is_in_two_files(
        self, calls: list[Callable[[], Any]], gate: Gate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE market_sheetbatch DROP CONSTRAINT sheet_batch_number_once")
        at_once(*calls)
        assert gate.met and SheetItem.objects.count() == 2

    def test_one_file_holds_the_line(self, calls: list[Callable[[], Any]], gate: Gate) -> None:
        assert sorted(type(each).__name__ for each in at_once(*calls)) == ["NothingToExport", "SheetBatch"]
        assert not gate.met and SheetItem.objects.count() == 1


def test_two_exports_share_what_waits(desk: Desk, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one file's worth: two batches, every line in exactly one of them."""
    shop = Shop.objects.get()
    for number in range(3):
        make_listing(shop, name=f"Hàng {number}")
    push_due()
    monkeypatch.setattr(exporting, "PACK_LINES_MAXIMUM", 2)
    gate = hold(monkeypatch, exporting, "_kept")
    buu = desk.people.viewer("buu")
    made = at_once(*[lambda: exporting.export_sheet(connection=desk.connection, by=buu)] * 2)
    assert not gate.met and sorted(each.number for each in made) == [1, 2]
    assert SheetItem.objects.count() == SheetItem.objects.values("row").distinct().count() == 4


class TestOneResultFileTwiceAtOnce:
    @pytest.fixture
    def calls(self, desk: Desk, listing: Listing) -> list[Callable[[], ImportReport]]:
        raw = desk.answer(desk.export(), {listing.sku: LIVE})
        return [lambda: desk.take(raw)] * 2

    def test_without_the_lock_both_read_it(
        self, calls: list[Callable[[], ImportReport]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = hold(monkeypatch, answering, "_take_lines")
        answers = at_once(*calls)
        assert gate.met and any(isinstance(each, IntegrityError) for each in answers)

    def test_one_reads_it(self, calls: list[Callable[[], ImportReport]], monkeypatch: pytest.MonkeyPatch) -> None:
        gate = hold(monkeypatch, answering, "_take_lines")
        answers = at_once(*calls)
        assert not gate.met
        assert sorted(answers, key=lambda each: each.is_repeat) == [ImportReport(claimed=1), ImportReport(unchanged=1)]
