"""A sheet from the file to the register and back: preview, apply, repeat, refuse, undo."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from core.audit.models import AuditEntry
from core.imports.actions import applying, previewing
from core.imports.actions.applying import CHANGED_SINCE, apply_import, apply_rows
from core.imports.actions.ending import cancel_import, erase_old_imports, give_refused_back, go_on
from core.imports.actions.locking import StepRefused
from core.imports.actions.previewing import choose_mapping, make_preview
from core.imports.actions.starting import start_import
from core.imports.actions.undoing import undo_import, undo_rows
from core.imports.hamlets.kind import HamletKind
from core.imports.models import ColumnMapping, ImportBatch, ImportFilePart, ImportRow
from core.imports.queries import cells_of, earlier_import, findings_of, likely_mapping, read_table
from core.imports.registry import import_kind
from core.imports.sheet.headings import REASON_HEADING
from core.imports.sheet.workbook import read_sheets
from core.jobs.models import Job
from core.jobs.work.runner import run_waiting_jobs
from core.kit import clock
from core.people.models import Grant
from core.people.queries import SYSTEM
from core.places.actions.hamlets import open_hamlet
from core.places.models import Hamlet, HamletName, Unit
from tests.core.imports.conftest import Desk, counts, hamlets
from tests.core.imports.sheet_tools import xlsx

LIST = [
    ["ỦY BAN NHÂN DÂN XÃ"],
    ["TT", "Tên thôn", "Số hộ", "Tên cũ", "Ghi chú"],
    [1, "THÔN 01", 120, None, None],
    [2, "Thôn Bàu Cát", 85, None, "mới"],
    [3, "Thôn Lộc Thạnh", 60, None, None],
    [4, "3", 12, None, "=HYPERLINK(1)"],
    [5, "Thôn Bàu Cát", 85, None, None],
    ["Tổng cộng", None, 277],
]


def everything() -> dict[str, list[Any]]:
    """What an import may change, to compare before and after."""
    return {
        "hamlets": list(Hamlet.objects.order_by("pk").values()),
        "batches": list(ImportBatch.objects.order_by("pk").values()),
        "rows": list(ImportRow.objects.order_by("pk").values("batch", "number", "outcome", "state")),
        "jobs": list(Job.objects.values("name", "state")),
        "trail": [AuditEntry.objects.count()],
    }


def verdicts(batch: ImportBatch) -> dict[int, tuple[str, str]]:
    """Line → outcome and what was said."""
    return {
        row.number: (row.outcome, " ".join((*findings_of(row).reasons, *findings_of(row).warnings)))
        for row in ImportRow.objects.filter(batch=batch).order_by("number")
    }


def test_the_preview_says_what_every_row_would_do_and_does_nothing(desk: Desk) -> None:
    before = hamlets(desk.people.commune)
    batch = desk.preview(LIST)
    assert (batch.state, batch.total, counts(batch)) == (
        "previewed", 5, {"created": 2, "unchanged": 2, "refused": 1, "warnings": 1},
    )  # fmt: skip
    assert verdicts(batch) == {
        3: ("unchanged", ""),
        4: ("created", ""),
        5: ("created", ""),
        6: ("refused", "«3» chưa phải tên đầy đủ. Hãy ghi như «Thôn 1», «Ấp Tân Lập»."),
        7: ("unchanged", "Giống hệt dòng 4, chỉ tính một lần."),
    }
    assert [row["why"] for row in json.loads(batch.skipped)] == ["Dòng cộng."]
    assert hamlets(desk.people.commune) == before == ["Thôn 1"]


def test_applying_does_what_was_shown(desk: Desk) -> None:
    batch = desk.import_rows(LIST)
    assert (batch.state, counts(batch)) == ("applied", {"created": 2, "unchanged": 2, "refused": 1, "warnings": 1})
    assert hamlets(desk.people.commune) == ["Thôn 1", "Thôn Bàu Cát", "Thôn Lộc Thạnh"]
    words = list(
        AuditEntry.objects.filter(object_label=f"import_batch:{batch.pk}")
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert words == ["import.started", "import.mapped", "import.applied", "import.finished"]
    added = AuditEntry.objects.filter(action="hamlet.opened")
    assert {entry.actor_id for entry in added} == {desk.viewer.user_id} and added.count() == 2


def test_the_same_file_again_is_said_and_changes_nothing(desk: Desk) -> None:
    content = xlsx(LIST)
    first = desk.import_rows(content)
    before = hamlets(desk.people.commune)
    again = desk.preview(content)
    assert earlier_import(again) == first
    assert counts(again) == {"unchanged": 4, "refused": 1, "warnings": 1}
    with pytest.raises(StepRefused, match="Chưa có dòng nào"):
        apply_import(batch=again, by=desk.viewer)
    assert hamlets(desk.people.commune) == before
    other = desk.preview([["Tên thôn"], ["Thôn 1"]])
    assert earlier_import(other) is None


def test_undoing_restores_exactly(desk: Desk) -> None:
    desk.import_rows([["Tên thôn"], ["Thôn Cũ"]])
    before = list(Hamlet.objects.order_by("pk").values())
    batch = desk.import_rows(
        [["Tên cũ", "Tên mới"], ["Thôn Cũ", "Thôn Hòa Bình"], [None, "Thôn 9"], [None, "Thôn Bàu Sen"]]
    )
    assert counts(batch) == {"created": 2, "changed": 1}
    assert hamlets(desk.people.commune) == ["Thôn 1", "Thôn Hòa Bình", "Thôn 9", "Thôn Bàu Sen"]
    undo_import(batch=batch, by=desk.viewer)
    assert Hamlet.objects.count() == 4, "the worker does it, not the click"
    run_waiting_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.kept) == ("undone", 0)
    assert list(Hamlet.objects.order_by("pk").values()) == before
    assert set(batch.rows.values_list("state", flat=True)) == {"undone"}
    with pytest.raises(StepRefused):
        undo_import(batch=batch, by=desk.viewer)


def test_undoing_a_rename_dated_ahead(desk: Desk) -> None:
    before, day = list(Hamlet.objects.order_by("pk").values()), clock.today() + timedelta(days=20)
    batch = desk.import_rows([["Tên thôn", "Tên cũ", "Ngày đổi tên"], ["Thôn Đẹp", "Thôn 1", day.strftime("%d/%m/%Y")]])
    assert hamlets(desk.people.commune) == ["Thôn 1"]
    assert HamletName.objects.count() == 2
    undo_import(batch=batch, by=desk.viewer)
    run_waiting_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.kept, HamletName.objects.count()) == ("undone", 0, 0)
    assert list(Hamlet.objects.order_by("pk").values()) == before


def test_undoing_a_rename_leaves_a_name_that_is_anothers_by_now(desk: Desk) -> None:
    batch = desk.import_rows([["Tên cũ", "Tên mới"], ["Thôn 1", "Thôn Đẹp"]])
    open_hamlet(commune=desk.people.commune, name="Thôn 1", on=clock.today(), actor_id=None)
    undo_import(batch=batch, by=desk.viewer)
    run_waiting_jobs()
    batch.refresh_from_db()
    assert batch.kept == 1
    assert findings_of(batch.rows.get(state="kept")).reasons == (
        "Giữ nguyên khi hoàn tác: tên cũ đã được đặt cho nơi khác.",
    )
    assert hamlets(desk.people.commune) == ["Thôn Đẹp", "Thôn 1"]


def test_a_name_of_another_time_needs_a_day(desk: Desk) -> None:
    desk.import_rows([["Tên cũ", "Tên mới"], ["Thôn 1", "Thôn Đẹp"]])
    batch = desk.import_rows([["Tên thôn"], ["Thôn 1"]])
    assert counts(batch) == {"refused": 1}
    assert hamlets(desk.people.commune) == ["Thôn Đẹp"]


def test_undoing_keeps_what_others_have_changed_or_used_since(desk: Desk) -> None:
    from tests.people import make_producer

    batch = desk.import_rows([["Tên thôn"], ["Thôn 7"], ["Thôn 8"], ["Thôn 9"]])
    make_producer("Hộ Bảy", Hamlet.objects.get(name="Thôn 7"))
    Hamlet.objects.filter(name="Thôn 8").update(name="Thôn Tám")
    undo_import(batch=batch, by=desk.viewer)
    run_waiting_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.kept) == ("undone", 2)
    assert hamlets(desk.people.commune) == ["Thôn 1", "Thôn 7", "Thôn Tám"]
    assert [(row.number, findings_of(row).reasons) for row in batch.rows.filter(state="kept").order_by("number")] == [
        (2, ("Giữ nguyên khi hoàn tác: đã có hộ, người hoặc việc gắn với thôn, ấp này.",)),
        (3, ("Giữ nguyên khi hoàn tác: tên đã được sửa lại sau khi nhập.",)),
    ]


def test_refused_rows_come_back_as_the_same_sheet_and_are_taken_once_mended(desk: Desk) -> None:
    batch = desk.import_rows(LIST)
    content = give_refused_back(batch=batch, by=desk.viewer)
    (sheet,) = read_sheets(content)
    assert sheet.rows == [
        ["TT", "Tên thôn", "Số hộ", "Tên cũ", "Ghi chú", REASON_HEADING],
        [4, "3", 12, "", "=HYPERLINK(1)", "«3» chưa phải tên đầy đủ. Hãy ghi như «Thôn 1», «Ấp Tân Lập»."],
    ]
    assert sheet.formulas == 0
    assert AuditEntry.objects.filter(action="import.refused_taken").count() == 1

    mended = [sheet.rows[0], [4, "Thôn 3", 12, "", "", sheet.rows[1][5]], [5, "Thôn 3", 13, "", "", "lý do cũ"]]
    again = desk.import_rows(mended)
    assert counts(again) == {"created": 1, "unchanged": 1, "warnings": 1}
    assert hamlets(desk.people.commune)[-1] == "Thôn 3"
    assert ColumnMapping.objects.count() == 1, "the mapping is remembered for the same headings, reasons left out"
    third = desk.preview([sheet.rows[0], [6, "6", 1, "", "", "lý do cũ"]])
    (twice,) = read_sheets(give_refused_back(batch=third, by=desk.viewer))
    assert twice.rows[0] == sheet.rows[0] and twice.rows[1][:3] == [6, "6", 1]
    assert "lý do cũ" not in str(twice.rows)


def test_the_mapping_a_person_chose_is_remembered_for_any_order(desk: Desk) -> None:
    batch = desk.bring([["Nơi A", "Nơi B"], ["Thôn 5", "Thôn 6"]])
    assert batch.mapping == {}
    choose_mapping(batch=batch, sheet_index=0, header_row=0, header_depth=1, mapping={"name": 1}, by=desk.viewer)
    other_order = desk.bring([["Nơi B", "Nơi A"], ["Thôn 6", "Thôn 5"]])
    assert other_order.mapping == {"name": 0}
    header = read_table(other_order).header
    kind = import_kind("thon-ap")
    assert likely_mapping(kind, desk.people.commune, header) == ({"name": 0}, set(), True)
    elsewhere = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=desk.people.commune.pk)[0]
    assert likely_mapping(kind, elsewhere, header) == ({}, set(), False)


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({}, "Còn thiếu cột «Tên thôn, ấp, khu phố»"),
        ({"name": 1, "old_name": 1}, "chọn cho hai mục"),
    ],
)
def test_a_mapping_that_cannot_be_changes_nothing(desk: Desk, mapping: dict[str, int], sentence: str) -> None:
    batch = desk.bring(LIST)
    before = everything()
    with pytest.raises(StepRefused, match=sentence):
        choose_mapping(batch=batch, sheet_index=0, header_row=1, header_depth=1, mapping=mapping, by=desk.viewer)
    assert everything() == before


def test_a_row_that_would_do_something_else_by_now_is_refused(desk: Desk) -> None:
    desk.import_rows([["Tên thôn"], ["Thôn Cũ"]])
    batch = desk.preview([["Tên cũ", "Tên mới"], ["Thôn Cũ", "Thôn Mới"], [None, "Thôn 9"]])
    commune = desk.people.commune
    Hamlet.objects.create(commune=commune, name="Thôn 9")
    Hamlet.objects.filter(name="Thôn Cũ").update(name="THÔN CŨ")
    apply_import(batch=batch, by=desk.viewer)
    run_waiting_jobs()
    batch.refresh_from_db()
    assert counts(batch) == {"unchanged": 1, "refused": 1}
    assert verdicts(batch)[2] == ("refused", CHANGED_SINCE)
    assert hamlets(commune) == ["Thôn 1", "THÔN CŨ", "Thôn 9"]


def test_a_row_that_breaks_is_refused_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = HamletKind.write_row

    def broken(self: HamletKind, verdict: Any, checked: Any) -> Any:
        if verdict.title == "Thôn 3":
            real(self, verdict, checked)
            raise ZeroDivisionError
        return real(self, verdict, checked)

    monkeypatch.setattr(HamletKind, "write_row", broken)
    batch = desk.import_rows([["Tên thôn"], ["Thôn 2"], ["Thôn 3"], ["Thôn 4"]])
    assert (batch.state, counts(batch)) == ("applied", {"created": 2, "refused": 1})
    assert hamlets(desk.people.commune) == ["Thôn 1", "Thôn 2", "Thôn 4"]


def test_a_database_that_is_away_stops_the_job_and_no_row_is_lost(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = apply_import(batch=desk.preview([["Tên thôn"], ["Thôn 2"], ["Thôn 3"]]), by=desk.viewer)
    monkeypatch.setattr(HamletKind, "write_row", lambda *_: (_ for _ in ()).throw(OperationalError("away")))
    with pytest.raises(OperationalError):
        apply_rows(batch_id=batch.pk)
    assert set(batch.rows.values_list("state", flat=True)) == {"waiting"}
    monkeypatch.undo()
    run_waiting_jobs()
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("applied", {"created": 2})


def test_work_is_done_in_pieces_and_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [["Tên thôn"], *([f"Thôn {number}"] for number in range(2, 9))]
    batch = apply_import(batch=desk.preview(rows), by=desk.viewer)
    Job.objects.all().delete()
    monkeypatch.setattr(HamletKind, "rows_at_once", 2)
    for left in (5, 3):
        apply_rows(batch_id=batch.pk, seconds=0)
        assert batch.rows.filter(state="waiting").count() == left
    assert [(job.name, job.key) for job in Job.objects.all()] == [("imports.apply", str(batch.pk))]
    run_waiting_jobs()
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("applied", {"created": 7})
    undo_import(batch=batch, by=desk.viewer)
    undo_rows(batch_id=batch.pk, seconds=0)
    assert hamlets(desk.people.commune)[-1] == "Thôn 7", "the last first"
    run_waiting_jobs()
    assert hamlets(desk.people.commune) == ["Thôn 1"]


def test_large_sheets_are_looked_at_in_the_background_and_a_new_mapping_stops_the_old_work(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "PREVIEW_AT_ONCE", 3)
    monkeypatch.setattr(previewing, "_ROWS_AT_ONCE", 2)
    rows = [["Tên thôn", "Tên khác"], *([f"Thôn {number}", f"Ấp {number}"] for number in range(2, 9))]
    rows.append(["Thôn 3", "Ấp 3"])
    batch = desk.bring(rows)
    chosen = {"sheet_index": 0, "header_row": 0, "header_depth": 1}
    choose_mapping(batch=batch, mapping={"name": 0}, by=desk.viewer, **chosen)
    batch.refresh_from_db()
    assert (batch.state, batch.total, batch.rows.count()) == ("previewing", 8, 0)
    choose_mapping(batch=batch, mapping={"name": 1}, by=desk.viewer, **chosen)
    make_preview(batch_id=batch.pk, revision=1)
    assert batch.rows.count() == 0
    run_waiting_jobs()
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("previewed", {"created": 7, "unchanged": 1, "warnings": 1})
    assert findings_of(batch.rows.get(number=2)).title == "Ấp 2"
    make_preview(batch_id=batch.pk, revision=2)  # the job may run twice
    assert batch.rows.count() == 8


def test_a_right_that_has_ended_stops_the_work(desk: Desk) -> None:
    batch = apply_import(batch=desk.preview([["Tên thôn"], ["Thôn 2"]]), by=desk.viewer)
    Grant.objects.filter(user=desk.people.users["chi"]).update(valid_to=clock.today())
    run_waiting_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == ("failed", applying.NO_LONGER_ALLOWED)
    assert hamlets(desk.people.commune) == ["Thôn 1"]


def stopped(desk: Desk, *, written: int) -> ImportBatch:
    """Three new hamlets, of which so many were written when Chi's right ended; it has come back since."""
    batch = apply_import(batch=desk.preview([["Tên thôn"], ["Thôn 2"], ["Thôn 3"], ["Thôn 4"]]), by=desk.viewer)
    with pytest.MonkeyPatch.context() as one_by_one:
        one_by_one.setattr(HamletKind, "rows_at_once", 1)
        for _ in range(written):
            apply_rows(batch_id=batch.pk, seconds=-1)
    right = Grant.objects.filter(user=desk.people.users["chi"])
    right.update(valid_to=clock.today())
    run_waiting_jobs()
    right.update(valid_to=None)
    batch.refresh_from_db()
    assert batch.state == "failed"
    return batch


