"""Annexes and province lists: every row becomes a paper that waits, each product and paper once, and nothing counts before a second person."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.test import Client

from core.imports.actions.applying import apply_import, apply_rows
from core.imports.actions.previewing import choose_mapping
from core.imports.actions.starting import start_import
from core.imports.actions.undoing import undo_import, undo_rows
from core.imports.models import ImportBatch
from core.imports.queries import findings_of
from core.imports.registry import import_kind
from core.people.models import Role, User
from core.people.queries import viewer_for
from ocop.certificates.actions.deciding import confirm_entry
from ocop.certificates.models import Certificate, CertificateEntry
from ocop.register.models import OcopProduct
from tests.ocop.conftest import Land, person, product
from tests.ocop.register.wild import SHAPES, variant

HEAD = ["Tên sản phẩm", "Chủ thể", "Hạng sao", "Số quyết định", "Ngày công nhận", "Xã, phường", "Tỉnh"]
FISH_SAUCE = ["Nước mắm nhĩ", "HTX Phú Hài", "4 sao", "2503/QĐ-UBND", "19/01/2026", "phường Phú Thủy", "Lâm Đồng"]


def brought(rows: Sequence[Sequence[str]], land: Land, user: User, content: bytes = b"") -> ImportBatch:
    by = viewer_for(user)
    text = "\n".join("\t".join(row) for row in [HEAD, *rows])
    batch = start_import(
        kind_code="ocop_giay", unit=land.lam_dong, content=content or text.encode(), file_name="", by=by
    )
    choose_mapping(
        batch=batch, sheet_index=batch.sheet_index, header_row=batch.header_row, header_depth=batch.header_depth,
        mapping=batch.mapping, by=by,
    )  # fmt: skip
    return ImportBatch.objects.get(pk=batch.pk)


def applied(batch: ImportBatch, user: User) -> ImportBatch:
    apply_import(batch=batch, by=viewer_for(user))
    apply_rows(batch_id=batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def counts(batch: ImportBatch) -> dict[str, int]:
    return {name: getattr(batch, name) for name in ("created", "changed", "unchanged", "refused")}


def reasons(batch: ImportBatch) -> list[tuple[str, ...]]:
    return [tuple(findings_of(row).reasons) for row in batch.rows.order_by("number")]


def test_a_row_waits_and_counts_only_after_the_second_person(land: Land, phuong: User) -> None:
    batch = applied(brought([FISH_SAUCE], land, phuong), phuong)
    assert counts(batch) == {"created": 1, "changed": 0, "unchanged": 0, "refused": 0}
    assert not Certificate.objects.exists() and not OcopProduct.objects.exists()
    entry = CertificateEntry.objects.get()
    assert (entry.state, entry.unit, entry.entered_by) == ("waiting", land.phu_thuy, phuong)
    assert (entry.facts["stars"], entry.facts["recognised_on"], entry.facts["issuer_level"]) == (
        "4",
        "2026-01-19",
        "province",
    )
    second = person("Mai", Role.PROVINCE, land.lam_dong)
    paper = confirm_entry(entry=entry, by=viewer_for(second))
    assert (paper.stars, paper.decision_number, paper.entered_by, paper.confirmed_by) == (
        4,
        "2503/QĐ-UBND",
        phuong,
        second,
    )
    again = brought([FISH_SAUCE], land, phuong)
    assert counts(again) == {"created": 0, "changed": 0, "unchanged": 1, "refused": 0}


def test_what_waits_already_is_not_entered_twice(land: Land, phuong: User) -> None:
    applied(brought([FISH_SAUCE], land, phuong), phuong)
    again = brought([[*FISH_SAUCE[:1], "Hợp tác xã Phú Hài", *FISH_SAUCE[2:]]], land, phuong)
    assert counts(again) == {"created": 0, "changed": 0, "unchanged": 1, "refused": 0}
    assert CertificateEntry.objects.count() == 1


def test_another_paper_of_a_known_product_makes_no_second_product(land: Land, phuong: User) -> None:
    """The register knows it by an old list, with the old names of its place."""
    known = product("NƯỚC MẮM NHĨ", (3, "2023-02-02"), maker="Hợp tác xã Phú Hài", unit=land.lam_dong)
    applied(brought([FISH_SAUCE], land, phuong), phuong)
    entry = CertificateEntry.objects.get()
    assert entry.product == known
    confirm_entry(entry=entry, by=viewer_for(person("Mai", Role.PROVINCE, land.lam_dong)))
    assert OcopProduct.objects.count() == 1
    assert sorted(known.certificates.values_list("stars", flat=True)) == [3, 4]


def test_a_name_alone_is_no_key(land: Land, phuong: User) -> None:
    product("Nước mắm nhĩ", (3, "2023-02-02"), maker="Công ty Biển Xanh", unit=land.phu_thuy)
    batch = brought([FISH_SAUCE], land, phuong)
    assert counts(batch)["created"] == 1
    [row] = batch.rows.all()
    assert row.may_be_double
    applied(batch, phuong)
    assert CertificateEntry.objects.get().product is None


@pytest.mark.parametrize(
    ("column", "written", "reason"),
    [
        (2, "tiềm năng 5 sao", "chưa phải một hạng đã công nhận"),
        (2, "2 sao", "không được cấp giấy chứng nhận"),
        (4, "32/13/2026", "Không đọc được ngày"),
        (4, "19/01/2099", "sau hôm nay"),
        (3, "", "Thiếu số quyết định"),
        (6, "Hà Nội", "ngoài"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    land: Land, phuong: User, column: int, written: str, reason: str
) -> None:
    row = list(FISH_SAUCE)
    row[column] = written
    batch = brought([row], land, phuong)
    assert counts(batch)["refused"] == 1, counts(batch)
    [[first, *_]] = reasons(batch)
    assert reason in first
    assert not CertificateEntry.objects.exists()


def test_a_commune_nobody_knows_is_written_down_by_its_province_with_a_warning(land: Land, phuong: User) -> None:
    row = [*FISH_SAUCE[:5], "xã Không Có Thật", "Lâm Đồng"]
    batch = brought([row], land, phuong)
    [found] = batch.rows.all()
    assert counts(batch)["created"] == 1, reasons(batch)
    assert any("Chưa biết chắc" in words for words in findings_of(found).warnings)


def test_an_import_is_taken_back_until_somebody_has_decided(land: Land, phuong: User) -> None:
    other = ["Hạt điều", "HTX Phú Hài", "3 sao", "2504/QĐ-UBND", "20/01/2026", "phường Phú Thủy", "Lâm Đồng"]
    batch = applied(brought([FISH_SAUCE, other], land, phuong), phuong)
    decided = CertificateEntry.objects.get(facts__name="Hạt điều")
    confirm_entry(entry=decided, by=viewer_for(person("Mai", Role.PROVINCE, land.lam_dong)))
    undo_import(batch=batch, by=viewer_for(phuong))
    undo_rows(batch_id=batch.pk)
    states = dict(CertificateEntry.objects.values_list("facts__name", "state"))
    assert states == {"Nước mắm nhĩ": "withdrawn", "Hạt điều": "confirmed"}


def test_officers_of_elsewhere_and_sellers_may_not(land: Land, an: User, dung: User) -> None:
    kind = import_kind("ocop_giay")
    assert not kind.may_import(viewer_for(an), land.lam_dong)
    assert not kind.may_import(viewer_for(dung), land.phu_thuy)
    assert kind.may_import(viewer_for(dung), land.con_dao)


OWN = Path("ocop/register/data/ocop_products.csv")


@pytest.mark.parametrize("shape", list(SHAPES))
def test_real_rows_in_every_shape_are_taken_or_answered(land: Land, phuong: User, shape: str) -> None:
    """Of the real list the rows of old Bình Thuận, with decisions where the source has none; a row is taken, or says why not."""
    with OWN.open(encoding="utf-8", newline="") as file:
        names, *rows = list(csv.reader(file))
    here = [row for row in rows if row[names.index("province_old")] == "Bình Thuận"]
    some = random.Random(3).sample(here, min(len(here), 25))
    decision = names.index("recognition_decision")
    for number, row in enumerate(some, start=1):
        row[decision] = row[decision] or f"{number}/QĐ-UBND"
    what = ["stars", "dates", "makers", "spaces", "marks apart"]
    batch = brought([], land, phuong, variant(names, some, shape, what, seed=len(shape)))
    assert sum(counts(batch).values()) == len(some)
    taken = counts(batch)["created"]
    assert taken > len(some) // 2, reasons(batch)
    assert all(
        found
        for row, found in zip(batch.rows.order_by("number"), reasons(batch), strict=True)
        if row.outcome == "refused"
    )
    applied(batch, phuong)
    assert CertificateEntry.objects.count() == taken
    again = brought([], land, phuong, variant(names, some, "commas", [], seed=1))
    assert counts(again)["created"] == 0


def test_the_second_person_confirms_many_and_never_their_own(land: Land, phuong: User) -> None:
    rows = [[f"Nước mắm {number}", *FISH_SAUCE[1:]] for number in range(3)]
    applied(brought(rows, land, phuong), phuong)
    waiting = [str(pk) for pk in CertificateEntry.objects.values_list("pk", flat=True)]
    client = Client()
    client.force_login(phuong)
    answer = client.post("/bang/giay/cho/xac-nhan/", {"giay": waiting}, follow=True)
    assert answer.content.decode().count("bạn không phải người thứ hai") == 3
    assert not Certificate.objects.exists()
    client.force_login(person("Mai", Role.PROVINCE, land.lam_dong))
    assert client.get("/bang/giay/cho/").content.decode().count('name="giay"') == 3
    answer = client.post("/bang/giay/cho/xac-nhan/", {"giay": waiting[:2]}, follow=True)
    assert "Đã xác nhận 2 giấy." in answer.content.decode()
    assert (Certificate.objects.count(), CertificateEntry.objects.filter(state="waiting").count()) == (2, 1)
