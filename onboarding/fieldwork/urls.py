"""Addresses of the field app."""

from django.urls import path

from onboarding.fieldwork import views

urlpatterns = [
    path("thuc-dia/", views.home, name="field_home"),
    path("thuc-dia/dang-ky/", views.register, name="field_register"),
    path("thuc-dia/da-dang-ky/", views.registered, name="field_registered"),
]
