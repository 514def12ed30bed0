"""The sender: one at a time, by the lease of periodic jobs."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings

from search.engines.contract import EngineUnavailable
from search.engines.elastic.connecting import place_of
from search.engines.elastic.sending import send

SEND_EVERY = timedelta(seconds=1)
log = logging.getLogger(__name__)


def send_changes() -> int:
    """See `send`. A server that is away is no failure of the job: what waits is seen as lag, and is sent when it is back."""
    try:
        return send(place_of(settings.SEARCH_URL))
    except EngineUnavailable as problem:
        log.warning("search server away, changes wait: %s", problem)
        return 0
