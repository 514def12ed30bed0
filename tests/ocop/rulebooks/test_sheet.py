"""Rubrics come by sheet: a preview, a new version, and the way back. The criteria here are made up."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.audit.models import AuditEntry
from core.imports.actions.applying import apply_import, apply_rows
from core.imports.actions.previewing import choose_mapping
from core.imports.actions.starting import start_import
from core.imports.actions.undoing import undo_import, undo_rows
from core.imports.models import ImportBatch
from core.imports.queries import findings_of
from core.imports.registry import import_kind
from core.people.models import User
from core.people.queries import viewer_for
from ocop.rulebooks.models import Option, Rubric
from tests.core.imports.sheet_tools import xlsx
from tests.ocop.conftest import Land

HEAD = ["Bộ", "Phần", "Số", "Tên tiêu chí", "Điểm tối đa", "Điểm", "Nội dung lựa chọn", "Tối thiểu"]
WEAK = ["2", "A", "1.1", "Giống (bịa)", 3, 1, "Mua ngoài", ""]
GOOD = ["2", "A", "1.1", "Giống (bịa)", 3, 3, "Tự làm", "****"]


@pytest.fixture
def preview(land: Land, phuong: User) -> object:
    def look(*rows: Sequence[object]) -> ImportBatch:
        by = viewer_for(phuong)
        batch = start_import(
            kind_code="ocop_rubric", unit=land.lam_dong, content=xlsx([HEAD, *rows]), file_name="bo.xlsx", by=by
        )
        choose_mapping(
            batch=batch, sheet_index=batch.sheet_index, header_row=batch.header_row,
            header_depth=batch.header_depth, mapping=batch.mapping, by=by,
        )  # fmt: skip
        return ImportBatch.objects.get(pk=batch.pk)

    return look


def applied(batch: ImportBatch, user: User) -> ImportBatch:
    apply_import(batch=batch, by=viewer_for(user))
    apply_rows(batch_id=batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def versions() -> list[tuple[int, list[tuple[str, int, int]]]]:
    found = Rubric.objects.filter(product_set__number=2, is_sample=False).order_by("version")
    options = Option.objects.order_by("criterion__position", "position")
    return [
        (each.version, list(options.filter(criterion__rubric=each).values_list("text", "points", "minimum_for")))
        for each in found
    ]


def test_a_sheet_makes_a_version_and_the_next_one_completes_it(preview, phuong: User) -> None:  # type: ignore[no-untyped-def]
    first = preview(WEAK)
    assert versions() == []
    assert (first.created, first.refused) == (1, 0)
    applied(first, phuong)
    assert versions() == [(1, [("Mua ngoài", 1, 0)])]
    second = preview(WEAK, GOOD)
    assert (second.created, second.unchanged) == (1, 1)
    applied(second, phuong)
    assert versions() == [(1, [("Mua ngoài", 1, 0)]), (2, [("Mua ngoài", 1, 0), ("Tự làm", 3, 4)])]
    newest = Rubric.objects.get(product_set__number=2, version=2)
    assert (newest.entered_by_id, newest.source_sha256) == (phuong.pk, second.sha256)
    assert AuditEntry.objects.filter(action="rubric.entered").count() == 2


def test_taking_the_sheet_back_takes_its_version_back_unless_a_later_one_stands_on_it(preview, phuong: User) -> None:  # type: ignore[no-untyped-def]
    first = applied(preview(WEAK), phuong)
    second = applied(preview(WEAK, GOOD), phuong)
    kind = import_kind("ocop_rubric")
    one, two = (Rubric.objects.get(product_set__number=2, version=number).pk for number in (1, 2))
    assert kind.undo_obstacle({"rubric": one}) == "đã có bản mới hơn làm từ bản này."
    undo_import(batch=second, by=viewer_for(phuong))
    undo_rows(batch_id=second.pk)
    assert versions() == [(1, [("Mua ngoài", 1, 0)])]
    assert kind.undo_obstacle({"rubric": two}) == kind.undo_obstacle({"rubric": one}) == ""
    undo_import(batch=ImportBatch.objects.get(pk=first.pk), by=viewer_for(phuong))
    undo_rows(batch_id=first.pk)
    assert versions() == []
    assert AuditEntry.objects.filter(action="rubric.taken_back").count() == 2


def test_what_contradicts_is_refused_with_what_to_do(preview) -> None:  # type: ignore[no-untyped-def]
    rows = [
        ["27", "A", "1.1", "Giống (bịa)", 3, 1, "x", ""],
        ["2", "D", "1.2", "Giống (bịa)", 3, 1, "x", ""],
        ["2", "A", "1.3", "Giống (bịa)", 3, 4, "x", ""],
        ["2", "A", "1.4", "Giống (bịa)", 3, 1, "", ""],
        ["2", "A", "1.5", "Giống (bịa)", 3, "", "x", ""],
        ["2", "A", "1.6", "Giống (bịa)", 3, 1, "x", "hai sao"],
        GOOD,
        ["2", "A", "1.1", "Tên khác", 3, 1, "x", ""],
    ]
    batch = preview(*rows)
    assert (batch.created, batch.refused) == (1, 7)
    reasons = [" ".join(findings_of(row).reasons) for row in batch.rows.order_by("number") if row.outcome == "refused"]
    assert reasons[0] == "Không có bộ sản phẩm «27». Hãy ghi số từ 1 đến 26."
    assert [words in reason for words, reason in zip(
        ("bộ sản phẩm «27»", "phần A, B hay C", "vượt điểm tối đa 3", "Thiếu lời", "thiếu điểm", "không phải mức tối thiểu", "ghi khác dòng ở trên"),
        reasons, strict=True,
    )] == [True] * 7  # fmt: skip
    assert versions() == []


def test_a_commune_officer_enters_no_rubric(land: Land, chi: User) -> None:
    kind = import_kind("ocop_rubric")
    assert list(kind.units_for(viewer_for(chi))) == []
    with pytest.raises(PermissionError):
        start_import(
            kind_code="ocop_rubric",
            unit=land.lam_dong,
            content=xlsx([HEAD, WEAK]),
            file_name="a.xlsx",
            by=viewer_for(chi),
        )
    assert not ImportBatch.objects.exists()
