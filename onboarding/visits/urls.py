"""Addresses of teams and of what they did."""

from django.urls import path

from onboarding.visits import views

urlpatterns = [
    path("xa/to/", views.teams, name="teams"),
    path("xa/to/<int:pk>/", views.team, name="team"),
    path("xa/to/<int:pk>/in/", views.team_on_paper, name="team_on_paper"),
    path("xa/to/luot/", views.journal, name="visits"),
    path("xa/to/luot/luot.csv", views.journal_csv, name="visits_csv"),
    path("xa/to/luot/luot.xlsx", views.journal_xlsx, name="visits_xlsx"),
]
