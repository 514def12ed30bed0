"""Addresses of the field app."""

from django.urls import path

from onboarding.fieldwork import views
from onboarding.fieldwork.app_views import service_worker
from onboarding.fieldwork.slips.views import slip

urlpatterns = [
    path("thuc-dia/", views.home, name="field_home"),
    path("thuc-dia/manifest.webmanifest", views.manifest_file, name="field_manifest"),
    path("thuc-dia/sw.js", service_worker, name="field_service_worker"),
    path("thuc-dia/phieu/<int:number>/", slip, name="field_slip"),
]
