"""Addresses of the field app."""

from django.urls import path

from onboarding.fieldwork import views
from onboarding.fieldwork.app_views import service_worker

urlpatterns = [
    path("thuc-dia/", views.home, name="field_home"),
    path("thuc-dia/sw.js", service_worker, name="field_service_worker"),
    path("thuc-dia/dang-ky/", views.register, name="field_register"),
    path("thuc-dia/da-dang-ky/", views.registered, name="field_registered"),
]
