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
    wanted, token = payment["wanted_bank"], payment["token"]
    if wanted in cards.BANKS:
        return redirect("card", token=token, bank=wanted)
    return redirect("qr" if wanted == "VNPAYQR" else "choose", token=token)


@require_GET
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """QR, the card of one of the banks, or an international card; `VNBANK` asks for domestic banks only."""
    payment = _payment(token)
    domestic = payment["wanted_bank"] == "VNBANK"
    banks = [(code, name) for code, name in cards.BANKS.items() if not (domestic and code == "INTCARD")]
    context = _context(payment) | {"banks": banks, "domestic": domestic}
    return _finished_page(request, payment) or render(request, "choose.html", context)


@require_http_methods(["GET", "POST"])
def card(request: HttpRequest, token: str, bank: str) -> HttpResponse:
    """The card's number; an unknown one may be corrected. The OTP is the next page."""
    payment = _payment(token)
    if bank not in cards.BANKS:
        raise Http404
    if request.method == "POST" and payment["response_code"] is not None:
        return _back_to_merchant(token)
    typed = request.POST.get("so_the", "")
    chosen, errors = cards.card_of(typed), {}
    if request.method == "POST":
        if chosen is not None:
            running_gateway().store.choose_card(payment["id"], bank, chosen.number)
            return redirect("otp", token=token)
        errors["so_the"] = "Bản mô phỏng không có thẻ này. Hãy nhập một thẻ thử ở cuối trang."
    context = _context(payment) | {"bank": cards.BANKS[bank], "number": typed, "errors": errors, "cards": cards.CARDS}
    return _finished_page(request, payment) or render(request, "card.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
def otp(request: HttpRequest, token: str) -> HttpResponse:
    """The bank's code; a wrong one may be corrected, the third ends the payment."""
    payment = _payment(token)
    store = running_gateway().store
    bank, number = store.chosen_card(payment["id"])
    chosen = cards.card_of(number)
    if chosen is None:
        return redirect("choose", token=token)
    errors = {}
    if request.method == "POST":
        if payment["response_code"] is not None:
            return _back_to_merchant(token)
        if request.POST.get("otp", "").strip() == cards.OTP:
            return _finish(payment, chosen.response_code, chosen.transaction_status, bank, "ATM")
        if store.count_wrong_otp(payment["id"]) >= cards.MOST_WRONG_OTPS:
            return _finish(payment, "13", "02", bank, "ATM")
        errors["otp"] = f"Mã OTP chưa đúng. Hãy nhập {cards.OTP}."
    context = _context(payment) | {"bank": cards.BANKS[bank], "ending": number[-4:], "errors": errors, "otp": cards.OTP}
    return _finished_page(request, payment) or render(request, "otp.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
def qr(request: HttpRequest, token: str) -> HttpResponse:
    """Pretend to scan: one button stands for the bank's app."""
    payment = _payment(token)
    if request.method == "POST":
        return _finish(payment, "00", "00", "NCB", "QRCODE")
    return _finished_page(request, payment) or render(request, "qr.html", _context(payment))


@require_POST
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """The buyer gives up: code 24."""
    return _finish(_payment(token), "24", "02", "", "")


def dong_text(amount: int) -> str:
    """VNPAY's amount (đồng x 100) for people."""
    return f"{amount // 100:,}".replace(",", ".") + "\u00a0đ"


def _payment(token: str) -> Row:
    payment = running_gateway().store.payment(token=token)
    if payment is None:
        raise Http404
    return payment


def _context(payment: Row) -> Row:
    return {"payment": payment, "dong": dong_text(payment["amount"])}


def _finish(payment: Row, response_code: str, status: str, bank_code: str, card_type: str) -> HttpResponse:
    """Write the result once, call the merchant in the background, send the buyer back."""
    gateway = running_gateway()
    if response_code != "24" and payment["expire_date"] <= clock_text():
        response_code, status = "11", "02"
    if gateway.store.finish(payment["id"], response_code, status, bank_code, card_type):
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
