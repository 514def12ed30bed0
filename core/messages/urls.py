"""Addresses of messages."""

from django.urls import path

from core.messages import views

urlpatterns = [
    path("hop-thu/", views.inbox, name="inbox"),
    path("hop-thu/da-doc", views.all_read, name="inbox_all_read"),
    path("hop-thu/<uuid:reference>/", views.letter, name="inbox_letter"),
    path("tai-khoan/tin-nhan/", views.choices, name="message_choices"),
    path("tin-nhan/den", views.inbound_sms, name="inbound_sms"),
]
