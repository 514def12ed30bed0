"""The address printed on labels and behind QR codes."""

from django.urls import path

from ocop.presence import views

urlpatterns = [
    path("ocop/<str:code>", views.check_certificate, name="ocop_check"),
    path("ocop/<str:code>/qr.svg", views.check_qr, name="ocop_check_qr"),
]
