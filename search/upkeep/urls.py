"""Addresses of the pages about the search."""

from django.urls import path

from search.upkeep import views

urlpatterns = [
    path("ban-viec/tim-khong-thay/", views.misses, name="search_misses"),
    path("ban-viec/tim-khong-thay/tim-khong-thay.csv", views.misses_file, name="search_misses_file"),
    path("ban-viec/tim-kiem/", views.health, name="search_health"),
]
