"""Addresses of the targets."""

from django.urls import path

from ocop.indicators import views

urlpatterns = [
    path("bang/chi-tieu/", views.targets, name="targets"),
    path("bang/chi-tieu/<int:pk>/bo/", views.remove, name="target_remove"),
]
