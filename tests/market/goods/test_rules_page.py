"""The page of the rules: those of the day, with their sources."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.market.conftest import Browser
from tests.people import People

pytestmark = pytest.mark.django_db


def test_the_rules_of_today_with_their_sources(people: People, browser: Browser) -> None:
    page = browser("chi").get(reverse("goods_rules")).content.decode()
    assert "Nghị định 15/2018/NĐ-CP" in page and "chữa bệnh" in page and "Luật 75/2025/QH15" in page


def test_those_of_another_day(people: People, browser: Browser) -> None:
    address = reverse("goods_rules")
    page = browser("phuong").get(address, {"ngay": "2025-12-31"}).content.decode()
    assert "Luật 75/2025/QH15" not in page and "44/2019/QH14" in page
    assert "Chưa có quy định" in browser("phuong").get(address, {"ngay": "2010-01-01"}).content.decode()
    assert "Ngày này chưa đúng" in browser("phuong").get(address, {"ngay": "hôm qua"}).content.decode()


def test_it_costs_the_same_however_many_rules_there_are(people: People, browser: Browser) -> None:
    client, counts = browser("chi"), []
    for day in ("2025-12-31", ""):
        client.get(reverse("goods_rules"), {"ngay": day})
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("goods_rules"), {"ngay": day})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_sellers_find_no_such_page(people: People, browser: Browser) -> None:
    assert browser("an").get(reverse("goods_rules")).status_code == 404
