"""Signing in for programs: `Authorization: Bearer <key>`."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from core.people.keys.actions import note_key_use
from core.people.queries import Viewer, token_by_key, viewer_of_key


class TokenAuth(HttpBearer):
    """The API key of a person; `request.auth` becomes their Viewer."""

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        found = token_by_key(token)
        viewer = viewer_of_key(found) if found else None
        if found and viewer:
            note_key_use(token=found)
        return viewer
