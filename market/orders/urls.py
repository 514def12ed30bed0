"""Addresses of buying."""

from django.urls import path

from market.orders import views

urlpatterns = [
    path("gio-hang", views.show_basket, name="basket"),
    path("gio-hang/doi", views.change_basket, name="change_basket"),
    path("gio-hang/bo/<slug:sku>", views.remove_from_basket, name="remove_from_basket"),
    path("thanh-toan/", views.checkout, name="checkout"),
    path("thanh-toan/don/<slug:key>", views.order, name="order"),
    path("thanh-toan/don/<slug:key>/tra", views.pay, name="pay"),
    path("nguoi-ban/don-hang/", views.seller_orders, name="seller_orders"),
]
