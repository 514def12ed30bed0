"""Serving uploaded photos when no web server in front does it: only our own renditions and Wagtail's, inline and
typed by their name, never sniffed."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.static import serve

# One file directly in one of two folders, with the names the photo pipeline and Wagtail's renditions give. Originals
# and documents lie elsewhere.
_SERVED = re.compile(
    r"photos/[0-9a-f-]{36}-[ls]\.(?P<photo>jpg|webp)|images/[\w.-]+\.(?P<image>jpg|jpeg|png|webp|gif|avif)"
)
_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif", "avif": "image/avif"}  # fmt: skip


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """One public file. Names contain an id or a hash, so a file never changes under its address."""
    named = _SERVED.fullmatch(path)
    if named is None:
        raise Http404
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["Content-Type"] = _TYPES[named["photo"] or named["image"]]
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
