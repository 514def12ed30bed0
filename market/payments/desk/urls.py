"""Addresses of the accountant's place."""

from django.urls import path

from market.payments.desk.views import attempts, book, home, incoming, refunds

urlpatterns = [
    path("ke-toan/", home.home, name="money_home"),
    path("ke-toan/tien-vao/", incoming.payments, name="money_payments"),
    path("ke-toan/tien-vao/<int:pk>/", incoming.payment, name="money_payment"),
    path("ke-toan/tien-vao/<int:pk>/hoan", incoming.give_back, name="money_give_back"),
    path("ke-toan/hoan-tien/", refunds.refunds, name="money_refunds"),
    path("ke-toan/hoan-tien/<int:pk>/", refunds.refund, name="money_refund"),
    path("ke-toan/hoan-tien/<int:pk>/<slug:step>", refunds.refund_step, name="money_refund_step"),
    path("ke-toan/dang-cho/", attempts.attempts, name="money_attempts"),
    path("ke-toan/dang-cho/<int:pk>/<slug:step>", attempts.attempt_step, name="money_attempt_step"),
    path("ke-toan/so/", book.book, name="money_book"),
    path("ke-toan/so/so-tien.<str:kind>", book.book_file, name="money_book_file"),
]
