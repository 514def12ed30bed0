"""Addresses of the ground storey."""

from django.urls import include, path

urlpatterns = [
    path("", include("core.people.urls")),
    path("", include("core.imports.urls")),
    path("", include("core.desk.grants.urls")),
    path("", include("core.messages.urls")),
    path("", include("core.desk.messages.urls")),
    path("", include("core.desk.home.urls")),
    path("", include("core.desk.jobs.urls")),
    path("", include("core.desk.trail.urls")),
]
