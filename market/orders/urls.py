"""Addresses of buying."""

from django.urls import path

from market.orders.views import basket, checkout, purchase, selling, transfers

urlpatterns = [
    path("gio-hang", basket.show_basket, name="basket"),
    path("gio-hang/doi", basket.change_basket, name="change_basket"),
    path("gio-hang/bo/<slug:sku>", basket.remove_from_basket, name="remove_from_basket"),
    path("thanh-toan/", checkout.checkout, name="checkout"),
    path("thanh-toan/don/<slug:key>", purchase.order, name="order"),
    path("thanh-toan/don/<slug:key>/tra", checkout.pay, name="pay"),
    path("thanh-toan/don/<slug:key>/<slug:code>/<slug:step>", purchase.buyer_step, name="buyer_step"),
    path("ke-toan/chuyen-khoan/", transfers.transfers, name="transfers"),
    path("ke-toan/chuyen-khoan/<slug:code>", transfers.confirm, name="confirm_transfer"),
    path("nguoi-ban/don-hang/", selling.seller_orders, name="seller_orders"),
    path("nguoi-ban/don-hang/<slug:code>", selling.seller_order, name="seller_order"),
    path("nguoi-ban/don-hang/<slug:code>/<slug:step>", selling.seller_step, name="seller_step"),
]
