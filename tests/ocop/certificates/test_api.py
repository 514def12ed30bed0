"""Certificates and products for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.people.actions import make_api_token
from core.people.models import User
from core.people.queries import SYSTEM
from ocop.certificates.actions.freezing import freeze_certificate
from ocop.certificates.models import Certificate
from ocop.register.actions import choose_set
from ocop.register.queries import product_sets
from tests.ocop.conftest import Land, paper, product, viewer


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


class Program:
    """A program with somebody's key."""

    def __init__(self, user: User) -> None:
        self.headers = {"Authorization": f"Bearer {make_api_token(user=user, name='thử', by=SYSTEM)}"}

    def get(self, path: str, **query: Any) -> Any:
        return Client().get(f"/api/v1/{path}", query, headers=self.headers)


@pytest.fixture
def tea(land: Land, phuong: User) -> Certificate:
    made = product("Trà sen", unit=land.phu_thuy, maker="Hộ kinh doanh Trần Sáu, MST 079185001234")
    choose_set(product=made, chosen=product_sets()[10], by=viewer(phuong))
    return paper(made, 4, "2024-05-07", "12/QĐ")


def test_one_paper_with_its_frozen_copies_and_no_number_of_a_person(land: Land, phuong: User, tea: Certificate) -> None:
    copy = freeze_certificate(certificate=tea)
    answer = Program(phuong).get(f"certificates/{tea.check_code.lower()}")
    assert answer.status_code == 200 and "079185001234" not in answer.content.decode()
    body = answer.json()
    [frozen] = body.pop("copies")
    assert (frozen["sha256"], frozen["facts"]) == (copy.sha256, copy.facts)
    assert body == {
        "check_code": tea.check_code, "state": "renewal_due", "stars": 4, "decision_number": "12/QĐ", "issuer_level": "",
        "issuer_name": "", "quality": "B1", "recognised_on": "2024-05-07", "holds_until_at_least": "2027-05-07",
        "superseded_on": None, "revoked_on": None,
        "product": {"id": tea.product_id, "name": "Trà sen", "producer": "Hộ kinh doanh Trần Sáu, MST … …234", "unit": "22924"},
    }  # fmt: skip


def test_one_product_with_its_set_and_the_states_of_its_papers(land: Land, phuong: User, tea: Certificate) -> None:
    body = Program(phuong).get(f"products/{tea.product_id}", on="2027-05-08").json()
    [one] = body.pop("certificates")
    assert (one["state"], one["check_code"]) == ("expired", tea.check_code)
    assert body == {
        "id": tea.product_id, "name": "Trà sen", "producer": "Hộ kinh doanh Trần Sáu, MST … …234", "unit": "22924",
        "producer_kind": "", "place": "phường Phú Thủy, tỉnh Lâm Đồng", "product_group": "", "taxonomy": "26/2026/QĐ-TTg",
        "set": {"number": 11, "name": "Chè tươi, chế biến", "sector": 1, "is_service": False},
        "external_code": "", "source_url": "",
    }  # fmt: skip


def test_lists_by_unit_state_and_sector(land: Land, phuong: User, tea: Certificate) -> None:
    other = product("Rượu", unit=land.tuy_phong)
    paper(other, 3, "2025-01-01")
    program = Program(phuong)

    def papers(**query: Any) -> list[str]:
        return [each["product"]["name"] for each in program.get("certificates", **query).json()["certificates"]]

    def products(**query: Any) -> list[str]:
        return [each["name"] for each in program.get("products", **query).json()["products"]]

    assert papers() == papers(unit="68") == ["Trà sen", "Rượu"]
    assert papers(unit="22924") == papers(state="renewal_due") == ["Trà sen"]
    assert papers(state="valid") == ["Rượu"] and papers(state="expired", on="2027-05-08") == ["Trà sen"]
    assert products() == ["Trà sen", "Rượu"] and products(sector=1) == products(unit="22924") == ["Trà sen"]
    assert program.get("certificates", state="gone").status_code == program.get("products", sector=7).status_code == 422
    assert (program.get("certificates").json()["count"], program.get("products").json()["pages"]) == (2, 1)


def test_what_lies_elsewhere_is_not_there(land: Land, dung: User, an: User, tea: Certificate) -> None:
    program = Program(dung)
    assert program.get("certificates").json()["certificates"] == program.get("products").json()["products"] == []
    for path in (
        f"certificates/{tea.check_code}",
        f"products/{tea.product_id}",
        "certificates/XXXXXXXXXX",
        f"products/{2**70}",
    ):
        assert program.get(path).status_code == 404, path
    for path in ("certificates", "products", f"certificates/{tea.check_code}", f"products/{tea.product_id}"):
        assert Program(an).get(path).status_code == 404
        assert Client().get(f"/api/v1/{path}").status_code == 401


def test_lists_cost_the_same_for_one_and_for_25(land: Land, phuong: User, tea: Certificate) -> None:
    program = Program(phuong)

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert program.get(path).status_code == 200
        return len(queries)

    cost("certificates")
    one = cost("certificates"), cost("products")
    for number in range(24):
        made = product(f"Trà {number}", unit=land.phu_thuy)
        choose_set(product=made, chosen=product_sets()[10], by=viewer(phuong))
        paper(made, 4, "2024-05-07")
    assert (one, (cost("certificates"), cost("products"))) == ((5, 7), (5, 7))
    assert date(2027, 5, 7) == Certificate.objects.order_by("pk")[0].earliest_end
