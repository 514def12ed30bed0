"""Addresses of imports."""

from django.urls import path

from core.imports import views

urlpatterns = [
    path("ban-viec/nhap/", views.batch_list, name="import_list"),
    path("ban-viec/nhap/moi/", views.start, name="import_start"),
    path("ban-viec/nhap/<int:pk>/", views.batch_page, name="import_batch"),
    path("ban-viec/nhap/<int:pk>/cot/", views.mapping, name="import_mapping"),
    path("ban-viec/nhap/<int:pk>/ghi", views.apply, name="import_apply"),
    path("ban-viec/nhap/<int:pk>/hoan-tac", views.undo, name="import_undo"),
    path("ban-viec/nhap/<int:pk>/lam-tiep", views.resume, name="import_resume"),
    path("ban-viec/nhap/<int:pk>/huy", views.cancel, name="import_cancel"),
    path("ban-viec/nhap/<int:pk>/chua-nhan.xlsx", views.refused_sheet, name="import_refused"),
]
