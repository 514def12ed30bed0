"""Addresses of public pages. Home, guides and stories are Wagtail's."""

from django.urls import path

from market.storefront import views

urlpatterns = [
    path("san-pham/<slug:slug>", views.product, name="product"),
    path("gian-hang/<slug:slug>", views.shop, name="shop"),
]
