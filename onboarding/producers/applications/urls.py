"""Addresses of registering oneself, and of the commune's answer."""

from django.urls import path

from onboarding.producers.applications import views

urlpatterns = [
    path("dang-ky-ban-hang/", views.start, name="apply"),
    path("dang-ky-ban-hang/ma/", views.give_code, name="apply_code"),
    path("dang-ky-ban-hang/don/<slug:number>/", views.application, name="application"),
    path("dang-ky-ban-hang/don/<slug:number>/rut/", views.take_back, name="application_withdraw"),
    path("xa/dang-ky/", views.applications, name="applications"),
    path("xa/dang-ky/<int:pk>/", views.card, name="application_card"),
    path("xa/dang-ky/<int:pk>/xac-nhan/", views.confirm_one, name="application_confirm"),
    path("xa/dang-ky/<int:pk>/chua-nhan/", views.refuse_one, name="application_refuse"),
]
