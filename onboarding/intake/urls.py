"""Addresses of the intake at the commune's desk."""

from django.urls import path

from onboarding.intake import views

urlpatterns = [
    path("xa/tiep-nhan/", views.issues, name="intake_issues"),
    path("xa/tiep-nhan/<int:pk>/", views.issue, name="intake_issue"),
    path("xa/tiep-nhan/<int:pk>/anh/<uuid:photo_id>/", views.issue_photo, name="intake_issue_photo"),
    path("xa/tiep-nhan/tep/", views.sealed_file, name="intake_file"),
    path("xa/tiep-nhan/may/", views.devices, name="intake_devices"),
    path("xa/tiep-nhan/may/<int:pk>/khoa/", views.lock, name="intake_device_lock"),
    path("xa/tiep-nhan/may/<int:pk>/mo/", views.unlock, name="intake_device_unlock"),
]
