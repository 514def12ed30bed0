"""Addresses of the commune's desk."""

from django.urls import path

from onboarding.desk import views

urlpatterns = [path("xa/", views.home, name="commune_home")]
