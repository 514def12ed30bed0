"""Addresses of signing in and out."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from core.people import views

urlpatterns = [
    path("dang-nhap/", views.SignIn.as_view(), name="login"),
    path("dang-nhap/ma/", views.enter, name="enter"),
    path("dang-xuat/", LogoutView.as_view(), name="logout"),
]
