"""Which engine answers, chosen by the scheme of SEARCH_URL."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from search.engines.contract import Engine
from search.engines.embedded.engine import EmbeddedEngine

# scheme → maker, which gets the whole address. The empty address is the engine inside the database.
_makers: dict[str, Callable[[str], Engine]] = {"": lambda _address: EmbeddedEngine()}


def current_engine() -> Engine:
    """The engine of this installation.

    Raises ImproperlyConfigured when SEARCH_URL asks for an engine that there is not.
    """
    # The address may hold a password, so the message names only its scheme.
    address: str = getattr(settings, "SEARCH_URL", "")
    scheme = urlsplit(address).scheme if address else ""
    maker = _makers.get(scheme) if scheme or not address else None
    if maker is None:
        raise ImproperlyConfigured(
            f"SEARCH_URL asks for the search engine {scheme or '(no scheme)'!r}, which is not available yet. "
            "Leave SEARCH_URL empty to use the embedded engine."
        )
    return maker(address)
