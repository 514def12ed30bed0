"""The address printed on labels and behind QR codes."""

from django.urls import path

from ocop.presence import views

urlpatterns = [path("ocop/<str:code>", views.check_certificate, name="ocop_check")]
