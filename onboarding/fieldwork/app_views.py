"""What keeps the field app on a phone. Served to everybody: there is nothing of anybody in it."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from onboarding.fieldwork.app_files import app_version


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker with the list of files of this version. Browsers ask at every start whether it has changed."""
    version = app_version()
    files = json.dumps([[file.address, file.sha256] for file in version.files])
    text = render_to_string("onboarding/fieldwork/sw.js", {"version": version.number, "files": files})
    return HttpResponse(
        text,
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/thuc-dia/"},
    )
