"""Addresses of the search storey."""

from search.pages.urls import urlpatterns

__all__ = ["urlpatterns"]
