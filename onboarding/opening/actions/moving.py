"""Batches follow the map, so that the officers who now hold the ground see them and can bring their results."""

from __future__ import annotations

from core.places.events import MapTurned
from core.places.models import Hamlet
from onboarding.opening.models import OpeningBatch


def follow_map(event: MapTurned) -> None:
    """A batch of an ended hamlet goes with it; one of a whole commune to what the commune became (of a divided one to its
    default part). Repeating changes nothing."""
    new_ids = event.new_hamlet_ids()
    hamlets = Hamlet.objects.in_bulk(new_ids.values())
    for old_id, new_id in new_ids.items():
        OpeningBatch.objects.filter(hamlet_id=old_id).update(hamlet_id=new_id, commune_id=hamlets[new_id].commune_id)
    for old_id, new_id in event.new_unit_ids().items():
        OpeningBatch.objects.filter(commune_id=old_id).update(commune_id=new_id)
