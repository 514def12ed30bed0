"""The double's addresses. The first two are VNPAY's own paths."""

from __future__ import annotations

from django.urls import path

from market.payments.vnpay.sandbox import control, ledger, merchant_api, pages

urlpatterns = [
    path("paymentv2/vpcpay.html", pages.pay_address),
    path("merchant_webapi/api/transaction", merchant_api.transaction),
    path("paymentv2/giao-dich/<str:token>/", pages.choose, name="choose"),
    path("paymentv2/giao-dich/<str:token>/the/<str:bank>/", pages.card, name="card"),
    path("paymentv2/giao-dich/<str:token>/otp/", pages.otp, name="otp"),
    path("paymentv2/giao-dich/<str:token>/qr/", pages.qr, name="qr"),
    path("paymentv2/giao-dich/<str:token>/huy/", pages.cancel, name="cancel"),
    path("_control/health", control.health),
    path("_control/plan", control.plan),
    path("_control/transactions", control.transactions),
    path("", ledger.ledger, name="ledger"),
    path("hoan-tien/<str:transaction_no>/", ledger.settle, name="settle"),
    path("_control/payments/<str:txn_ref>", control.set_result),
    path("_control/refunds/<str:transaction_no>", control.settle_refund),
    path("_control/reset", control.reset),
]
