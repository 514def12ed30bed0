"""The daily comparison with the books, and forgetting."""

from __future__ import annotations

import logging
from datetime import timedelta

from search.engines.actions import sweep_engine
from search.engines.contract import EngineUnavailable
from search.upkeep.actions import check_documents, forget_old

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)


def check() -> int:
    """See `check_documents`; then the engine is compared with the documents, and what it lacks or has too much is put right. A server
    that cannot be reached is compared the next day: what it missed waits in the outbox anyway."""
    found = check_documents()
    try:
        sweep_engine()
    except EngineUnavailable:
        log.warning("the search engine could not be compared with the documents: it cannot be reached")
    return found


def forget() -> int:
    """See `forget_old`."""
    return forget_old()
