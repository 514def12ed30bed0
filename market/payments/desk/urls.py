"""Addresses of the accountant's place."""

from django.urls import path

from market.payments.desk.views import home

urlpatterns = [
    path("ke-toan/", home.home, name="money_home"),
]
