"""Who calls: anybody for goods on sale, a key for one's own."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from core.people.api import TokenAuth
from core.people.queries import NOBODY, Viewer


def anybody(request: HttpRequest) -> Viewer | None:
    """The viewer of the key, NOBODY without one; None (401) for a key that opens nothing."""
    written = request.headers.get("Authorization", "")
    if not written:
        return NOBODY
    kind, _, key = written.partition(" ")
    return TokenAuth().authenticate(request, key.strip()) if kind.lower() == "bearer" else None


def viewer_of_call(request: HttpRequest) -> Viewer:
    """The viewer that authentication has found. Raises Http404 when there is none: a route without it has nothing to show."""
    viewer = getattr(request, "auth", None)
    if not isinstance(viewer, Viewer):
        raise Http404
    return viewer