def test_an_import_stopped_half_way_is_not_cancelled_but_undone(desk: Desk) -> None:
    batch = stopped(desk, written=1)
    assert hamlets(desk.people.commune) == ["Thôn 1", "Thôn 2"]
    assert counts(batch) == {"created": 1, "refused": 2}
    assert [verdicts(batch)[line] for line in (3, 4)] == [("refused", applying.NOT_WRITTEN)] * 2
    before = everything()
    with pytest.raises(StepRefused):
        cancel_import(batch=batch, by=desk.viewer)
    with pytest.raises(StepRefused):
        choose_mapping(batch=batch, sheet_index=0, header_row=0, header_depth=1, mapping={"name": 0}, by=desk.viewer)
    ImportBatch.objects.filter(pk=batch.pk).update(made_at=clock.now() - timedelta(days=15))
    assert erase_old_imports() == 0
    ImportBatch.objects.filter(pk=batch.pk).update(made_at=batch.made_at)
    assert everything() == before
    (sheet,) = read_sheets(give_refused_back(batch=batch, by=desk.viewer))
    assert [row[0] for row in sheet.rows] == ["Tên thôn", "Thôn 3", "Thôn 4"]
    undo_import(batch=batch, by=desk.viewer)
    run_waiting_jobs()
    batch.refresh_from_db()
    assert (batch.state, hamlets(desk.people.commune)) == ("undone", ["Thôn 1"])


