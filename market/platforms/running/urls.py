"""Addresses of the operator's pages."""

from django.urls import path

from market.platforms.running.views import platforms

urlpatterns = [
    path("san/cac-san/", platforms.platforms, name="platforms"),
    path("san/cac-san/moi/", platforms.new_platform, name="platform_new"),
    path("san/cac-san/<slug:code>/", platforms.platform, name="platform"),
]
