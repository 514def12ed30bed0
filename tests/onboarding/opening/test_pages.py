"""The pages under /xa/mo-gian-hang/, as Chi and Phương see them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import load_workbook

from core.audit.models import AuditEntry
from onboarding.opening.models import OpeningBatch
from tests.onboarding.opening.conftest import agree, home, seller
from tests.people import People


def browser(people: People, name: str = "chi") -> Client:
    client = Client()
    client.force_login(people.users[name])
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def test_from_the_counts_to_a_sent_sheet(people: People) -> None:
    home(people.hamlet, "Trần Thị Sáu", phone="+84912345678")
    home(people.hamlet, "Lê Văn Tám", owner="relative")
    chi = browser(people)
    shown = page(chi, "/xa/mo-gian-hang/?san=voso")
    assert "Đến đâu rồi trên VoSo" in shown and "Lập lô 1 hộ" in shown and "3/3" in shown
    asked = f"xa={people.commune.code}&san=voso&thon={people.hamlet.pk}"
    preview = page(chi, f"/xa/mo-gian-hang/lap/?{asked}")
    assert "1 hộ vào lô" in preview and "Trần Thị Sáu" in preview
    assert "2 hộ không có điện thoại riêng của chủ hộ" in preview and "Lê Văn Tám" in preview
    assert not OpeningBatch.objects.exists()
    answer = chi.post("/xa/mo-gian-hang/lap/", {"xa": people.commune.code, "san": "voso", "thon": people.hamlet.pk})
    batch = OpeningBatch.objects.get()
    assert answer["location"] == f"/xa/mo-gian-hang/lo/{batch.pk}/"
    assert "Chưa gửi sàn" in page(chi, answer["location"])
    sheet = chi.post(f"{answer['location']}bang.xlsx")
    assert f'filename="lo-{batch.pk}-voso.xlsx"' in sheet["Content-Disposition"]
    assert "0912345678" in str(load_workbook(io.BytesIO(sheet.content)).get_sheet_by_index(0).to_python())
    chi.post(f"{answer['location']}da-gui")
    sent = page(chi, answer["location"])
    assert "Sàn đã trả lời 0/1 hộ" in sent and "/ban-viec/nhap/moi/?loai=ket-qua-mo-gian-hang" in sent
    assert "912345678" not in sent + preview + shown, "no page shows a phone"
    start = page(chi, "/ban-viec/nhap/moi/?loai=ket-qua-mo-gian-hang")
    assert 'value="ket-qua-mo-gian-hang" required' in start and "checked" in start
    agree(seller(batch.lines.get().household), False)
    assert "bảng đã ra khỏi xã. Hộ rút đồng ý" in page(chi, answer["location"])
    chi.post(f"/xa/mo-gian-hang/dong/{batch.lines.get().pk}/da-bao")
    assert "bảng đã ra khỏi xã. Hộ rút đồng ý" not in page(chi, answer["location"])


def test_the_province_reads_and_takes_nothing_out(people: People) -> None:
    home(people.hamlet, "Trần Thị Sáu")
    batch_address = browser(people).post("/xa/mo-gian-hang/lap/", {"xa": people.commune.code, "san": "voso"})[
        "location"
    ]
    phuong = browser(people, "phuong")
    assert "Lập lô" not in page(phuong, f"/xa/mo-gian-hang/?xa={people.commune.code}")
    assert "Tải bảng" not in page(phuong, batch_address)
    before = AuditEntry.objects.count()
    calls: list[Any] = [
        phuong.get("/xa/mo-gian-hang/lap/"), phuong.post(f"{batch_address}bang.xlsx"), phuong.post(f"{batch_address}da-gui"),
        phuong.post(f"{batch_address}ket-thuc"), phuong.get("/xa/mo-gian-hang/?xa=26732"),
    ]  # fmt: skip
    assert [call.status_code for call in calls] == [404] * 5
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("query", ["xa=00000", "san=khong-co", "thon=x", "thon=999999", "thon=99999999999999999999"])
def test_what_is_not_there_is_not_there(people: People, query: str) -> None:
    assert browser(people).get(f"/xa/mo-gian-hang/lap/?{query}").status_code == 404


@pytest.mark.parametrize("size", [1, 25])
@pytest.mark.parametrize(("path", "budget"), [("/xa/mo-gian-hang/", 14), ("/xa/mo-gian-hang/lap/", 12), ("lo", 9)])
def test_query_budgets(people: People, path: str, budget: int, size: int) -> None:
    for number in range(size):
        home(people.hamlet, f"Hộ {number}")
    chi = browser(people)
    if path == "lo":
        path = chi.post("/xa/mo-gian-hang/lap/", {"xa": people.commune.code, "san": "voso"})["location"]
    chi.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = chi.get(path)
    assert answer.status_code == 200
    assert len(captured) == budget, [query["sql"][:150] for query in captured]


def test_long_lists_are_paged(people: People) -> None:
    for number in range(30):
        home(people.hamlet, f"Nhà số {number:02}")
    chi = browser(people)
    address = chi.post("/xa/mo-gian-hang/lap/", {"xa": people.commune.code, "san": "voso"})["location"]
    assert page(chi, address).count("Nhà số") == 25
    assert page(chi, f"{address}?page=2").count("Nhà số") == 5
    assert "Không có hộ nào như vậy trong lô" in page(chi, f"{address}?xem=refused")


def test_names_lead_to_the_household_reasons_say_what_to_do_and_a_new_batch_shows_both_steps(people: People) -> None:
    other = home(people.hamlet, "Lê Văn Tám", owner="relative")
    chi = browser(people)
    shown = page(chi, "/xa/mo-gian-hang/?san=voso")
    assert "Chưa gửi được hộ nào: 2 hộ không có điện thoại riêng của chủ hộ." in shown
    preview = page(chi, f"/xa/mo-gian-hang/lap/?xa={people.commune.code}&san=voso")
    assert f'href="/xa/ho/{other.pk}/"' in preview and "Hỏi hộ số riêng của chủ hộ" in preview
    asked = home(people.hamlet, "Trần Thị Sáu")
    batch = chi.post("/xa/mo-gian-hang/lap/", {"xa": people.commune.code, "san": "voso"})["location"]
    shown = page(chi, batch)
    assert "Tải bảng 1 hộ" in shown and "Đã gửi bảng cho sàn</button>" in shown
    assert f'href="/xa/ho/{asked.pk}/"' in shown


def test_the_sheet_names_what_is_sold_even_when_it_was_only_said_in_words(people: People) -> None:
    made = home(people.hamlet, "Trần Thị Sáu")
    made.production_lines.all().delete()
    for kind, goods, scale in (("processing", "", "tráng bánh"), ("trees", "", ""), ("crops", "lúa", "2 sào")):
        made.production_lines.create(kind=kind, goods=goods, scale=scale)
    chi = browser(people)
    batch = chi.post("/xa/mo-gian-hang/lap/", {"xa": people.commune.code, "san": "voso"})["location"]
    rows = load_workbook(io.BytesIO(chi.post(f"{batch}bang.xlsx").content)).get_sheet_by_index(0).to_python()
    assert rows[3][5] == "lúa, tráng bánh, Cây lâu năm (điều, tiêu, cà phê, trái cây)"