def test_an_import_stopped_half_way_is_erased_when_its_time_is_over(desk: Desk) -> None:
    batch = stopped(desk, written=1)
    ImportBatch.objects.filter(pk=batch.pk).update(made_at=clock.now() - timedelta(days=91))
    assert erase_old_imports() == 1
    batch.refresh_from_db()
    assert (batch.state, batch.created, batch.rows.count()) == ("failed", 1, 3)
    with pytest.raises(StepRefused, match="thời hạn"):
        undo_import(batch=batch, by=desk.viewer)


def test_an_import_stopped_before_its_first_row_may_be_cancelled(desk: Desk) -> None:
    batch = stopped(desk, written=0)
    assert batch.applied_at is None
    with pytest.raises(StepRefused):
        undo_import(batch=batch, by=desk.viewer)
    cancel_import(batch=batch, by=desk.viewer)
    assert hamlets(desk.people.commune) == ["Thôn 1"]


@pytest.mark.parametrize("name", ["an", "dung", "hanh", "buu"])
def test_outsiders_change_nothing(desk: Desk, name: str) -> None:
    batch = desk.preview(LIST)
    applied = desk.import_rows([["Tên thôn"], ["Thôn 50"]])
    before = everything()
    viewer = desk.people.viewer(name)
    with pytest.raises(PermissionError):
        start_import(kind_code="thon-ap", unit=desk.people.commune, content=xlsx(LIST), file_name="", by=viewer)
    with pytest.raises(PermissionError):
        start_import(kind_code="thon-ap", unit=desk.people.commune, content=xlsx(LIST), file_name="", by=SYSTEM)
    for step in (apply_import, cancel_import, give_refused_back, go_on):
        with pytest.raises(PermissionError):
            step(batch=batch, by=viewer)
    with pytest.raises(PermissionError):
        undo_import(batch=applied, by=viewer)
    assert everything() == before


