"""Indicators for programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.people.actions import make_api_token
from core.people.models import User
from core.people.queries import SYSTEM
from ocop.certificates.models import Certificate
from tests.ocop.conftest import Land, framed, household, linked, listing, look, moment, platform, product, put_on

ON = date(2026, 11, 22)
pytestmark = pytest.mark.usefixtures("land")


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def get(user: User | None, path: str, **query: str) -> Any:
    headers = {}
    if user is not None:
        headers = {"Authorization": f"Bearer {make_api_token(user=user, name='thử', by=SYSTEM)}"}
    return Client().get(path, query, headers=headers)


@pytest.fixture
def fish_sauce(land: Land) -> str:
    """A certified product on VoSo, one with a year that says nothing any more; the address of the seen page."""
    made = product("Nước mắm", (4, "2025-01-01"), unit=land.phu_thuy, former=land.old_binh_thuan)
    sold = listing("Nước mắm", land.phu_thuy)
    linked(made, sold)
    page = put_on(sold, "voso")
    look(page, moment(ON - timedelta(days=1)))
    product("Mực một nắng", (3, "2023"), maker="", unit=land.lam_dong)
    return page.url


def test_a_number_with_its_definition_and_its_rows(land: Land, phuong: User, fish_sauce: str) -> None:
    answer = get(phuong, "/api/v1/indicators/i2v", unit="68", on="2026-11-22")
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == [
        "code", "version", "name", "definition", "unit", "on", "numerator", "denominator", "missing", "rows_url",
    ]  # fmt: skip
    definition = body.pop("definition")
    assert "36 tháng" in definition
    assert "trên VoSo" in definition
    assert body == {
        "code": "I2v",
        "version": 2,
        "name": "Sản phẩm OCOP có trên VoSo",
        "unit": "68",
        "on": "2026-11-22",
        "numerator": 1,
        "denominator": 1,
        "missing": 1,
        "rows_url": "http://testserver/api/v1/indicators/i2v/rows?unit=68&area=&on=2026-11-22",
    }

    rows = get(phuong, body["rows_url"]).json()
    code = Certificate.objects.get(stars=4).check_code
    first, second = rows.pop("rows")
    assert rows == {"code": "I2v", "version": 2, "on": "2026-11-22", "count": 2, "page": 1, "pages": 1}
    first.pop("id")
    assert first == {
        "sides": ["numerator", "denominator"],
        "name": "Nước mắm",
        "producer": "HTX Nước mắm Phú Hài",
        "place": "phường Phú Thủy, tỉnh Lâm Đồng",
        "unit": "22924",
        "source_url": "",
        "certificate": {
            "check_code": code,
            "state": "valid",
            "stars": 4,
            "decision_number": "",
            "recognised_on": "2025-01-01",
            "holds_until_at_least": "2028-01-01",
        },
        "pages": [
            {
                "platform": platform("voso").name,
                "url": fish_sauce,
                "seen_at": "2026-11-21T02:00:00Z",
                "result": "live",
                "counts": True,
            }
        ],
    }
    assert (second["name"], second["sides"], second["certificate"]["recognised_on"]) == (
        "Mực một nắng",
        ["missing"],
        "2023",
    )


def test_today_is_the_default_and_a_side_narrows(phuong: User, fish_sauce: str) -> None:
    assert get(phuong, "/api/v1/indicators/I2v").json()["on"] == "2026-11-22"
    rows = get(phuong, "/api/v1/indicators/I2v/rows", side="missing").json()["rows"]
    assert [row["name"] for row in rows] == ["Mực một nắng"]


def test_households_come_without_names(land: Land, phuong: User) -> None:
    home = household(land.phu_thuy, name="Trần Thị Sáu")
    framed(home)
    answer = get(phuong, "/api/v1/indicators/I1/rows")
    assert answer.json()["rows"] == [
        {
            "id": home.pk, "sides": ["denominator"], "name": "", "producer": "", "place": "Khu phố 1, phường Phú Thủy",
            "unit": "22924", "source_url": "", "certificate": None, "pages": [],
        }
    ]  # fmt: skip
    assert "Sáu" not in answer.content.decode()


@pytest.mark.parametrize("tail", ["", "/rows"])
def test_outside_ones_area_there_is_nothing(land: Land, phuong: User, dung: User, an: User, tail: str) -> None:
    product("Nước mắm", (4, "2025-01-01"), unit=land.phu_thuy)
    path = f"/api/v1/indicators/I2v{tail}"
    assert get(dung, path, unit="68").status_code == 404
    assert get(dung, path, unit="22924").status_code == 404
    assert get(an, path).status_code == 404
    assert get(phuong, path, unit="99").status_code == 404
    assert get(phuong, path, area="00").status_code == 404
    assert get(phuong, f"/api/v1/indicators/I9{tail}").status_code == 404
    assert get(None, path).status_code == 401
    assert "Nước mắm" not in get(dung, path).content.decode()


def test_a_day_that_is_none_is_refused(phuong: User) -> None:
    assert get(phuong, "/api/v1/indicators/I2v", on="22/11/2026").status_code == 422


def test_pages(land: Land, phuong: User, fill: Callable[[int, date], None]) -> None:
    fill(51, ON)
    second = get(phuong, "/api/v1/indicators/I2both/rows", page="2").json()
    assert (second["count"], second["pages"], len(second["rows"])) == (51, 2, 1)


def test_a_day_that_has_not_come_has_no_number(phuong: User) -> None:
    for path in ("/api/v1/indicators/i2v", "/api/v1/indicators/i2v/rows"):
        assert get(phuong, path, on="2026-11-22").status_code == 200
        answer = get(phuong, path, on="2026-11-23")
        assert (answer.status_code, answer.json()) == (
            422, {"detail": "Ngày này chưa đến. Hãy chọn hôm nay hoặc một ngày trước."}
        )  # fmt: skip
