"""Addresses of the store."""

from django.urls import path

from market.listings.stockroom import views

urlpatterns = [
    path("nguoi-ban/kho/", views.store, name="seller_store"),
    path("nguoi-ban/kho/<slug:sku>/", views.stock, name="seller_stock"),
]
