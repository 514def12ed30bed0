"""Every address of the service, gathered from the storeys."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.documents import urls as wagtaildocs_urls

from config import health
from config.api import api
from config.design import design_page
from config.media import media
from config.onward import onward

urlpatterns = [
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("", include("config.back_offices")),
    path("tai-lieu/", include(wagtaildocs_urls)),
    path("api/", api.urls),
    path("media/<path:path>", media, name="media"),
    path("di-tiep/", onward, name="onward"),
    path("", include("core.urls")),
    path("", include("onboarding.urls")),
    path("", include("market.urls")),
    path("", include("ocop.urls")),
    path("", include("search.urls")),
]
if settings.DEMO or settings.DEBUG:
    urlpatterns.append(path("thiet-ke/", design_page))
urlpatterns.append(path("", include(wagtail_urls)))
