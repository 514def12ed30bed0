"""Addresses of the comparison."""

from django.urls import path

from ocop.comparison import views

urlpatterns = [
    path("bang/thi-diem/", views.comparison_page, name="comparison"),
    path("bang/thi-diem/thi-diem.csv", views.comparison_csv, name="comparison_csv"),
    path("bang/thi-diem/thi-diem.xlsx", views.comparison_file, name="comparison_file"),
]
