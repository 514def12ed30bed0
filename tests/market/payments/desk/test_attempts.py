"""Attempts without a result: asked about again, or ended by the report."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.kit import clock
from core.people.queries import Viewer
from market.payments.jobs import ask_about_open_attempts
from market.payments.models import Charge, Payment, PaymentAttempt
from tests.market.conftest import Signed
from tests.market.payments.till import book, opened, pay_there
from tests.market.payments.vnpay.running import Double
from tests.market.proof import everything
from tests.people import People

LIST = "/ke-toan/dang-cho/"


@pytest.fixture
def late(gateway: Double, db: None) -> PaymentAttempt:
    """VNPAY looks at it since three hours."""
    attempt = opened(gateway)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(
        expires_at=clock.now() - timedelta(hours=3), next_query_at=clock.now() + timedelta(hours=1), response_code="07"
    )
    attempt.refresh_from_db()
    return attempt


def test_it_is_listed_with_what_vnpay_said(late: PaymentAttempt, ngan: Viewer, kiem: Viewer, signed: Signed) -> None:
    html = signed(ngan).get(LIST).content.decode()
    for said in (
        late.txn_ref,
        late.payment.reference,
        "07: đã trừ tiền, nghi gian lận",
        "3 giờ trước",
        "Đóng lần trả này",
    ):
        assert said in html, said
    read_only = signed(kiem).get(LIST).content.decode()
    assert late.txn_ref in read_only and "Đóng lần trả này" not in read_only
    PaymentAttempt.objects.update(expires_at=clock.now() - timedelta(minutes=119))
    assert "Không lần trả tiền nào chờ quá lâu." in signed(ngan).get(LIST).content.decode()


def test_asked_again_at_once(late: PaymentAttempt, gateway: Double, ngan: Viewer, signed: Signed) -> None:
    pay_there(gateway, late)
    assert ask_about_open_attempts() == 0
    answer = signed(ngan).post(f"{LIST}{late.pk}/hoi", follow=True)
    assert "Sẽ hỏi VNPAY" in answer.content.decode()
    assert (ask_about_open_attempts(), Charge.objects.count()) == (1, 1)
    answer = signed(ngan).post(f"{LIST}{late.pk}/hoi", follow=True)
    assert "Lần trả này đã có kết quả." in answer.content.decode()


def test_ended_by_the_report_with_a_note(late: PaymentAttempt, gateway: Double, ngan: Viewer, signed: Signed) -> None:
    browser, before = signed(ngan), everything()
    assert "chứng từ" in browser.post(f"{LIST}{late.pk}/dong", follow=True).content.decode()
    assert everything() == before
    answer = browser.post(f"{LIST}{late.pk}/dong", {"note": "Báo cáo 05/01 không có."}, follow=True)
    late.refresh_from_db()
    assert (late.state, Payment.objects.get().state) == ("failed", "waiting")
    assert "Đã đóng lần trả này." in answer.content.decode() and "Không lần trả tiền nào" in answer.content.decode()
    before = everything()
    answer = browser.post(f"{LIST}{late.pk}/dong", {"note": "Lần nữa."}, follow=True)
    assert "đã có kết quả" in answer.content.decode() and everything() == before


def test_not_before_two_hours(gateway: Double, ngan: Viewer, signed: Signed) -> None:
    attempt = opened(gateway)
    before = everything()
    answer = signed(ngan).post(f"{LIST}{attempt.pk}/dong", {"note": "Báo cáo."}, follow=True)
    assert "chưa quá hai giờ" in answer.content.decode() and everything() == before


def test_nobody_else(late: PaymentAttempt, kiem: Viewer, people: People, signed: Signed) -> None:
    before = everything()
    for viewer in (kiem, people.viewer("an"), people.viewer("chi"), people.viewer("buu")):
        found = {signed(viewer).post(f"{LIST}{late.pk}/{step}", {"note": "x"}).status_code for step in ("hoi", "dong")}
        assert found == {404}
    assert signed(people.viewer("phuong")).get(LIST).status_code == 404
    assert everything() == before and book() == {}


def test_unknown_steps_and_attempts_are_not_there(late: PaymentAttempt, ngan: Viewer, signed: Signed) -> None:
    browser = signed(ngan)
    answers = [browser.post(f"{LIST}{late.pk}/xoa"), browser.post(f"{LIST}9999/hoi")]
    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("rows", [1, 25])
def test_query_budget(
    late: PaymentAttempt, ngan: Viewer, signed: Signed, django_assert_num_queries: Any, rows: int
) -> None:
    for number in range(rows - 1):
        payment = Payment.objects.create(reference=f"X{number}", amount=9_000, return_path="/x", made_at=clock.now())
        PaymentAttempt.objects.create(
            payment=payment, txn_ref=f"LS{number}", create_date="", expire_date="", expires_at=late.expires_at, amount=9_000,
            customer_address="203.0.113.7", made_at=late.made_at,
        )  # fmt: skip
    browser = signed(ngan)
    browser.get(LIST)
    with django_assert_num_queries(6):
        browser.get(LIST)