def test_what_a_sheet_says_is_stored_unreadable_and_erased_in_time(desk: Desk) -> None:
    from django.db import connection

    batch = desk.import_rows(LIST)
    tables = ("core_importfilepart", "core_importrow", "core_importbatch")
    with connection.cursor() as cursor:
        stored = ""
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")
            stored += str(cursor.fetchall())
    assert "Bàu Cát" not in stored and "B\\u00e0u" not in stored and "Thôn" not in stored.replace("Tên thôn", "")
    assert cells_of(batch.rows.get(number=4)) == [2, "Thôn Bàu Cát", 85, "", "mới"]

    draft = desk.preview([["Tên thôn"], ["Thôn 60"]])
    ImportBatch.objects.filter(pk=draft.pk).update(made_at=clock.now() - timedelta(days=15))
    ImportBatch.objects.filter(pk=batch.pk).update(made_at=clock.now() - timedelta(days=89))
    assert erase_old_imports() == 1
    ImportBatch.objects.filter(pk=batch.pk).update(made_at=clock.now() - timedelta(days=91))
    assert (erase_old_imports(), erase_old_imports()) == (1, 0)
    batch.refresh_from_db()
    draft.refresh_from_db()
    assert (draft.state, draft.rows.count(), draft.parts.count()) == ("cancelled", 0, 0)
    assert not ImportFilePart.objects.exists() and batch.skipped == ""
    assert {(row.cells, row.findings, row.effect) for row in batch.rows.all()} == {("", "", "")}
    assert (batch.created, batch.rows.count(), batch.state) == (2, 5, "applied")
    with pytest.raises(StepRefused, match="thời hạn"):
        undo_import(batch=batch, by=desk.viewer)
    with pytest.raises(StepRefused, match="thời hạn"):
        give_refused_back(batch=batch, by=desk.viewer)


