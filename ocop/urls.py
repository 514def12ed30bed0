"""Addresses of the ocop storey."""

from django.urls import include, path

urlpatterns = [
    path("", include("ocop.presence.urls")),
    path("", include("ocop.frames.urls")),
    path("", include("ocop.snapshots.urls")),
    path("", include("ocop.rechecks.urls")),
    path("", include("ocop.indicators.urls")),
    path("", include("ocop.catalogue.urls")),
    path("", include("ocop.comparison.urls")),
    path("", include("ocop.reports.urls")),
    path("", include("ocop.wall.urls")),
    path("", include("ocop.boards.urls")),
]
