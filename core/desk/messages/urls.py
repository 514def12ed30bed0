"""Addresses of the operator's page of messages."""

from django.urls import path

from core.desk.messages import views

urlpatterns = [
    path("ban-viec/tin-nhan/", views.outbox, name="outbox"),
    path("ban-viec/tin-nhan/gui-lai", views.again, name="outbox_again"),
]
