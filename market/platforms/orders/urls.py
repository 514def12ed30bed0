"""Addresses of orders on platforms."""

from django.urls import path

from market.platforms.orders import views

urlpatterns = [
    path("san/goi-lai/<slug:token>/", views.push, name="platform_push"),
    path("san/don-hang/", views.orders, name="platform_orders"),
    path("san/don-hang/<int:pk>/da-xem/", views.reviewed, name="platform_order_reviewed"),
]
