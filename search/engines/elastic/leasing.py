"""One rebuild at a time: a second one would drop the index that the first is filling."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Q

from core.kit import clock
from search.engines.contract import RebuildUnderWay
from search.engines.elastic.connecting import Place
from search.engines.elastic.models import Rebuild

# Renewed with every thousand documents, which a server that is full may take minutes to take; whoever is killed holds it so long.
LEASE = timedelta(minutes=5)


@contextmanager
def alone(place: Place) -> Iterator[Callable[[int], None]]:
    """Nobody else rebuilds this alias within. Gives what to call now and then with the number of documents done: it keeps the lease.

    Raises RebuildUnderWay, at once when another rebuild runs, or from that call when the lease was lost to another.
    """
    owner, now = uuid.uuid4().hex, clock.now()
    Rebuild.objects.get_or_create(alias=place.alias)
    # A lease from a clock that ran ahead holds nothing up either.
    free = Q(lease_until=None) | Q(lease_until__lte=now) | Q(lease_until__gt=now + LEASE * 2)
    taken = {"owner": owner, "since": now, "done": 0, "lease_until": now + LEASE}
    if not Rebuild.objects.filter(free, alias=place.alias).update(**taken):
        raise _under_way(place)
    mine = Rebuild.objects.filter(alias=place.alias, owner=owner)

    def keep(done: int) -> None:
        if not mine.update(done=done, lease_until=clock.now() + LEASE):
            raise _under_way(place)

    try:
        yield keep
    finally:
        mine.update(lease_until=None)


def under_way(place: Place) -> Rebuild | None:
    """The rebuild that runs now."""
    return Rebuild.objects.filter(alias=place.alias, lease_until__gt=clock.now()).first()


def _under_way(place: Place) -> RebuildUnderWay:
    found = under_way(place)
    return RebuildUnderWay(found.since, found.done) if found else RebuildUnderWay(None, 0)