def test_cancelling_erases_at_once(desk: Desk) -> None:
    batch = desk.preview(LIST)
    cancel_import(batch=batch, by=desk.viewer)
    batch.refresh_from_db()
    assert (batch.state, batch.rows.count(), ImportFilePart.objects.count()) == ("cancelled", 0, 0)
    with pytest.raises(StepRefused):
        apply_import(batch=batch, by=desk.viewer)
    applied = desk.import_rows([["Tên thôn"], ["Thôn 2"]])
    with pytest.raises(StepRefused, match="hoàn tác"):
        cancel_import(batch=applied, by=desk.viewer)


def test_a_province_names_the_commune_in_each_row(desk: Desk) -> None:
    province = desk.people.commune.parent
    assert province is not None
    office = Desk(desk.people, "phuong")
    commune = desk.people.commune
    rows = [
        ["Xã, phường", "Thôn"],
        [f"{commune.kind} {commune.name}".upper(), "Thôn 2"],
        ["xã Không Có", "Thôn 3"],
        [None, "Thôn 4"],
    ]
    batch = office.import_rows(rows, unit=province)
    assert counts(batch) == {"created": 1, "refused": 2}
    assert [said for _, (_, said) in sorted(verdicts(batch).items())] == [
        "",
        "Không có đơn vị nào tên «xã Không Có». Hãy xem lại cách viết.",
        "Thiếu tên xã, phường. Hãy điền rồi gửi lại dòng này.",
    ]
    with pytest.raises(PermissionError):
        desk.bring(rows, unit=province)


