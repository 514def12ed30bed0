"""Addresses of the trail."""

from django.urls import path

from core.desk.trail import views

urlpatterns = [
    path("ban-viec/nhat-ky/", views.trail, name="trail"),
    path("ban-viec/nhat-ky/nhat-ky.csv", views.trail_file, name="trail_file"),
    path("ban-viec/nhat-ky/<int:pk>/", views.entry, name="trail_entry"),
    path("tai-khoan/du-lieu-cua-toi/", views.my_data, name="my_data"),
]
