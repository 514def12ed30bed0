"""The first page of the accountant's place: counts, balances, and who may open it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.context import places_of
from config.onward import first_page
from core.desk.registry import todos_for
from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM, Viewer, viewer_for
from market.payments.desk.queries.home import money_waiting
from market.payments.models import Charge, Payment, PaymentAttempt, Refund
from market.payments.vnpay import client as vnpay
from tests.market.conftest import Signed
from tests.market.payments.till import ask_back, opened, paid, send_now
from tests.market.payments.vnpay.running import Double
from tests.people import People

HOME = "/ke-toan/"


def counts(viewer: Viewer) -> dict[str, int]:
    return {str(group.label): group.count for group in money_waiting(viewer) if group.count}


def test_a_calm_day(ngan: Viewer, signed: Signed) -> None:
    html = signed(ngan).get(HOME).content.decode()
    assert "Không khoản tiền nào đang chờ người." in html
    assert "Sổ cân: tổng mọi tài khoản bằng 0." in html


def test_what_waits_is_counted_and_the_book_stands_beside_it(
    charge: Charge, gateway: Double, settings: Any, ngan: Viewer, kiem: Viewer, signed: Signed, monkeypatch: Any
) -> None:
    settings.REFUND_ALONE_UP_TO = 50_000
    second = paid(gateway)
    ask_back(charge, 60_000, by=ngan)  # waits for another
    lost = ask_back(charge, 10_000)
    gateway.control("plan", api="error", api_command="refund")
    send_now()
    Refund.objects.filter(pk=lost.pk).update(sent_at=clock.now() - timedelta(minutes=6))
    gateway.control("plan")
    late = opened(gateway)
    PaymentAttempt.objects.filter(pk=late.pk).update(expires_at=clock.now() - timedelta(hours=3))
    # The answer of a gateway that does not know our signature: believed, and a refusal.
    sign = vnpay.wire.sign_refund
    monkeypatch.setattr(vnpay.wire, "sign_refund", lambda request, secret: sign(request, "not-" + secret))
    ask_back(charge, 20_000)
    send_now()
    assert counts(ngan) == counts(kiem) == {
        "Hoàn tiền chờ duyệt": 1, "Hoàn tiền chưa rõ kết quả": 1, "Hoàn tiền không được": 1, "Lần trả tiền chờ quá lâu": 1,
    }  # fmt: skip
    Charge.objects.filter(pk=second.pk).update(is_extra=True)
    assert counts(ngan)["Tiền đến hai lần"] == 1
    html = signed(ngan).get(HOME).content.decode()
    for said in ("600.000\u00a0đ", "530.000\u00a0đ", "70.000\u00a0đ", "Sổ cân"):
        assert said in html
    assert "Không khoản tiền nào" not in html
    assert [todo.url.startswith(HOME) for todo in todos_for(ngan)] and todos_for(kiem) == []


def test_who_gets_in(people: People, ngan: Viewer, kiem: Viewer, signed: Signed, client: Client) -> None:
    chi_of_the_province = User.objects.create_user(username="vung", full_name="Vùng")
    give_grant(user=chi_of_the_province, role=Role.AUDITOR, unit=people.commune.parent, given_by=SYSTEM)
    assert [signed(viewer).get(HOME).status_code for viewer in (ngan, kiem)] == [200, 200]
    others = [people.viewer(name) for name in ("an", "binh", "chi", "dung", "hanh", "phuong", "buu")]
    others.append(viewer_for(chi_of_the_province))
    assert {signed(viewer).get(HOME).status_code for viewer in others} == {404}
    assert [counts(viewer) for viewer in others] == [{}] * len(others)
    assert client.get(HOME)["location"] == "/dang-nhap/?next=/ke-toan/"
    assert signed(ngan).post(HOME).status_code == 405


def test_the_accountants_day_starts_here(ngan: Viewer) -> None:
    assert first_page(ngan) == HOME
    assert [place["url"] for place in places_of(ngan, "/ke-toan/so/") if place["current"]] == [HOME]


@pytest.mark.parametrize("rows", [1, 25])
def test_query_budget(ngan: Viewer, signed: Signed, django_assert_num_queries: Any, rows: int) -> None:
    now = clock.now()
    for number in range(rows):
        payment = Payment.objects.create(reference=f"DH{number}", amount=9_000, return_path="/x", made_at=now)
        PaymentAttempt.objects.create(
            payment=payment, txn_ref=f"LS{number}", create_date="", expire_date="", expires_at=now - timedelta(days=1), amount=9_000,
            customer_address="203.0.113.7", made_at=now,
        )  # fmt: skip
    browser = signed(ngan)
    browser.get(HOME)
    with django_assert_num_queries(BUDGET):
        browser.get(HOME)


BUDGET = 28