def test_names_without_marks_and_names_that_differ_by_marks(desk: Desk) -> None:
    desk.import_rows([["Tên thôn"], ["Thôn Lộc Thành"]])
    batch = desk.preview([["Tên thôn"], ["Thon Loc Thanh"], ["Thôn Lộc Thạnh"]])
    assert verdicts(batch) == {
        2: ("unchanged", "Ghi không dấu; hiểu là «Thôn Lộc Thành» đã có."),
        3: ("created", "Đã có «Thôn Lộc Thành» chỉ khác dấu. Nếu là một nơi, hãy bỏ dòng này."),
    }


def test_hidden_rows_are_read_and_said(desk: Desk) -> None:
    batch = desk.preview([["Tên thôn"], ["Thôn 2"], ["Thôn 3"]], hidden=[3])
    assert verdicts(batch) == {2: ("created", ""), 3: ("created", "Dòng này đang bị ẩn trong bảng.")}


def test_the_sheet_that_fits_is_chosen(desk: Desk) -> None:
    content = xlsx([["Hướng dẫn điền"]], name="Hướng dẫn", more={"DS thôn": [["TT", "Tên thôn"], [1, "Thôn 2"]]})
    assert desk.bring(content).sheet_index == 1


def test_refused_sheet_of_a_row_wider_than_its_heading(desk: Desk) -> None:
    batch = desk.preview([["Tên thôn"], ["9", "", "ghi thêm"]])
    (sheet,) = read_sheets(give_refused_back(batch=batch, by=desk.viewer))
    assert sheet.rows[1][:3] == ["9", "", "ghi thêm"] and sheet.rows[0][3] == REASON_HEADING


