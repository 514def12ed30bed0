"""Addresses of what a seller decides and previews."""

from django.urls import path

from market.platforms.seller import deciding, views

_AT = "nguoi-ban/san-pham/<slug:sku>/tren-san/"
urlpatterns = [
    path(f"{_AT}lech/<int:pk>", deciding.decide, name="seller_drift_decide"),
    path(f"{_AT}xem-truoc/<slug:code>", views.preview, name="seller_platform_preview"),
    path(f"{_AT}<slug:code>/thoi-ban", views.turn_off, name="seller_platform_off"),
    path(f"{_AT}<slug:code>/ban-lai", views.turn_on, name="seller_platform_on"),
]
