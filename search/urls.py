"""Addresses of the search storey."""

from search.pages.urls import urlpatterns as pages
from search.upkeep.urls import urlpatterns as upkeep

urlpatterns = [*pages, *upkeep]

__all__ = ["urlpatterns"]
