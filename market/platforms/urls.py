"""Addresses of the producer's platform states."""

from django.urls import path

from market.platforms import views

urlpatterns = [
    path("nguoi-ban/san-pham/<slug:sku>/tren-san/", views.on_platforms, name="seller_on_platforms"),
    path("nguoi-ban/san-pham/<slug:sku>/tren-san/dong-y", views.agree, name="seller_agree_platforms"),
    path("nguoi-ban/san-pham/<slug:sku>/tren-san/<int:row_id>/gui-lai", views.again, name="seller_send_again"),
]
