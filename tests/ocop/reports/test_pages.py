"""Reports as people meet them: made by the province, read by its staff, checked by everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditEntry
from core.people.models import Role, User
from ocop.reports import actions
from ocop.reports.actions import ReportRefused, make_report
from ocop.reports.files import PDF, XLSX, file_of
from ocop.reports.models import OfficialReport
from ocop.reports.queries import public_figures
from ocop.snapshots.actions import freeze, restate, sign
from ocop.snapshots.models import Snapshot
from tests.ocop.conftest import Land, person, product, viewer
from tests.ocop.reports.papers import ON, SAID, report_of, signed_snapshot
from tests.ocop.snapshots.test_actions import goods

__all__ = ["goods"]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


@pytest.fixture
def snapshot(land: Land, phuong: User, goods: None) -> Snapshot:
    return signed_snapshot(land, phuong)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def flat(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def posted(**more: str) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(SAID).items()} | more


def upload(raw: bytes) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("bao-cao.pdf", raw)}


def test_from_the_form_to_the_check(land: Land, phuong: User, chi: User, dung: User, snapshot: Snapshot) -> None:
    client = signed_in(phuong)
    path = f"/bang/chot-so/{snapshot.number}/bao-cao/"
    assert path in flat(client.get(f"/bang/chot-so/{snapshot.number}/"))
    empty = flat(client.get(path))
    assert 'value="Ủy ban nhân dân tỉnh Lâm Đồng"' in empty and "TM. ỦY BAN NHÂN DÂN" in empty
    assert "Lưu: VT." in empty and "Như trên;" not in empty, "nobody is addressed yet"
    wrong = client.post(path, posted(number="125", recipients=" ", signer="Vỹ 😀", issued_on="2026-10-01"))
    page = flat(wrong)
    for words in ("Hãy ghi ít nhất một nơi nhận", "Chữ «😀» không in được trong văn bản.", "Đề nghị các xã rà soát"):
        assert words in page
    for wrongly, words in (
        ({"number": "125"}, "Số báo cáo viết như 125/BC-UBND"),
        ({"issued_on": "2026-10-01"}, "Ngày báo cáo không thể trước ngày chốt số 31/10/2026."),
        ({"number": "00/BC-SNNMT"}, "Số báo cáo viết như 125/BC-UBND"),
        ({"number": "٧/BC-SNNMT"}, "Chữ «٧» không in được trong văn bản."),
        ({"issued_on": "2026-11-21"}, "Ngày báo cáo không thể trước ngày ký bản chốt số 22/11/2026."),
        ({"issued_on": "2027-10-01"}, "Ngày báo cáo quá xa."),
        ({"authority": "Thay mặt"}, "Dòng thay mặt bắt đầu bằng TM."),
    ):
        answer = flat(client.post(path, posted(**wrongly)))
        assert words in answer and "Kiến nghị bố trí kinh phí tập huấn quý sau." in answer, "nothing typed is lost"
    assert not OfficialReport.objects.exists()

    made = client.post(path, posted())
    report = OfficialReport.objects.get()
    assert made["Location"] == f"/bang/bao-cao/{report.code}/"
    assert "Số 07/BC-SNNMT năm 2026 đã dùng" in flat(client.post(path, posted(number="007/bc-snnmt")))
    again = flat(client.get(path))
    assert "Sở Nông nghiệp và Môi trường" in again and "Nguyễn Thị Phượng Vỹ" in again and "07/BC-SNNMT" not in again

    page = flat(client.get(made["Location"]))
    assert report.pdf_sha256 in page and "Lan, 22/11/2026" in page
    answer = client.get(f"{made['Location']}tep.pdf")
    assert answer.content == file_of(report, PDF) and answer["Content-Type"] == "application/pdf"
    assert client.get(f"{made['Location']}tep.doc").status_code == 404
    assert [entry.action for entry in AuditEntry.objects.filter(action__startswith="official_report").order_by("pk")] == [
        "official_report.made", "official_report.taken",
    ]  # fmt: skip

    for stranger in (chi, dung):
        for address in (made["Location"], f"{made['Location']}tep.pdf", path, f"{made['Location']}thay/"):
            assert signed_in(stranger).get(address).status_code == 404
        assert report.number not in flat(signed_in(stranger).get("/bang/bao-cao/"))
    auditor = signed_in(person("Kiểm", Role.AUDITOR, land.lam_dong))
    assert auditor.get(made["Location"]).status_code == 200 and auditor.get(path).status_code == 404
    assert Client().get(made["Location"]).status_code == 302


def test_everybody_checks_a_report_and_a_file(phuong: User, snapshot: Snapshot) -> None:
    report = report_of(snapshot, phuong)
    visitor = Client()
    typed = visitor.get("/kiem-tra/bao-cao/", {"ma": f" {report.code[:4].lower()} - {report.code[4:]} "})
    assert typed["Location"] == f"/kiem-tra/bao-cao/{report.code}/"
    assert "Không có báo cáo nào mang mã này" in flat(visitor.get("/kiem-tra/bao-cao/", {"ma": "AAAA-BBBB-CCCC"}))
    assert visitor.get("/kiem-tra/bao-cao/AAAABBBBCCCC/").status_code == 404
    page = flat(visitor.get(typed["Location"]))
    for words in (
        "Báo cáo số 07/BC-SNNMT ngày 05/12/2026", "Báo cáo này có thật và chưa bị báo cáo nào thay.", snapshot.number,
        report.pdf_sha256, report.xlsx_sha256, "Sở Nông nghiệp và Môi trường", "Tỉnh Lâm Đồng",
    ):  # fmt: skip
        assert words in page
    assert "Phương" not in page and "Lan" not in page, "no person of the office is named"
    pdf = file_of(report, PDF)
    assert "Đúng. Tệp này là bản PDF" in flat(visitor.post(typed["Location"], upload(pdf)))
    assert "Đúng. Tệp này là bảng tính" in flat(visitor.post(typed["Location"], upload(file_of(report, XLSX))))
    assert "Không đúng. Tệp này khác" in flat(visitor.post(typed["Location"], upload(pdf[:-1] + b" ")))
    other = report_of(snapshot, phuong, number="09/BC-SNNMT")
    assert "Không đúng." in flat(visitor.post(typed["Location"], upload(file_of(other, PDF))))
    assert "Hãy chọn tệp." in flat(visitor.post(typed["Location"]))
    assert "nặng quá 15 MB" in flat(visitor.post(typed["Location"], upload(b"%PDF" + b"0" * 15_000_001)))


def test_the_check_gives_no_small_figure_away(land: Land, phuong: User, snapshot: Snapshot) -> None:
    """What the open data hide stays hidden here; nothing of a commune or of the country is told at all."""
    report = report_of(snapshot, phuong)
    found = public_figures(report)
    assert set(found) == set(snapshot.definitions)
    assert found["I2both"] is None, "two of four products"
    page = flat(Client().get(f"/kiem-tra/bao-cao/{report.code}/"))
    assert "số nhỏ, chỉ có trong báo cáo" in page and "2/4" not in page
    commune = freeze(unit=land.phu_thuy, on=ON, by=viewer(phuong))
    signed = sign(snapshot=commune, by=viewer(person("Lan", Role.PROVINCE, land.lam_dong)))
    inside = report_of(signed, phuong, number="1/BC-UBND")
    assert public_figures(inside) == {}
    assert "Số liệu của địa bàn này chỉ có trong báo cáo." in flat(Client().get(f"/kiem-tra/bao-cao/{inside.code}/"))


def test_replaced_and_restated_ones_say_so(land: Land, phuong: User, snapshot: Snapshot) -> None:
    lan = person("Lan", Role.PROVINCE, land.lam_dong)
    old, client = report_of(snapshot, phuong), signed_in(phuong)
    old_page = f"/kiem-tra/bao-cao/{old.code}/"
    product("Muối ớt", (3, "2025-03-01"), unit=land.tuy_phong, former=land.old_binh_thuan)
    again = restate(snapshot=snapshot, note="nhập bổ sung", by=viewer(phuong))
    assert "chưa bị báo cáo nào thay" in flat(Client().get(old_page)), "nobody has answered for the new figures yet"
    with pytest.raises(ReportRefused, match="đã được chốt lại"):
        report_of(snapshot, phuong, number="08/BC-SNNMT")
    with pytest.raises(ReportRefused, match="chưa đủ chữ ký"):
        report_of(again, phuong, number="08/BC-SNNMT")
    sign(snapshot=again, by=viewer(lan))
    assert f"đã được chốt lại ở bản {again.number}. Lý do: nhập bổ sung" in flat(Client().get(old_page))
    # Once more, twice: nobody signs the one in the middle.
    middle = restate(snapshot=again, note="dở", by=viewer(phuong))
    again = restate(snapshot=middle, note="rà soát xong", by=viewer(phuong))
    assert f"đã được chốt lại ở bản {middle.restates.number}. Lý do" in flat(Client().get(old_page))  # type: ignore[union-attr]
    sign(snapshot=again, by=viewer(lan))
    assert f"đã được chốt lại ở bản {again.number}. Lý do: rà soát xong" in flat(Client().get(old_page))

    path = f"/bang/bao-cao/{old.code}/thay/"
    form = flat(client.get(path))
    assert again.number in form and "Đề nghị các xã rà soát" in form
    assert "Hãy ghi vì sao thay báo cáo" in flat(client.post(path, posted(number="08/BC-SNNMT")))
    early = flat(client.post(path, posted(number="08/BC-SNNMT", reason="số liệu chốt lại", issued_on="2026-12-04")))
    assert "Ngày báo cáo không thể trước ngày của báo cáo cần thay 05/12/2026." in early
    made = client.post(path, posted(number="08/BC-SNNMT", reason="số liệu chốt lại"))
    new = OfficialReport.objects.get(number="08/BC-SNNMT")
    assert (new.replaces, new.snapshot, made["Location"]) == (old, again, f"/bang/bao-cao/{new.code}/")
    said = "đã được thay bằng báo cáo số 08/BC-SNNMT ngày 05/12/2026. Lý do: số liệu chốt lại"
    assert said in flat(Client().get(old_page)) and said in flat(client.get("/bang/bao-cao/"))
    assert "Thay báo cáo số 07/BC-SNNMT" in flat(Client().get(f"/kiem-tra/bao-cao/{new.code}/")).replace(
        "</dt><dd>", " "
    )
    twice = flat(client.post(path, posted(number="10/BC-SNNMT", reason="lần nữa")))
    assert "Báo cáo này đã có báo cáo khác thay." in twice
    assert OfficialReport.objects.count() == 2
    last = OfficialReport.objects.get(pk=new.pk)
    last.pk, last.number, last.code, last.replaces, last.reason = None, "09/BC-SNNMT", "9" * 12, new, "sai chính tả"
    last._state.adding = True
    last.save()
    newest = f"{said}. Báo cáo mới nhất là báo cáo số 09/BC-SNNMT ngày 05/12/2026."
    assert newest in flat(Client().get(old_page)) and newest in flat(client.get("/bang/bao-cao/"))


def test_rights_and_figures_are_asked_again(
    land: Land, phuong: User, chi: User, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PermissionError):
        report_of(snapshot, chi)
    stranger = person("Hòa", Role.PROVINCE, land.ho_chi_minh)
    with pytest.raises(PermissionError):
        report_of(snapshot, stranger)
    Snapshot.objects.filter(pk=snapshot.pk).update(figures_sha256="0" * 64)
    with pytest.raises(ReportRefused, match="không còn khớp"):
        make_report(snapshot=snapshot, said=SAID, by=viewer(phuong))
    Snapshot.objects.filter(pk=snapshot.pk).update(figures_sha256=snapshot.figures_sha256)

    def meanwhile(report: OfficialReport) -> dict[str, bytes]:
        restate(snapshot=snapshot, note="trong lúc vẽ", by=viewer(phuong))
        return {PDF: b"%PDF", XLSX: b"PK"}

    monkeypatch.setattr(actions, "made", meanwhile)
    with pytest.raises(ReportRefused, match="đã được chốt lại"):
        make_report(snapshot=snapshot, said=SAID, by=viewer(phuong))
    assert not OfficialReport.objects.exists() and not AuditEntry.objects.filter(action__startswith="official").exists()


def test_lists_cost_the_same_at_any_length(land: Land, phuong: User, snapshot: Snapshot) -> None:
    report, client = report_of(snapshot, phuong), signed_in(phuong)
    pages = ("/bang/bao-cao/", f"/bang/bao-cao/{report.code}/", f"/kiem-tra/bao-cao/{report.code}/")

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    one = [cost(path) for path in pages]
    for number in range(24):
        copy = OfficialReport.objects.get(pk=report.pk)
        copy.pk, copy.number, copy.code = None, f"{number + 10}/BC-UBND", f"{number + 10:0>12}"
        copy._state.adding = True
        copy.save()
    assert [cost(path) for path in pages] == one
