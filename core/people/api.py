"""Signing in for programs: `Authorization: Bearer <key>`."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from core.people.queries import Viewer, viewer_by_token


class TokenAuth(HttpBearer):
    """The API key of a person; `request.auth` becomes their Viewer."""

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        return viewer_by_token(token)
