"""Bringing changes to the server: what the outbox names is sent as it is now, then crossed off.

Killed between the two, it is sent again: versions make that harmless, also where an older sender is still under way.
"""

from __future__ import annotations

import time

from django.db import transaction

from search.engines.contract import RebuildUnderWay
from search.engines.elastic.connecting import Place, client_of, reached
from search.engines.elastic.delivering import Pressure, changes_of, deliver
from search.engines.elastic.indices import indices_of, rebuild_index
from search.engines.elastic.models import Outgoing
from search.engines.elastic.refusing import note_refused

ROUND = 1_000  # changes looked at in one go
ROUND_SECONDS = 30.0  # then other work of the worker has its turn
_pressure = Pressure()


def send(place: Place) -> int:
    """Bring what waits to every index; returns how many changes were crossed off. A server without an index of ours (it is new, or
    has lost everything) gets one. Raises EngineUnavailable; what was not crossed off is sent next time."""
    end, sent = time.monotonic() + ROUND_SECONDS, 0
    if not any(indices_of(place).values()):
        try:
            rebuild_index(place)
        except RebuildUnderWay:
            return 0  # what waits is sent when there is an index
    while time.monotonic() < end:
        # Looked at anew before each round: an index that was made before a change was read gets it.
        waiting = dict(Outgoing.objects.order_by("pk").values_list("pk", "document_id")[:ROUND])
        if not waiting:
            break
        _send(place, set(waiting.values()))
        with transaction.atomic():
            Outgoing.objects.filter(pk__in=list(waiting)).delete()
        sent += len(waiting)
    return sent


def _send(place: Place, document_ids: set[int]) -> None:
    changes, reasons = changes_of(document_ids), dict[int, str]()
    with reached():
        for index in indices_of(place):
            reasons |= deliver(client_of(place), index, changes, _pressure)
    note_refused(document_ids, reasons)
