"""Addresses that the gateway and returning buyers call."""

from django.urls import path

from market.payments.vnpay import views

urlpatterns = [
    path("thanh-toan/vnpay/ipn", views.ipn, name="vnpay_ipn"),
    path("thanh-toan/vnpay/return", views.returned, name="vnpay_return"),
]
