"""Addresses of lists of goods."""

from django.urls import path

from core.imports.urls import addresses
from market.lists import views
from market.lists.room import ROOM

urlpatterns = [
    path("nguoi-ban/san-pham/bang.xlsx", views.sheet, name="seller_goods_sheet"),
    path("nguoi-ban/san-pham/bang-mau.xlsx", views.template, name="seller_goods_template"),
    *addresses(ROOM),
]
