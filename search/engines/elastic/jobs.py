"""The sender and the renewal: one at a time each, by the lease of periodic jobs."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings

from search.engines.actions import renew_engine
from search.engines.contract import EngineUnavailable, RebuildUnderWay
from search.engines.elastic.connecting import place_of
from search.engines.elastic.sending import send

SEND_EVERY = timedelta(seconds=1)
RENEW_EVERY = timedelta(minutes=5)
log = logging.getLogger(__name__)


def send_changes() -> int:
    """See `send`. A server that is away is no failure of the job: what waits is seen as lag, and is sent when it is back."""
    try:
        return send(place_of(settings.SEARCH_URL))
    except EngineUnavailable as problem:
        log.warning("search server away, changes wait: %s", problem)
        return 0


def renew() -> int:
    """Build an index that was made for another version's fields anew, soon after a release; returns how many documents it was told."""
    try:
        return renew_engine() or 0
    except (EngineUnavailable, RebuildUnderWay) as problem:
        log.warning("the search index is not renewed now: %s", problem)
        return 0
