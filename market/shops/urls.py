"""Addresses of the producer's home and shop."""

from django.urls import path

from market.shops import views

urlpatterns = [
    path("nguoi-ban/", views.home, name="seller_home"),
    path("nguoi-ban/gian-hang/", views.shop, name="seller_shop"),
]
