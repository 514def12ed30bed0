"""The pages under /xa/mo-gian-hang/, as Chi and Phương see them."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import load_workbook

from core.audit.models import AuditEntry
from core.people.models import User
from core.places.models import Unit
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


class TestAnotherCommune:
    """By its name, however many there are; nobody gets a list of all of them."""

    def test_one_commune_needs_no_choice(self, people: People) -> None:
        assert 'name="ten"' not in page(browser(people), "/xa/mo-gian-hang/")

    def test_the_operator_writes_a_name(self, people: People) -> None:
        operator = User.objects.create_superuser(username="van-hanh", full_name="Vận hành", password="x")
        client = Client()
        client.force_login(operator)
        shown = page(client, "/xa/mo-gian-hang/?san=voso")
        assert 'name="ten"' in shown and "<option" not in shown and len(shown) < 30_000
        asked = {"ten": "Phuoc Huu, Khanh Hoa", "xa": "", "san": "voso"}
        assert client.get("/xa/mo-gian-hang/", asked)["location"] == (
            f"/xa/mo-gian-hang/?xa={people.commune.code}&san=voso"
        )
        several = page(client, "/xa/mo-gian-hang/?ten=Tân+Lập")
        links = re.findall(r'href="/xa/mo-gian-hang/\?xa=(\d+)', several)
        assert "Có mấy xã tên gần như vậy" in several
        assert len(set(links) & set(Unit.objects.filter(folded_name="tan lap").values_list("code", flat=True))) > 1
        none = page(client, "/xa/mo-gian-hang/?ten=Không+Có+Đâu")
        assert "Không có xã nào tên như vậy" in none and 'value="Không Có Đâu"' in none

    def test_a_province_finds_only_its_own(self, people: People) -> None:
        """A name that many provinces have is sure where one province has it once."""
        other = Unit.objects.filter(level="commune", valid_to=None).exclude(parent=people.commune.parent)
        mine = Unit.objects.filter(level="commune", valid_to=None, parent=people.commune.parent)
        shared = mine.filter(folded_name__in=other.values("folded_name")).order_by("pk")[0]
        phuong = browser(people, "phuong")
        answer = phuong.get("/xa/mo-gian-hang/", {"ten": shared.name})
        assert f"xa={shared.code}" in answer["location"]
        foreign = other.exclude(folded_name__in=mine.values("folded_name")).order_by("pk")[0]
        shown = page(phuong, f"/xa/mo-gian-hang/?ten={foreign.name}")
        assert f"xa={foreign.code}" not in shown

    def test_what_the_choice_costs_however_many_there_are(self, people: People) -> None:
        client = browser(people, "phuong")

        def cost(address: str) -> int:
            with CaptureQueriesContext(connection) as captured:
                page(client, address)
            return len(captured)

        page(client, "/xa/mo-gian-hang/?ten=Không+Có")
        costs = (cost("/xa/mo-gian-hang/"), cost("/xa/mo-gian-hang/?ten=Không+Có"))
        assert costs == (14, 16)
