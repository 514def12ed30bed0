"""Searched but not found: what is counted, what never is, and who reads it."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client

from core.kit import clock
from market.shops.models import Shop
from search.upkeep.actions import forget_old, note_miss
from search.upkeep.models import Check, Miss
from search.upkeep.queries import misses
from search.upkeep.rules import words_to_keep
from tests.people import People
from tests.search.goods import put_on_sale

pytestmark = pytest.mark.django_db


def kept() -> list[tuple[str, int]]:
    return list(Miss.objects.order_by("words", "times").values_list("words", "times"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sầu riêng Ri6", "sau rieng ri6"),
        ("  MẬT ong  500g ", "mat ong 500g"),
        ("gọi 0912345678", ""),
        ("0912 345 678", ""),
        ("+84-912.345.678", ""),
        ("\uff10\uff19\uff11\uff12\uff13", ""),  # full-width digits
        ("mắm 12345", ""),
        ("mắm 1234", "mam 1234"),
        ("lan@example.vn", ""),
        ("a" * 61, ""),
        ("a" * 60, "a" * 60),
        ("một hai ba bốn năm sáu bảy tám", "mot hai ba bon nam sau bay tam"),
        ("một hai ba bốn năm sáu bảy tám chín", ""),
        ("!!! 😀", ""),
        ("", ""),
        ("Nguyễn Thanh Nam", ""),
        (unicodedata.normalize("NFD", "rau của TRẦN quốc tuấn"), ""),
        ("nguyen thi hoa", ""),
        ("gạo Lê Văn Tám", ""),
        ("mật ong nguyên chất", "mat ong nguyen chat"),
        ("hồ tiêu đen", "ho tieu den"),
        ("nước mắm Phan Thiết", "nuoc mam phan thiet"),
    ],
)
def test_only_words_that_name_nobody_are_kept(text: str, words: str) -> None:
    assert words_to_keep(text) == words


def test_what_finds_nothing_is_counted_by_day_in_one_spelling(client: Client, shop: Shop) -> None:
    put_on_sale(shop, "Mắm nêm")
    for query in ("q=sầu riêng", "q=Sau+RIENG", "q=mam", "q=", "q=mam&stars=5", "q=mamm+nem", "q=0912345678", "q=!!!"):
        assert client.get(f"/tim-kiem?{query}").status_code == 200
    client.get("/tim-kiem?q=sau+rieng&page=2")
    assert kept() == [("mamm nem", 1), ("sau rieng", 2)]
    assert {field.name for field in Miss._meta.get_fields()} == {"id", "day", "words", "times"}
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        client.get("/tim-kiem?q=sau+rieng")
    assert kept() == [("mamm nem", 1), ("sau rieng", 1), ("sau rieng", 2)]


def test_what_officers_look_for_is_not_counted(people: People, client: Client) -> None:
    client.force_login(people.users["chi"])
    client.get("/tim-kiem?q=ho+nao+do")
    assert kept() == []


def test_an_answer_does_not_depend_on_the_counting(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_rows: Any, **_more: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(Miss.objects, "bulk_create", broken)
    assert client.get("/tim-kiem?q=sau+rieng").status_code == 200
    assert kept() == []


def test_a_flood_of_words_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.upkeep.actions.MOST_A_DAY", 2)
    for text in ("mot", "hai", "ba", "mot"):
        note_miss(text=text)
    assert kept() == [("hai", 1), ("mot", 2)]


def test_told_from_the_third_time_most_asked_first() -> None:
    today = clock.today()
    for days, words, times in (
        (0, "hai lan", 2),
        (1, "nam lan", 4),
        (0, "nam lan", 1),
        (3, "ba lan", 3),
        (91, "cu", 9),
    ):
        Miss.objects.create(day=today - timedelta(days=days), words=words, times=times)
    assert list(misses()) == [
        {"words": "nam lan", "asked": 5, "last": today},
        {"words": "ba lan", "asked": 3, "last": today - timedelta(days=3)},
    ]


def test_after_ninety_days_it_is_forgotten() -> None:
    now = clock.now()
    for days in (90, 91):
        Miss.objects.create(day=clock.day_of(now - timedelta(days=days)), words=f"{days}", times=1)
        Check.objects.create(at=now - timedelta(days=days, seconds=-60), documents=1, out_of_step=0)
    assert forget_old() == 2
    assert (kept(), Check.objects.count()) == ([("90", 1)], 1)
    assert forget_old() == 0


def test_staff_read_the_list_and_take_it_along(people: People, client: Client) -> None:
    Miss.objects.create(day=clock.today(), words="sau rieng", times=3)
    Miss.objects.create(day=clock.today(), words="chi hai lan", times=2)
    client.force_login(people.users["phuong"])
    html = client.get("/ban-viec/tim-khong-thay/").content.decode()
    assert '<a href="/tim-kiem?q=sau%20rieng">sau rieng</a>' in html
    assert "chi hai lan" not in html
    answer = client.get("/ban-viec/tim-khong-thay/tim-khong-thay.csv")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="tim-khong-thay-')
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "Từ đã gõ (không dấu),Số lần,Lần cuối", f"sau rieng,3,{clock.today():%d/%m/%Y}",
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [1, 25])
def test_query_budget(people: People, client: Client, django_assert_num_queries: Any, rows: int) -> None:
    for number in range(rows):
        Miss.objects.create(day=clock.today(), words=f"tu {number}", times=3)
    client.force_login(people.users["phuong"])
    with django_assert_num_queries(BUDGET):
        client.get("/ban-viec/tim-khong-thay/")


BUDGET = 6
