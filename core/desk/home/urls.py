"""The address of the staff home."""

from django.urls import path

from core.desk.home import views

urlpatterns = [path("ban-viec/", views.staff_home, name="staff_home")]
