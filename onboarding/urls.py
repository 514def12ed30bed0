"""Addresses of the onboarding storey."""

from django.urls import include, path

urlpatterns = [
    path("", include("onboarding.accounts.urls")),
    path("", include("onboarding.desk.urls")),
    path("", include("onboarding.fieldwork.urls")),
    path("", include("onboarding.intake.urls")),
    path("", include("onboarding.opening.urls")),
    path("", include("onboarding.markets.urls")),
    path("", include("onboarding.matching.urls")),
    path("", include("onboarding.papers.urls")),
    path("", include("onboarding.producers.urls")),
    path("", include("onboarding.producers.applications.urls")),
    path("", include("onboarding.teams.urls")),
    path("", include("onboarding.visits.urls")),
]
