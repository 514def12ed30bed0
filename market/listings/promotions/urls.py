"""Addresses of prices and promotions."""

from django.urls import path

from market.listings.promotions import views

urlpatterns = [
    path("nguoi-ban/gia/<slug:sku>/", views.prices, name="seller_prices"),
    path("nguoi-ban/khuyen-mai/<int:pk>/dung/", views.end, name="seller_promotion_end"),
]
