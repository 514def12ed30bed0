"""The daily comparison with the books, and forgetting."""

from __future__ import annotations

import logging
from datetime import timedelta

from search.engines.actions import renew_engine, sweep_engine
from search.engines.contract import EngineUnavailable, RebuildUnderWay
from search.upkeep.actions import check_documents, forget_old

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)


def check() -> int:
    """See `check_documents`; then an index that was made for other fields than this version's is built anew, and the engine is compared
    with the documents: what it lacks or has too much is put right. A server that cannot be reached is compared the next day: what it
    missed waits in the outbox anyway."""
    found = check_documents()
    try:
        try:
            renew_engine()
        except RebuildUnderWay as other:
            log.info("%s, which makes the new index", other)
        sweep_engine()
    except EngineUnavailable:
        log.warning("the search engine could not be compared with the documents: it cannot be reached")
    return found


def forget() -> int:
    """See `forget_old`."""
    return forget_old()
