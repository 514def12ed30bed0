"""Sending what is due, and forgetting what is old.

Calls run in threads that do nothing else; the database is read and written by the job's own thread. Two calls at a time for one
endpoint, and those that did not take the last one share a part of the threads: whoever does not answer holds up nobody else.
"""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from django.conf import settings

from core.kit import clock
from market.payments.stripe_api.models import WebhookEndpoint
from market.payments.stripe_api.webhooks.actions import (
    Claimed,
    claim_delivery,
    forget_events,
    forget_old_secrets,
    note_reply,
    skip_due,
)
from market.payments.stripe_api.webhooks.client import Reply, Trouble, deliver
from market.payments.stripe_api.webhooks.queries import due_deliveries, endpoints_with_due, is_open

log = logging.getLogger(__name__)
WIDTH, FAILING_WIDTH = 24, 8
AT_ONCE, AT_ONCE_FAILING = 2, 1
# A run takes nothing new after this: with the longest call it ends within what a worker that is told to stop waits for.
TAKES_FOR = 10.0
LOOKS_AGAIN = 0.5
UNREADABLE = Reply(None, Trouble.OURS, 0)


def send_webhooks() -> int:
    """Send every delivery that is due, or comes due meanwhile; returns how many calls were made."""
    due = endpoints_with_due(clock.now())
    if not due:
        return 0
    with ThreadPoolExecutor(WIDTH, thread_name_prefix="webhook") as threads:
        return _Round(threads).run(due)


class _Round:
    """The calls of one run."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._flying: dict[Future[Reply], tuple[Claimed, bool]] = {}

    def run(self, due: list[WebhookEndpoint]) -> int:
        calls, stops_at = 0, time.monotonic() + TAKES_FOR
        while True:
            calls += self._take(due)
            if not self._flying:
                return calls
            done, _ = wait(self._flying, timeout=LOOKS_AGAIN, return_when=FIRST_COMPLETED)
            for future in done:
                claimed, _ = self._flying.pop(future)
                _note(claimed, future.result())
            due = endpoints_with_due(clock.now()) if time.monotonic() < stops_at else []

    def _take(self, due: list[WebhookEndpoint]) -> int:
        """Start what there is room for; which endpoint comes first is drawn, so that none is always last."""
        taken = 0
        for endpoint in random.sample(due, len(due)):
            if not is_open(endpoint):
                skip_due(endpoint)
                continue
            if room := self._room(endpoint):
                waiting = due_deliveries(clock.now()).filter(endpoint=endpoint).order_by("next_try_at", "pk")
                for delivery_id in list(waiting.values_list("pk", flat=True)[:room]):
                    taken += self._start(delivery_id, is_failing=endpoint.failing_since is not None)
        return taken

    def _room(self, endpoint: WebhookEndpoint) -> int:
        """How many more calls of this endpoint may begin now."""
        own = Counter(claimed.endpoint_id for claimed, _ in self._flying.values())[endpoint.pk]
        free = WIDTH - len(self._flying)
        if endpoint.failing_since is None:
            return max(0, min(free, AT_ONCE - own))
        failing = sum(is_failing for _, is_failing in self._flying.values())
        return max(0, min(free, FAILING_WIDTH - failing, AT_ONCE_FAILING - own))

    def _start(self, delivery_id: int, *, is_failing: bool) -> bool:
        claimed = claim_delivery(delivery_id)
        if claimed is None:
            return False
        if claimed.letter is None:
            _note(claimed, UNREADABLE)
            return False
        self._flying[self._threads.submit(deliver, claimed.letter)] = (claimed, is_failing)
        return True


def _note(claimed: Claimed, reply: Reply) -> None:
    try:
        note_reply(claimed, reply)
    except Exception:  # the lease ends and it is sent again; what the others brought is noted
        log.exception("what became of delivery %s could not be noted", claimed.delivery_id)


def forget_old_events() -> int:
    """Forget events that are older than `API_EVENT_DAYS`; returns how many went."""
    forget_old_secrets()
    return forget_events(older_than=timedelta(days=settings.API_EVENT_DAYS))
