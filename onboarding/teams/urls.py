"""Addresses for founding and changing teams."""

from django.urls import path

from onboarding.teams import views

urlpatterns = [
    path("xa/to/moi/", views.found, name="team_found"),
    path("xa/to/<int:pk>/lap-lai/", views.refound, name="team_refound"),
    path("xa/to/<int:pk>/ket-thuc/", views.end, name="team_end"),
    path("xa/to/<int:pk>/thanh-vien/", views.add_member, name="team_member"),
    path("xa/to/<int:pk>/ap/", views.assign, name="team_assign"),
    path("xa/to/<int:pk>/quyen/", views.rights, name="team_rights"),
    path("xa/to/<int:pk>/giu/", views.settle, name="team_settle"),
    path("xa/to/ap/<int:pk>/ket-thuc/", views.end_assignment, name="team_end_assignment"),
    path("xa/to/thanh-vien/<int:pk>/ket-thuc/", views.end_member, name="team_end_member"),
    path("xa/to/thanh-vien/<int:pk>/to-truong/", views.lead, name="team_lead"),
]
