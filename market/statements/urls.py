"""Addresses of the producer's money."""

from django.urls import path

from market.statements import views

urlpatterns = [
    path("nguoi-ban/tien/", views.seller_money, name="seller_money"),
    path("nguoi-ban/tien/so.<str:kind>", views.seller_money_file, name="seller_money_file"),
]
