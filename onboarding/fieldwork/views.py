"""The field app's page and what a phone needs to install it. Served to everybody: there is nothing of anybody in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from onboarding.fieldwork.app_files import shell
from onboarding.fieldwork.manifest import manifest


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The shell: one page for everybody, kept by the phone; what is personal comes from the API."""
    return HttpResponse(shell(), headers={"Cache-Control": "no-cache"})  # a new version is seen at the next contact


@require_safe
def manifest_file(request: HttpRequest) -> HttpResponse:
    """The web app manifest."""
    found = manifest(start=reverse("field_home"))
    return JsonResponse(found, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
