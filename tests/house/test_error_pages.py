"""Requests that cannot be served are answered in Vietnamese."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.people import People


def test_a_form_without_its_token(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/dang-nhap/", {"username": "an", "password": "x"})
    assert answer.status_code == 403
    assert "Trang đã mở quá lâu" in answer.content.decode()


def test_an_address_that_is_not_there(client: Client, db: None) -> None:
    answer = client.get("/khong-co-trang-nay/")
    assert answer.status_code == 404
    assert '<html lang="vi">' in answer.content.decode()


@pytest.mark.parametrize("day", ["0001-01-01", "2017-12-31", "9999-12-31"])
def test_days_that_cannot_be_asked_about(client: Client, people: People, day: str) -> None:
    client.force_login(people.users["phuong"])
    answer = client.get(f"/bang/?on={day}")
    assert answer.status_code == 200
    assert "Hãy chọn" in answer.content.decode()


def test_the_address_of_a_form_opened_by_hand(client: Client, db: None) -> None:
    answer = client.get("/gio-hang/doi")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Trang này chỉ nhận biểu mẫu" in answer.content.decode()


def test_a_question_without_letters_finds_nothing(client: Client, db: None) -> None:
    assert client.get("/api/v1/search?q=%F0%9F%98%80").json()["count"] == 0


@pytest.mark.parametrize("path", ["/", "/nguoi-ban/", "/api/v1/search", "/v1/customers", "/health/live"])
def test_a_request_for_another_host(path: str, db: None) -> None:
    answer = Client(raise_request_exception=False).get(path, headers={"host": "ban-sao.example"})
    assert answer.status_code == 400
    if path.startswith("/v1/"):
        assert answer.json()["error"]["type"] == "invalid_request_error" and answer["Request-Id"].startswith("req_")
    else:
        assert "Trang này không đọc được yêu cầu" in answer.content.decode()
