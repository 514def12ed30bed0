"""The way to the server: one client for each address, and one word for everything that may be wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from elastic_transport import HttpHeaders, TransportError, Urllib3HttpNode
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from search.engines.contract import EngineUnavailable

READ_SECONDS = 2.0  # a page waits no longer for an answer
WRITE_SECONDS = 30.0  # a bulk may take longer, nobody looks on
_OWN = "application/vnd.elasticsearch+"


@dataclass(frozen=True)
class Place:
    """Where the engine is: the server's address, who asks there, the alias that answers. `is_plain`: the server speaks the API, but
    refuses the media types of Elasticsearch's own client (OpenSearch and what presents itself as such)."""

    server: str
    alias: str
    user: str = ""
    password: str = field(default="", repr=False)
    is_plain: bool = False


def place_of(address: str) -> Place:
    """`http(s)://[user:password@]host[:port]/alias[?media=plain]`. Raises ImproperlyConfigured, without repeating the address: it may
    hold a password."""
    parts = urlsplit(address)
    alias = parts.path.strip("/")
    is_name = alias and alias == alias.lower() and alias.replace("-", "").replace("_", "").isalnum()
    if not parts.hostname or not is_name:
        raise ImproperlyConfigured(
            "SEARCH_URL of a search server is http(s)://[user:password@]host:port/alias, the alias in small letters."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or (443 if parts.scheme == "https" else 9200)
    return Place(
        f"{parts.scheme}://{host}:{port}",
        alias,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parse_qs(parts.query).get("media") == ["plain"],
    )


@cache
def client_of(place: Place) -> Elasticsearch:
    """The client of this process; it keeps its connections and never tries twice on its own."""
    return Elasticsearch(
        place.server,
        basic_auth=(place.user, place.password) if place.user else None,
        request_timeout=READ_SECONDS,
        max_retries=0,
        retry_on_timeout=False,
        node_class=_PlainNode if place.is_plain else Urllib3HttpNode,
        connections_per_node=20,
        # One server, perhaps a balancer: a client that takes it for dead would not ask again where our own breaker does.
        dead_node_backoff_factor=0.0,
        max_dead_node_backoff=0.0,
    )


@contextmanager
def reached() -> Iterator[None]:
    """Whatever is wrong on the way or with the answer becomes EngineUnavailable, also what the server calls our mistake: an index of an
    older version may not know a field, and whoever searches is helped by the engine that stands in."""
    try:
        yield
    except (TransportError, UnsupportedProductError) as problem:
        raise EngineUnavailable(type(problem).__name__) from problem
    except ApiError as problem:
        raise EngineUnavailable(f"{problem.status_code} {problem.error}") from problem


class _PlainNode(Urllib3HttpNode):
    """Says plain JSON where Elasticsearch's client says a media type of its own, and vouches for the product."""

    def perform_request(
        self, method: str, target: str, body: bytes | None = None, headers: Any = None, request_timeout: Any = None
    ) -> Any:  # fmt: skip
        changed = HttpHeaders({key: _plain(value) for key, value in (headers or {}).items()})
        answer = super().perform_request(method, target, body, changed, request_timeout)
        answer.meta.headers["x-elastic-product"] = "Elasticsearch"
        return answer


def _plain(value: str) -> str:
    if not value.startswith(_OWN):
        return value
    return f"application/{value.removeprefix(_OWN).split(';')[0]}"
