"""Samples follow the map, so that the officers who now hold the ground see them and can record what is found."""

from __future__ import annotations

from core.places.events import MapTurned
from onboarding.checks.models import RevisitSample


def follow_map(event: MapTurned) -> None:
    """A sample goes to what its commune became (of a divided one to its default part); `drawn_in` and the kept frame stay,
    so that the draw can be repeated. Teams follow by themselves. Repeating changes nothing."""
    for old_id, new_id in event.new_unit_ids().items():
        RevisitSample.objects.filter(commune_id=old_id).update(commune_id=new_id)
