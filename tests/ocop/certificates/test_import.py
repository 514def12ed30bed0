"""Reading files into the register."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.audit.models import AuditEntry
from core.people.models import User
from core.people.queries import SYSTEM
from core.places.models import Unit
from ocop.certificates.actions import ImportReport, import_products
from ocop.certificates.actions.deciding import confirm_entry
from ocop.certificates.actions.entering import enter_paper
from ocop.certificates.models import Certificate
from ocop.register.models import OcopProduct
from tests.ocop.certificates.test_entering import TEA
from tests.ocop.conftest import Land, viewer

OUR_FILE = Path(__file__).resolve().parents[3] / "ocop/register/data/ocop_products.csv"
HEADING = (
    "name,producer,product_group,stars,recognition_decision,recognised_on,commune_old,district_old,province_old,note"
)


def read(*lines: str) -> ImportReport:
    return import_products(content="\n".join([HEADING, *lines]).encode(), by=SYSTEM)


def counts(created: int = 0, changed: int = 0, unchanged: int = 0, refused: int = 0) -> dict[str, int]:
    return {"created": created, "changed": changed, "unchanged": unchanged, "refused": refused}


def outcome(report: ImportReport) -> dict[str, int]:
    counted = report.counts()
    counted.pop("warnings")
    return counted


FULL = "Nước mắm,HTX A,Thực phẩm,4,12/QĐ-UBND,2024-05-07,phường Phú Hài,TP. Phan Thiết,Bình Thuận,"


def test_our_own_file_as_it_is_then_again(land: Land) -> None:
    content = OUR_FILE.read_bytes()
    first = import_products(content=content, by=SYSTEM)
    assert outcome(first) == counts(created=245)
    assert (OcopProduct.objects.count(), Certificate.objects.count()) == (245, 245)
    assert OcopProduct.objects.filter(producer_name="").count() == 19
    assert Certificate.objects.filter(stars=None).count() == 35
    assert Certificate.objects.filter(precision="none").count() == 52
    assert Certificate.objects.filter(precision="year").count() == 132
    assert OcopProduct.objects.filter(commune_written="").count() == 142

    entries = AuditEntry.objects.count()
    second = import_products(content=content, by=SYSTEM)
    assert outcome(second) == counts(unchanged=245)
    assert (OcopProduct.objects.count(), Certificate.objects.count()) == (245, 245)
    assert AuditEntry.objects.count() == entries + 1  # the reading itself


def test_places_become_todays_where_that_is_exact_and_stay_as_written_otherwise(land: Land) -> None:
    read(
        "A,HTX A,,4,,2024,phường Phú Hài,TP. Phan Thiết,Bình Thuận,",
        "B,HTX B,,4,,2024,xã Phong Phú,Tuy Phong,Bình Thuận,",
        "C,HTX C,,4,,2024,,Côn Đảo,BR-VT,",
        "D,HTX D,,4,,2024,,Tuy Phong,Bình Thuận,",
        "E,HTX E,,4,,2024,xã Lạ,,Tỉnh Lạ,",
    )
    found = {each.name: (each.unit, each.former_province, each.place_written) for each in OcopProduct.objects.all()}
    con_dao_before = Unit.objects.get(level="province", code="77")
    assert found == {
        "A": (land.phu_thuy, land.old_binh_thuan, "phường Phú Hài, TP. Phan Thiết, Bình Thuận"),
        "B": (land.lam_dong, land.old_binh_thuan, "xã Phong Phú, Tuy Phong, Bình Thuận"),
        "C": (land.con_dao, con_dao_before, "Côn Đảo, BR-VT"),
        "D": (land.lam_dong, land.old_binh_thuan, "Tuy Phong, Bình Thuận"),
        "E": (None, None, "xã Lạ, Tỉnh Lạ"),
    }


def test_a_place_that_is_not_exact_is_a_warning(land: Land) -> None:
    split = read("B,HTX B,,4,,2024,xã Phong Phú,Tuy Phong,Bình Thuận,").results[0]
    assert split.warnings == (
        "Chưa biết chắc «xã Phong Phú» nay là xã, phường nào; ghi theo tỉnh, giữ nơi như đã ghi.",
    )
    unknown = read("E,HTX E,,4,,2024,xã Lạ,,Tỉnh Lạ,").results[0]
    assert unknown.warnings == ("Chưa biết nơi này nay thuộc tỉnh nào; giữ nơi như đã ghi.",)


def test_a_corrected_cell_is_a_change_and_an_emptied_one_is_not(land: Land) -> None:
    read(FULL)
    assert outcome(read(FULL.replace(",4,", ",5,"))) == counts(changed=1)
    assert Certificate.objects.get().stars == 5
    assert outcome(read(FULL.replace(",4,", ",,").replace("Thực phẩm", ""))) == counts(unchanged=1)
    assert (Certificate.objects.get().stars, OcopProduct.objects.get().product_group) == (5, "Thực phẩm")
    assert outcome(read(FULL.replace("Thực phẩm", "Gia vị").replace(",4,", ",5,"))) == counts(changed=1)
    assert OcopProduct.objects.get().product_group == "Gia vị"


def test_a_fuller_file_completes_the_same_paper_and_keeps_its_check_code(land: Land) -> None:
    sparse = FULL.replace("12/QĐ-UBND", "").replace("2024-05-07", "2024")
    read(sparse)
    before = Certificate.objects.get()
    assert outcome(read(FULL)) == counts(changed=1)
    after = Certificate.objects.get()
    assert after.check_code == before.check_code
    assert (after.decision_number, after.written_date(), after.earliest_end) == (
        "12/QĐ-UBND",
        "07/05/2024",
        date(2027, 5, 7),
    )
    assert outcome(read(sparse)) == counts(unchanged=1)  # the older, vaguer file takes nothing away
    assert outcome(read(FULL)) == counts(unchanged=1)


def test_a_product_recognised_again_is_one_product_with_two_papers(land: Land) -> None:
    again = FULL.replace(",4,12/QĐ-UBND,2024-05-07", ",5,99/QĐ-BNN,2026-03-01")
    both = read(FULL, again)
    assert outcome(both) == counts(created=2)
    assert OcopProduct.objects.count() == 1
    assert sorted(Certificate.objects.values_list("stars", flat=True)) == [4, 5]
    assert outcome(read(again, FULL)) == counts(unchanged=2)
    assert Certificate.objects.count() == 2


def test_a_row_repeated_in_one_file_is_counted_once_and_said(land: Land) -> None:
    report = read(FULL, FULL.replace(",4,", ",3,"))
    assert outcome(report) == counts(created=1, unchanged=1)
    assert report.results[1].warnings == ("Trùng với một dòng ở trên trong cùng tệp.",)
    assert Certificate.objects.get().stars == 4
    assert outcome(read(FULL, FULL.replace(",4,", ",3,"))) == counts(unchanged=2)


@pytest.mark.parametrize("turned", [False, True])
def test_a_vaguer_and_a_fuller_row_in_one_file_are_one_paper(land: Land, turned: bool) -> None:
    rows = [FULL, FULL.replace("12/QĐ-UBND", "").replace("2024-05-07", "2024")]
    rows = rows[::-1] if turned else rows
    read(*rows)
    only = Certificate.objects.get()
    assert (only.decision_number, only.written_date()) == ("12/QĐ-UBND", "07/05/2024")
    assert outcome(read(*rows)) == counts(unchanged=2)


def test_other_stars_are_another_paper_unless_decision_and_date_are_the_same(land: Land) -> None:
    undated = FULL.replace("12/QĐ-UBND", "").replace("2024-05-07", "").replace(",4,", ",3,")
    read(undated)
    assert outcome(read(FULL)) == counts(created=1)
    assert sorted(Certificate.objects.values_list("stars", "precision")) == [(3, "none"), (4, "day")]
    assert outcome(read(undated, FULL)) == counts(unchanged=2)


def test_rows_that_contradict_each_other_do_not_change_the_product_to_and_fro(land: Land) -> None:
    rows = [FULL + "ghi một", FULL.replace("2024-05-07", "2021-01-01").replace("12/QĐ", "7/QĐ") + "ghi hai"]
    assert outcome(read(*rows)) == counts(created=2)
    assert OcopProduct.objects.get().note == "ghi một"
    assert outcome(read(*rows)) == counts(unchanged=2)


def test_products_of_one_name_from_several_makers_stay_apart(land: Land) -> None:
    read(FULL, FULL.replace("HTX A", "HTX B"), FULL.replace("HTX A", ""))
    assert OcopProduct.objects.count() == 3


def test_refused_rows_leave_nothing(land: Land) -> None:
    report = read(FULL.replace("Nước mắm", " "), "Trà,HTX A,,4,,2024,,,,")
    assert outcome(report) == counts(refused=2)
    assert [result.number for result in report.results] == [2, 3]
    assert all(result.refusal for result in report.results)
    assert not OcopProduct.objects.exists()


def test_every_check_code_is_its_own_and_hard_to_guess(land: Land) -> None:
    import_products(content=OUR_FILE.read_bytes(), by=SYSTEM)
    codes = set(Certificate.objects.values_list("check_code", flat=True))
    assert len(codes) == 245
    assert all(len(code) == 10 and not set(code) & set("01IOL") for code in codes)


def test_the_command_prints_one_json_line_last(land: Land) -> None:
    out = io.StringIO()
    call_command("import_ocop", str(OUR_FILE), stdout=out)
    last = json.loads(out.getvalue().strip().splitlines()[-1])
    assert list(last) == ["created", "changed", "unchanged", "refused", "warnings"]
    assert (last["created"], last["refused"]) == (245, 0)
    assert "Thiếu hạng sao." in out.getvalue()


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\xff\xfe\x00", b""])
def test_a_file_of_another_kind_changes_nothing(land: Land, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tep.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        call_command("import_ocop", str(path), stdout=io.StringIO())
    assert "\n" not in str(refused.value)
    assert not OcopProduct.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_file_that_is_not_there(land: Land, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Không mở được tệp"):
        call_command("import_ocop", str(tmp_path / "khong-co.csv"))
    with pytest.raises(CommandError, match="Không mở được tệp"):
        call_command("import_ocop", str(tmp_path))


TEA_ROW = "Trà ướp sen,HTX Trà Sen,,{stars},12/QĐ-UBND,2026-05-07,{commune},,{province},"


@pytest.mark.parametrize("is_revoked", [False, True])
def test_one_persons_file_alters_no_paper_of_two_people_and_none_that_is_revoked(
    land: Land, chi: User, phuong: User, is_revoked: bool
) -> None:
    made = confirm_entry(entry=enter_paper(facts=TEA, unit=land.phu_thuy, by=viewer(chi)), by=viewer(phuong))
    if is_revoked:  # of one that the command read itself
        Certificate.objects.filter(pk=made.pk).update(
            entered_by=None, confirmed_by=None, confirmed_at=None, revoked_on=date(2026, 6, 1), revoked_reason="Làm giả"
        )
    before = Certificate.objects.filter(pk=made.pk).values().get()
    copies, entries = made.copies.count(), AuditEntry.objects.latest("pk").pk
    place = {"commune": made.product.commune_written, "province": made.product.province_written}
    report = read(TEA_ROW.format(stars=3, **place))
    assert report.results[0].warnings[-1] == (
        "Giấy này đã bị thu hồi, nên giữ nguyên." if is_revoked
        else "Giấy này đã được hai người xác nhận, nên giữ nguyên. Muốn sửa, hãy nhập giấy sửa để người thứ hai xem."
    )  # fmt: skip
    assert Certificate.objects.values().get() == before
    assert made.copies.count() == copies
    again = read(TEA_ROW.format(stars=4, **place))  # contradicts nothing, so there is nothing to say
    assert "giữ nguyên" not in again.results[0].warnings[-1]
    assert not AuditEntry.objects.filter(pk__gt=entries, action="certificate.changed").exists()
