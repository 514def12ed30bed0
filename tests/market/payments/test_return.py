"""The buyer's browser comes back: words for people, never money."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.events.registry import Event
from core.kit import clock
from market.listings.models import Listing
from market.orders.models import Purchase
from market.payments.models import GatewayMessage, Payment, PaymentAttempt
from tests.market.buying import attempt_for, come_back, notice, ordered, send_ipn
from tests.market.proof import everything


@pytest.fixture
def order(listing: Listing) -> Purchase:
    """Two kilograms, at the bank."""
    return ordered((listing, 2))


def test_back_before_the_ipn_is_being_confirmed_never_paid(order: Purchase, heard: list[Event]) -> None:
    attempt = attempt_for(order)
    heard.clear()
    answer = come_back(notice(attempt))
    assert answer["Location"] == f"/thanh-toan/don/{order.key}?v=paid"
    assert (Payment.objects.get().state, Purchase.objects.get().state) == ("processing", "placed")
    attempt.refresh_from_db()
    assert attempt.state == "open"
    assert attempt.next_query_at is not None and attempt.next_query_at <= clock.now(), "asked about at once"
    assert heard == []
    page = Client().get(answer["Location"]).content.decode()
    assert "Chúng tôi đang chờ VNPAY xác nhận" in page and f'data-refresh="/thanh-toan/don/{order.key}"' in page
    assert "Đã nhận tiền" not in page and "Trả tiền qua VNPAY" not in page

    assert send_ipn(notice(attempt)) == "00"
    page = Client().get(answer["Location"]).content.decode()
    assert "Đã nhận tiền. Người bán đang chuẩn bị hàng cho bạn." in page and "data-refresh" not in page


def test_back_after_the_ipn_changes_nothing(order: Purchase) -> None:
    attempt = attempt_for(order)
    assert send_ipn(notice(attempt)) == "00"
    before = everything()
    assert come_back(notice(attempt)).status_code == 302
    assert everything() == before | {"GatewayMessage": everything()["GatewayMessage"]}


def test_an_ipn_of_failure_ends_the_waiting(order: Purchase) -> None:
    attempt = attempt_for(order)
    come_back(notice(attempt))
    assert Payment.objects.get().state == "processing"
    assert send_ipn(notice(attempt, response="51", status="02")) == "00"
    assert Payment.objects.get().state == "waiting"


@pytest.mark.parametrize(
    ("response", "reason", "sentence"),
    [
        ("24", "cancelled", "Bạn đã hủy lần thanh toán này."),
        ("51", "insufficient_funds", "Tài khoản không đủ số dư."),
        ("11", "expired", "Đã hết thời gian thanh toán."),
    ],
)
def test_back_without_paying_says_why_and_offers_again(
    order: Purchase, response: str, reason: str, sentence: str
) -> None:
    attempt = attempt_for(order)
    before = everything()
    answer = come_back(notice(attempt, response=response, status="02"))
    assert answer["Location"] == f"/thanh-toan/don/{order.key}?v={reason}"
    assert everything() == before | {"GatewayMessage": everything()["GatewayMessage"]}, "the browser decides nothing"
    page = Client().get(answer["Location"]).content.decode()
    assert sentence in page and "Trả tiền qua VNPAY" in page


def test_a_forged_word_in_the_address_is_only_a_word(order: Purchase) -> None:
    page = Client().get(reverse("order", args=[order.key]) + "?v=paid").content.decode()
    assert "Đơn hàng chờ bạn trả tiền." in page and "Đã nhận tiền" not in page
    page = Client().get(reverse("order", args=[order.key]) + "?v=%3Cscript%3E").content.decode()
    assert "<script>alert" not in page and "Đơn hàng chờ bạn trả tiền." in page


def forged(attempt: PaymentAttempt, kind: str) -> str:
    query = notice(attempt)
    match kind:
        case "changed":
            return query.replace("vnp_BankCode=NCB", "vnp_BankCode=VCB")
        case "unsigned":
            return query.split("&vnp_SecureHash=")[0]
        case "other_terminal":
            return notice(attempt, vnp_TmnCode="KHAC0001")
        case "unknown_order":
            return notice(attempt, vnp_TxnRef="LS000")
        case "other_amount":
            return notice(attempt, vnp_Amount="100")
        case _:
            return ""


@pytest.mark.parametrize("kind", ["changed", "unsigned", "other_terminal", "unknown_order", "other_amount", "empty"])
def test_a_forged_return_is_refused_in_words(order: Purchase, heard: list[Event], kind: str) -> None:
    query = forged(attempt_for(order), kind)
    before = everything()
    answer: Any = come_back(query)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'lang="vi"' in page and "Địa chỉ này không mang chữ ký của VNPAY, nên đơn hàng không thay đổi." in page
    assert order.code not in page and order.key not in page
    assert everything() == before | {"GatewayMessage": everything()["GatewayMessage"]}
    log = GatewayMessage.objects.get()
    assert (log.kind, log.raw, log.attempt_id) == ("return", query, None)
    assert log.verdict in {"refused", "not ours"}
