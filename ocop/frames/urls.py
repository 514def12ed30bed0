"""Addresses of the frames."""

from django.urls import path

from ocop.frames import views

urlpatterns = [
    path("bang/mau-so/", views.frames, name="frames"),
    path("bang/mau-so/lap/<str:code>/", views.make, name="frame_make"),
    path("bang/mau-so/<int:pk>/", views.frame, name="frame"),
    path("bang/mau-so/<int:pk>/ky/", views.sign, name="frame_sign"),
    path("bang/mau-so/<int:pk>/rut/", views.cancel, name="frame_cancel"),
    path("bang/mau-so/<int:pk>/thay/", views.replace, name="frame_replace"),
    path("bang/mau-so/<int:pk>/in/", views.printed, name="frame_print"),
]
