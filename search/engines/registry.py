"""Which engine answers, chosen by the scheme of SEARCH_URL, and which one stands in for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from search.engines.answering import answered
from search.engines.contract import Answer, Engine, EngineUnavailable, OutsideEngine, Question
from search.engines.embedded.engine import EmbeddedEngine
from search.ranking.understanding import Asked

T = TypeVar("T")
LEFT_ALONE_SECONDS = 10.0  # a server that could not answer is not asked again before; no page waits for it meanwhile
log = logging.getLogger(__name__)
# scheme → maker of an engine beside the database, which gets the whole address. By name: a client that nobody uses costs every process
# a third of a second.
_makers: dict[str, str] = dict.fromkeys(("http", "https"), "search.engines.elastic.engine.ElasticEngine")
# address → when it may be asked again (monotonic). Of this process: each finds out with one request of its own.
_away: dict[str, float] = {}


def current_engine() -> Engine:
    """The engine of this installation.

    Raises ImproperlyConfigured when SEARCH_URL asks for an engine that there is not.
    """
    # The address may hold a password, so the message names only its scheme.
    address = _address()
    if not address:
        return EmbeddedEngine()
    scheme = urlsplit(address).scheme
    if scheme not in _makers:
        raise ImproperlyConfigured(
            f"SEARCH_URL asks for the search engine {scheme or '(no scheme)'!r}, which is not available yet. "
            "Leave SEARCH_URL empty to use the embedded engine."
        )
    engine: Engine = import_string(_makers[scheme])(address)
    return engine


def is_outside() -> bool:
    """Whether the engine of this installation is a server beside the database, which hears of changes later."""
    return bool(_address())


def outside_engine() -> OutsideEngine | None:
    """The engine of this installation where it has an index beside the database."""
    return cast(OutsideEngine, current_engine()) if is_outside() else None


def search(question: Question) -> Answer:
    """The answer of this installation's engine; of the embedded one, which says so, while that cannot answer."""
    return _asked(
        lambda engine: answered(engine, question),
        lambda engine: replace(answered(engine, question), stands_in=True),
    )


def suggest(beginning: Asked, *, limit: int) -> Sequence[str]:
    """See `Engine.suggest`; while the engine of this installation cannot answer, what the embedded one suggests."""
    return _asked(*[lambda engine: engine.suggest(beginning, limit=limit)] * 2)


def _asked(ask: Callable[[Engine], T], instead: Callable[[Engine], T]) -> T:
    engine, address = current_engine(), _address()
    if isinstance(engine, EmbeddedEngine):
        return ask(engine)
    if time.monotonic() >= _away.get(address, 0.0):
        try:
            found = ask(engine)
        except EngineUnavailable as problem:
            _away[address] = time.monotonic() + LEFT_ALONE_SECONDS
            log.warning("search server away, the embedded engine answers: %s", problem)
        else:
            _away.pop(address, None)
            return found
    return instead(EmbeddedEngine())


def _address() -> str:
    return getattr(settings, "SEARCH_URL", "")
