"""Serving uploaded photos when no web server in front does it: only our own renditions and Wagtail's, inline and
typed by their name, never sniffed."""

from __future__ import annotations

import posixpath

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.static import serve

_FOLDERS = ("photos/", "images/")


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """One public file. Names contain an id or a hash, so a file never changes under its address."""
    if not posixpath.normpath(path).startswith(_FOLDERS):
        raise Http404
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
