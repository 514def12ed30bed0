"""The page on which a payer pays for a connected application, and where the payer comes back to from VNPAY."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.kit.addresses import client_address
from market.payments.stripe_api.actions.intents import Method, confirm_intent
from market.payments.stripe_api.actions.sessions import is_payable
from market.payments.stripe_api.checkout.queries import (
    intent_by_secret,
    lines_of,
    return_address,
    session_by_id,
    success_address,
)
from market.payments.stripe_api.models import CheckoutSession, PaymentIntent
from market.payments.stripe_api.transport.problems import Problem
from market.payments.vnpay.codes import meaning_of_reason

Status = PaymentIntent.Status


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """What there is to pay, and the way to VNPAY. Whoever holds the address may pay."""
    session = session_by_id(public_id)
    if session is None:
        raise Http404
    problem = ""
    if request.method == "POST" and is_payable(session):
        try:
            return HttpResponseRedirect(_begin(request, session))
        except Problem:
            problem = _("Chưa mở được trang VNPAY. Hãy thử lại; nếu vẫn không được, hãy báo bên bán.")
            session = session_by_id(public_id) or session
    elif request.method == "POST":
        return redirect("checkout_session", public_id)
    reason = meaning_of_reason(request.GET.get("v", ""))
    page = {
        "session": session,
        "intent": session.intent,
        "lines": lines_of(session),
        "is_payable": is_payable(session),
        "is_paid": session.intent.status == Status.SUCCEEDED,
        "is_processing": session.intent.status == Status.PROCESSING,
        "success_url": success_address(session),
        "problem": problem or (reason.message if reason and is_payable(session) else ""),
    }
    return render(request, "market/payments/stripe_api/session.html", page, status=400 if problem else 200)


def _begin(request: HttpRequest, session: CheckoutSession) -> str:
    wanted = request.POST.get("method", "")
    names = session.intent.method_types
    method = Method(wanted if wanted in names else names[0])
    with transaction.atomic():
        intent = confirm_intent(
            session.intent,
            method=method,
            return_url=success_address(session),
            address=client_address(request),
            ends_at=session.expires_at,
        )
    return intent.pay_url


@never_cache
@require_safe
def came_back(request: HttpRequest, secret: str) -> HttpResponse:
    """The payer is back from VNPAY: on to where the program wanted them, or to our page for what is not decided yet."""
    intent = intent_by_secret(secret)
    if intent is None:
        raise Http404
    session = getattr(intent, "session", None)
    if session is None:
        return HttpResponseRedirect(return_address(intent))
    if intent.status == Status.SUCCEEDED:
        return HttpResponseRedirect(success_address(session))
    page = redirect("checkout_session", session.public_id)
    page["Location"] += f"?v={request.GET.get('v', '')[:40]}" if meaning_of_reason(request.GET.get("v", "")) else ""
    return page
