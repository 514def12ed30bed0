"""Snapshots and open data, as people and programs see them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from core.jobs.models import Job
from core.jobs.registry import GiveUp
from core.kit import clock
from core.people.actions import make_api_token
from core.people.models import Role, User
from core.people.queries import SYSTEM
from ocop.certificates.models import RenewalFile
from ocop.indicators.queries import Scope, coverage, measure
from ocop.indicators.registry import INDICATORS
from ocop.register.models import OcopProduct, TaxonomyNode
from ocop.snapshots import jobs
from ocop.snapshots.actions import freeze, freeze_rows, is_untouched, restate, sign
from ocop.snapshots.models import Snapshot
from onboarding.producers.models import ProducerKind
from tests.ocop.conftest import Land, filed, household, person, producer, product, viewer
from tests.ocop.snapshots.test_actions import ON, goods, sign_by_another

__all__ = ["goods"]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def seen(user: User, path: str) -> str:
    answer = signed_in(user).get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def body(user: User, path: str) -> bytes:
    answer = signed_in(user).get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_from_freezing_to_the_signature(land: Land, phuong: User, chi: User, goods: None) -> None:
    lan = person("Lan", Role.PROVINCE, land.lam_dong)
    client = signed_in(phuong)
    assert "Chưa có bản chốt số nào" in seen(phuong, "/bang/chot-so/")
    wrong = client.post("/bang/chot-so/lap/", {"unit": "68", "on": "2026-11-23"})
    assert "Ngày này chưa đến" in wrong.content.decode()
    assert client.post("/bang/chot-so/lap/", {"unit": "79", "on": "2026-10-31"}).status_code == 200
    assert not Snapshot.objects.exists()
    path = "/bang/chot-so/CS-68-2026-10-1/"
    assert client.post("/bang/chot-so/lap/", {"unit": "68", "on": "2026-10-31"}).headers["Location"] == path
    assert "Đang chốt…" in seen(phuong, path)
    assert "Đang chốt…, chưa ghi dòng nào." in seen(phuong, "/bang/chot-so/")
    assert client.get(f"{path}in/").status_code == 404
    assert signed_in(lan).post(f"{path}ky/").status_code == 302
    assert Snapshot.objects.get().signed_at is None
    freeze_rows(snapshot=Snapshot.objects.get())
    assert "Ký bản chốt số này" not in seen(phuong, path)
    assert "Bản chốt số CS-68-2026-10-1 chờ bạn ký." in seen(lan, "/ban-viec/")
    page = seen(lan, path)
    for words in ("Ký bản chốt số này", "2/4 (50,0", "Mục tiêu 100 %. Chưa đạt.", Snapshot.objects.get().rows_sha256):
        assert words in page
    assert client.post(f"{path}ky/").status_code == 404
    assert signed_in(lan).post(f"{path}ky/").headers["Location"] == path
    assert "Lan đã ký ngày 22/11/2026." in seen(phuong, path)
    product("Muối ớt", (3, "2025-03-01"), unit=land.tuy_phong, former=land.old_binh_thuan)
    assert "Hãy ghi lý do" in client.post(f"{path}chot-lai/", {"note": " "}).content.decode()
    later = client.post(f"{path}chot-lai/", {"note": "nhập bổ sung"}).headers["Location"]
    freeze_rows(snapshot=Snapshot.objects.latest("pk"))
    assert "So với bản CS-68-2026-10-1" in seen(lan, later)
    moved = seen(lan, f"{later}khac/")
    assert "nhập bổ sung" in moved
    assert "I2both: không tính → mẫu số" in moved
    assert "Đã chốt lại thành bản CS-68-2026-10-2." in seen(lan, path)
    assert "I2both, phiên bản 2" in seen(lan, f"{path}in/")
    assert signed_in(chi).get(path).status_code == 404, "a province's snapshot holds other communes' rows"
    assert "CS-68" not in seen(chi, "/bang/chot-so/")


def test_every_file_carries_the_number(land: Land, phuong: User, goods: None) -> None:
    made = freeze(unit=land.lam_dong, on=ON, by=viewer(phuong))
    path = f"/bang/chot-so/{made.number}/"
    for name in ("so-lieu.csv", "so-lieu.json", "dong.csv", "dong.json"):
        first = body(phuong, path + name)
        assert made.number in first.decode()
        assert first == body(phuong, path + name)
    rows = json.loads(body(phuong, f"{path}dong.json"))
    assert len(rows["rows"]) == made.rows_count
    book = load_workbook(io.BytesIO(body(phuong, f"{path}so-lieu.xlsx")))
    assert book.sheetnames == ["Số liệu", "Định nghĩa", "Dòng"]
    assert {sheet.cell(2, 1).value for sheet in book} == {made.number}
    assert book["Dòng"].max_row == made.rows_count + 1
    figures = {tuple(cell.value for cell in row[2:3] + row[4:10]) for row in book["Số liệu"].iter_rows(min_row=2)}
    assert ("I2both", "68", "tỉnh Lâm Đồng", None, 2, 4, 1) in figures
    assert body(phuong, f"{path}so-lieu.xlsx") == body(phuong, f"{path}so-lieu.xlsx")
    assert signed_in(phuong).get(f"{path}dong.xml").status_code == 404


def test_programs_read_snapshots_of_their_area(land: Land, phuong: User, dung: User, goods: None) -> None:
    made = freeze(unit=land.lam_dong, on=ON, by=viewer(phuong))

    def get(user: User, path: str) -> tuple[int, dict[str, object]]:
        key = make_api_token(user=user, name="thử", by=viewer(user))
        answer = Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})
        return answer.status_code, answer.json() if answer.status_code == 200 else {}

    listed = get(phuong, "snapshots")[1]["snapshots"]
    assert [each["number"] for each in listed] == [made.number]  # type: ignore[attr-defined]
    whole = get(phuong, f"snapshots/{made.number}")[1]
    assert len(whole["figures"]) == made.figures.count()  # type: ignore[arg-type]
    assert str(whole["rows_url"]).endswith(f"/api/v1/snapshots/{made.number}/rows")
    assert get(phuong, f"snapshots/{made.number}/rows")[1]["count"] == made.rows_count
    assert get(dung, f"snapshots/{made.number}") == (404, {})
    assert get(dung, "snapshots")[1]["count"] == 0


def test_lists_cost_the_same_at_any_length(land: Land, phuong: User, goods: None) -> None:
    made = freeze(unit=land.lam_dong, on=ON, by=viewer(phuong))
    sign_by_another(land, freeze(unit=land.lam_dong, on=date(2026, 9, 1), by=viewer(phuong)))
    client = signed_in(phuong)

    def cost(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    one = cost("/bang/chot-so/"), cost(f"/bang/chot-so/{made.number}/"), cost("/mo/"), cost("/mo/chi-so.json")
    for day in range(2, 26):
        sign_by_another(land, freeze(unit=land.lam_dong, on=date(2026, 9, day), by=viewer(phuong)))
    many = cost("/bang/chot-so/"), cost(f"/bang/chot-so/{made.number}/"), cost("/mo/"), cost("/mo/chi-so.json")
    assert one == many == (7, 13, 7, 6)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_open_products_name_no_household(land: Land, phuong: User, goods: None) -> None:
    home = producer("Hộ Trần Thị Sáu", land.phu_thuy, household(land.phu_thuy))
    assert home.kind == ProducerKind.FARM_HOUSEHOLD
    of_home = product("=Muối tôm", (3, "2025-03-01"), maker="Hộ Trần Thị Sáu", unit=land.phu_thuy)
    type(of_home).objects.filter(pk=of_home.pk).update(producer=home)
    product("Khô cá", (5, "2025-03-01"), maker="HKD Lê Văn Tám", unit=land.phu_thuy)
    product("Hai sao", (2, "2025-03-01"), maker="Công ty Hai Sao", unit=land.phu_thuy)
    answer = Client().get("/mo/san-pham-ocop.csv?on=2026-10-31")
    text = answer.content.decode()
    rows = {row["name"]: row for row in table(text)}
    assert sorted(rows) == ["'=Muối tôm", "Khô cá", "Mắm ruốc", "Nước mắm cốt", "Nước mắm nhĩ"]
    assert (rows["'=Muối tôm"]["maker"], rows["Khô cá"]["maker"]) == ("", "")
    assert rows["Mắm ruốc"]["maker"] == "HTX Nước mắm Phú Hài"
    assert (rows["Mắm ruốc"]["commune"], rows["Mắm ruốc"]["stars"]) == ("22978", "3")
    assert rows["Mắm ruốc"]["check_url"].startswith("http://testserver/ocop/")
    assert "Sáu" not in text
    assert "Tám" not in text
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    again = Client().get("/mo/san-pham-ocop.csv?on=2026-10-31", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(json.loads(Client().get("/mo/san-pham-ocop.json?on=2026-10-31").content)["products"]) == 6
    for wrong in ("/mo/san-pham-ocop.xml", "/mo/san-pham-ocop.csv?on=2030-01-01", "/mo/san-pham-ocop.csv?on=x"):
        assert Client().get(wrong).status_code == 404


def test_only_signed_snapshots_of_provinces_are_open_and_small_figures_hidden(
    land: Land, phuong: User, fill: Callable[[int, date], None]
) -> None:
    fill(7, ON)
    for number in range(9):
        product(f"Mắm {number}", (3, "2025-03-01"), unit=land.tuy_phong, former=land.old_binh_thuan)
    product("Mực", (3, "2025-03-01"), unit=land.phu_thuy, former=land.old_binh_thuan)
    commune = freeze(unit=land.phu_thuy, on=ON, by=viewer(phuong))
    sign_by_another(land, commune)
    made = freeze(unit=land.lam_dong, on=ON, by=viewer(phuong))
    assert "CS-" not in Client().get("/mo/chi-so.csv").content.decode()
    sign_by_another(land, made)
    rows = table(Client().get("/mo/chi-so.csv").content.decode())
    assert {row["snapshot"] for row in rows} == {made.number}
    both = {
        (row["unit"], row["former_area"]): (row["numerator"], row["denominator"], row["is_hidden"])
        for row in rows
        if row["indicator"] == "I2both"
    }
    # 7 of 8 in Phú Thủy lacks 1: hidden, and Tuy Phong with it; the wholes are 7 of 17.
    assert both == {
        ("68", ""): ("7", "17", "0"),
        ("68", "60"): ("7", "17", "0"),
        ("22924", ""): ("", "", "1"),
        ("22978", ""): ("", "", "1"),
    }
    any_one = {row["unit"]: row["is_hidden"] for row in rows if row["indicator"] == "I2any" and not row["former_area"]}
    assert any_one == {"68": "0", "22924": "1", "22978": "1"}
    households = {
        row["unit"]: (row["numerator"], row["denominator"])
        for row in rows
        if row["indicator"] == "I1" and not row["former_area"]
    }
    assert households == {"68": ("7", "7"), "22924": ("7", "7")}
    new = restate(snapshot=made, note="thử", by=viewer(phuong))
    assert {row["snapshot"] for row in table(Client().get("/mo/chi-so.csv").content.decode())} == {made.number}
    sign(snapshot=new, by=viewer(person("Mai", Role.PROVINCE, land.lam_dong)))
    assert {row["snapshot"] for row in table(Client().get("/mo/chi-so.csv").content.decode())} == {new.number}
    page = " ".join(Client().get("/mo/").content.decode().split())
    for words in (new.number, "I2both, phiên bản 2", "Giấy phép dùng lại", "chưa nhập"):
        assert words in page
    assert commune.number not in page
    for user in ("Phương", "Mai", "Lan"):
        assert user not in page


def test_a_freezing_that_stopped_says_so_and_goes_on(land: Land, phuong: User, chi: User, goods: None) -> None:
    client, path = signed_in(phuong), "/bang/chot-so/CS-68-2026-10-1/"
    client.post("/bang/chot-so/lap/", {"unit": "68", "on": "2026-10-31"})
    made = Snapshot.objects.get()
    assert 'data-refresh="/bang/chot-so/CS-68-2026-10-1/"' in seen(phuong, path)
    Snapshot.objects.filter(pk=made.pk).update(rows_expected=20_000, rows_count=1_500)
    assert "<strong>1500/20000</strong>" in seen(phuong, path)
    assert "Đang chốt…, đã ghi 1.500 trong 20.000 dòng." in seen(phuong, "/bang/chot-so/")
    Snapshot.objects.filter(pk=made.pk).update(rows_expected=0, rows_count=0)
    failed = {"state": Job.State.FAILED, "finished_at": clock.now(), "last_error": "Máy chủ hết chỗ."}
    Job.objects.filter(name="snapshots.freeze").update(**failed)
    page = seen(phuong, path)
    assert "Việc chốt đã dừng giữa chừng. Máy chủ hết chỗ." in page
    assert "data-refresh" not in page
    assert client.post("/bang/chot-so/lap/", {"unit": "68", "on": "2026-10-31"}).headers["Location"] == path
    assert Job.objects.filter(state=Job.State.WAITING, key=str(made.pk)).count() == 1
    assert "Việc chốt đã dừng" not in seen(phuong, path)
    jobs.freeze({"snapshot": made.pk})
    assert "2/4 (50,0" in seen(phuong, path)


def test_what_changed_while_it_lay_is_restated(land: Land, phuong: User, goods: None) -> None:
    """Rows stored before a kill are no longer what is read: nothing is frozen out of two moments."""
    client, path = signed_in(phuong), "/bang/chot-so/CS-68-2026-10-1/"
    client.post("/bang/chot-so/lap/", {"unit": "68", "on": "2026-10-31"})
    made = Snapshot.objects.get()

    def killed() -> None:
        if made.rows.filter(subject="product").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        freeze_rows(snapshot=made, told=killed)
    OcopProduct.objects.filter(name="Mắm ruốc").update(unit=land.phu_thuy)
    with pytest.raises(GiveUp, match="đã đổi từ lúc chốt dở"):
        jobs.freeze({"snapshot": made.pk})
    failed = {"state": Job.State.FAILED, "finished_at": clock.now(), "last_error_code": "refused"}
    Job.objects.filter(name="snapshots.freeze").update(**failed)
    made.refresh_from_db()
    assert (made.frozen_at, made.figures.count()) == (None, 0)
    page = seen(phuong, path)
    assert f'href="{path}chot-lai/"' in page
    assert "Chốt tiếp" not in page
    client.post(f"{path}chot-lai/", {"note": "dữ liệu đổi lúc chốt"})
    jobs.freeze({"snapshot": Snapshot.objects.latest("pk").pk})
    assert "2/4 (50,0" in seen(phuong, "/bang/chot-so/CS-68-2026-10-2/")


def test_what_stands_beside_is_frozen(land: Land, phuong: User, goods: None) -> None:
    """Extended papers, services and the coverage are those of the freezing, whatever is true later."""
    stay = product("Nghỉ tại nhà dân", (3, "2025-03-01"), unit=land.tuy_phong)
    service = TaxonomyNode.objects.filter(is_service=True, level="set").first()
    assert service is not None
    OcopProduct.objects.filter(pk=stay.pk).update(product_set=service)
    old = product("Khô mực", (3, "2023-10-15"), unit=land.phu_thuy)
    filed(old.certificates.get(), date(2023, 10, 20), None)
    RenewalFile.objects.update(submitted_on=date(2026, 5, 1))
    made = freeze(unit=land.lam_dong, on=ON, by=viewer(phuong))
    scope = Scope(SYSTEM, ON, land.lam_dong)
    [live] = measure([INDICATORS["I2both"]], scope)
    figure = made.figures.get(indicator="I2both", unit_code="68", former_code="")
    assert figure.beside == {part.value: list(numbers) for part, numbers in live.beside.items()}
    assert figure.beside == {"ext": [0, 1], "svc": [0, 1]}
    assert (made.communes, made.communes_framed) == (coverage(scope).communes, coverage(scope).framed) == (1, 1)
    path = f"/bang/chot-so/{made.number}/"
    before = seen(phuong, path), body(phuong, f"{path}so-lieu.json"), body(phuong, f"{path}dong.csv")
    words = "Trong đó giấy được gia hạn: 0/1 (0,0 %). Hàng hóa: 2/5 (40,0 %). Dịch vụ: 0/1 (0,0 %)."
    assert words in before[0].replace("\xa0", " ").replace("\u202f", " ")
    assert "1 trong 1 xã có hộ" in before[0]
    OcopProduct.objects.update(product_set=None)
    RenewalFile.objects.update(result="refused", result_on=date(2026, 10, 1))
    household(land.tuy_phong)
    assert measure([INDICATORS["I2both"]], scope)[0].beside != live.beside
    assert (seen(phuong, path), body(phuong, f"{path}so-lieu.json"), body(phuong, f"{path}dong.csv")) == before
    assert is_untouched(made)
