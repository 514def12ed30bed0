"""What the buyer sees: the pay address, the choice of method, the card and QR pages, and the way back."""

from __future__ import annotations

import secrets

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from market.payments.vnpay.sandbox import cards
from market.payments.vnpay.sandbox.checks import Problem, checked_fields
from market.payments.vnpay.sandbox.gateway import running_gateway
from market.payments.vnpay.sandbox.notify import result_address, result_fields
from market.payments.vnpay.sandbox.settings import clock_text
from market.payments.vnpay.sandbox.store import Row


@require_GET
def pay_address(request: HttpRequest) -> HttpResponse:
    """Where the merchant sends the buyer: check everything, then show the first page of the payment."""
    gateway = running_gateway()
    try:
        fields = checked_fields(request.META["QUERY_STRING"], gateway.settings)
        asked = {
            "txn_ref": fields["vnp_TxnRef"],
            "amount": int(fields["vnp_Amount"]),
            "order_info": fields["vnp_OrderInfo"],
            "return_url": fields["vnp_ReturnUrl"],
            "create_date": fields["vnp_CreateDate"],
            "expire_date": fields["vnp_ExpireDate"],
            "ip_addr": fields["vnp_IpAddr"],
            "wanted_bank": fields.get("vnp_BankCode", ""),
        }
        payment = gateway.store.open_payment(asked | {"token": secrets.token_urlsafe(24)})
        if any(payment[name] != value for name, value in asked.items()):
            raise Problem("01", "Mã giao dịch này đã được dùng cho một lần thanh toán khác.")
    except Problem as problem:
        page = {"code": problem.code, "sentence": problem.sentence}
        return render(request, "error.html", page, status=400)
    first_page = {"": "choose", "VNPAYQR": "qr"}.get(payment["wanted_bank"], "card")
    return redirect(first_page, token=payment["token"])


@require_GET
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """Card of a domestic bank, or QR."""
    payment = _payment(token)
    return _finished_page(request, payment) or render(request, "choose.html", _context(payment))


@require_http_methods(["GET", "POST"])
def card(request: HttpRequest, token: str) -> HttpResponse:
    """Card number and OTP; a wrong card or OTP may be corrected, the third wrong OTP ends the payment."""
    payment = _payment(token)
    if request.method == "GET":
        context = _context(payment) | {"cards": cards.CARDS, "otp": cards.OTP}
        return _finished_page(request, payment) or render(request, "card.html", context)
    if payment["response_code"] is not None:
        return _back_to_merchant(token)
    number, otp = request.POST.get("so_the", ""), request.POST.get("otp", "").strip()
    chosen = cards.card_of(number)
    errors: dict[str, str] = {}
    if chosen is None:
        errors["so_the"] = "Bản mô phỏng không có thẻ này. Hãy nhập một thẻ thử ở cuối trang."
    elif otp != cards.OTP:
        if running_gateway().store.count_wrong_otp(payment["id"]) >= cards.MOST_WRONG_OTPS:
            return _finish(payment, "13", cards.BANK, "ATM")
        errors["otp"] = f"Mã OTP chưa đúng. Hãy nhập {cards.OTP}."
    if chosen is None or errors:
        typed = {"number": number, "errors": errors, "cards": cards.CARDS, "otp": cards.OTP}
        return render(request, "card.html", _context(payment) | typed, status=422)
    return _finish(payment, chosen.response_code, cards.BANK, "ATM")


@require_http_methods(["GET", "POST"])
def qr(request: HttpRequest, token: str) -> HttpResponse:
    """Pretend to scan: one button stands for the bank's app."""
    payment = _payment(token)
    if request.method == "POST":
        return _finish(payment, "00", cards.BANK, "QRCODE")
    return _finished_page(request, payment) or render(request, "qr.html", _context(payment))


@require_POST
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """The buyer gives up: code 24."""
    return _finish(_payment(token), "24", "", "")


def _payment(token: str) -> Row:
    payment = running_gateway().store.payment(token=token)
    if payment is None:
        raise Http404
    return payment


def _context(payment: Row) -> Row:
    dong = f"{payment['amount'] // 100:,}".replace(",", ".") + "\u00a0đ"
    return {"payment": payment, "dong": dong}


def _finish(payment: Row, response_code: str, bank_code: str, card_type: str) -> HttpResponse:
    """Write the result once, call the merchant in the background, send the buyer back."""
    gateway = running_gateway()
    if response_code != "24" and payment["expire_date"] <= clock_text():
        response_code = "11"
    if gateway.store.finish(payment["id"], response_code, bank_code, card_type):
        gateway.notifier.wake()
    return _back_to_merchant(payment["token"])


def _back_to_merchant(token: str) -> HttpResponse:
    return HttpResponseRedirect(_return_address(_payment(token)))


def _return_address(payment: Row) -> str:
    settings = running_gateway().settings
    return result_address(payment["return_url"], result_fields(payment, settings), settings.secret)


def _finished_page(request: HttpRequest, payment: Row) -> HttpResponse | None:
    """A payment has one result: opening its page again only leads back."""
    if payment["response_code"] is None:
        return None
    page = {
        "code": "02",
        "sentence": "Giao dịch này đã có kết quả.",
        "back": _return_address(payment),
    }
    return render(request, "error.html", page, status=400)
