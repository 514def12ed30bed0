"""Addresses of the rules about goods."""

from django.urls import path

from market.goods import views

urlpatterns = [path("ban-viec/quy-dinh-hang-hoa/", views.rules, name="goods_rules")]