def test_the_refused_sheet_is_no_place_for_formulas(desk: Desk) -> None:
    import openpyxl

    nasty = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "http://a.vn"]
    batch = desk.preview([["Tên thôn", *"ABCDEF"], ["9", *nasty]])
    book = openpyxl.load_workbook(io.BytesIO(give_refused_back(batch=batch, by=desk.viewer)))
    cells = next(iter(book.active.iter_rows(min_row=2, max_row=2)))
    assert [cell.data_type for cell in cells] == ["s"] * 8
    assert [cell.value for cell in cells[1:7]] == [
        text.replace("\t", "") if text.startswith("\t") else text for text in nasty
    ]
    assert all(cell.hyperlink is None for cell in cells)


@pytest.mark.parametrize("name", ["=1+1", "<b>Xóm Đồi</b>", "Thôn @1", "Ấp {x}"])
def test_formulas_and_markup_are_no_names(desk: Desk, name: str) -> None:
    batch = desk.preview([["TT", "Tên thôn"], [1, "Thôn Mới"], [2, name], [3, "Thôn 2-3 (Bàu Trắng)"]])
    assert {number: outcome for number, (outcome, _) in verdicts(batch).items()} == {
        2: "created",
        3: "refused",
        4: "created",
    }


def test_a_row_without_its_name_comes_back(desk: Desk) -> None:
    batch = desk.preview([["TT", "Tên thôn", "Số hộ", "Ghi chú"], [1, "Thôn Mới", 3, ""], [2, "", 12, "thiếu tên"]])
    assert verdicts(batch)[3][0] == "refused" and json.loads(batch.skipped or "[]") == []


def test_each_death_after_some_rows_counts_as_the_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in pieces is given up when it dies eight times at one piece, not when it died eight times in all."""
    monkeypatch.setattr(HamletKind, "rows_at_once", 1)
    batch = apply_import(batch=desk.preview([["Tên thôn"], ["Thôn 2"], ["Thôn 3"]]), by=desk.viewer)
    Job.objects.exclude(state=Job.State.DONE).update(state=Job.State.RUNNING, tries=8, lease_until=clock.now())
    with monkeypatch.context() as broken:
        broken.setattr(HamletKind, "write_row", away)
        with pytest.raises(OperationalError):
            apply_rows(batch_id=batch.pk)
    assert Job.objects.get(name="imports.apply").tries == 8, "it got nowhere"
    apply_rows(batch_id=batch.pk, seconds=0)
    assert (Job.objects.get(name="imports.apply").tries, batch.rows.filter(state="done").count()) == (1, 1)


def test_so_does_each_death_of_an_undo(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = undo_import(batch=desk.import_rows([["Tên thôn"], ["Thôn 2"], ["Thôn 3"]]), by=desk.viewer)
    Job.objects.exclude(state=Job.State.DONE).update(state=Job.State.RUNNING, tries=8, lease_until=clock.now())
    with monkeypatch.context() as broken:
        broken.setattr(HamletKind, "undo_row", away)
        with pytest.raises(OperationalError):
            undo_rows(batch_id=batch.pk)
    assert Job.objects.get(name="imports.undo").tries == 8, "it got nowhere"
    undo_rows(batch_id=batch.pk, seconds=0)
    assert (Job.objects.get(name="imports.undo").tries, batch.rows.filter(state="undone").count()) == (1, 1)


def away(*_: object, **__: object) -> None:
    """What the database being away looks like."""
    raise OperationalError
