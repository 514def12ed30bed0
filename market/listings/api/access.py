"""Who calls: anybody for goods on sale, a key for one's own."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from core.people.api import TokenAuth
from core.people.queries import NOBODY, Viewer
from market.listings.queries import listings_acted_for


def anybody(request: HttpRequest) -> Viewer | None:
    """The viewer of the key, NOBODY without one; None (401) for a key that opens nothing."""
    written = request.headers.get("Authorization", "")
    if not written:
        return NOBODY
    kind, _, key = written.partition(" ")
    return TokenAuth().authenticate(request, key.strip()) if kind.lower() == "bearer" else None


class KeyToOwnGoods(TokenAuth):
    """A key; of one thing only that of somebody who may act for its producer. Asked before the body is read: whoever may
    not know of the thing learns nothing from its errors either."""

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        """Raises Http404 for somebody else's goods."""
        viewer = super().authenticate(request, token)
        sku = request.resolver_match.kwargs.get("sku") if request.resolver_match else None
        if viewer and sku and not listings_acted_for(viewer).prefetch_related(None).filter(sku=sku).exists():
            raise Http404
        return viewer


def viewer_of_call(request: HttpRequest) -> Viewer:
    """The viewer that authentication has found. Raises Http404 when there is none: a route without it has nothing to show."""
    viewer = getattr(request, "auth", None)
    if not isinstance(viewer, Viewer):
        raise Http404
    return viewer
