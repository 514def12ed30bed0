"""Imports follow the map, so that the officers who now hold the ground see them, go on with them and take them back."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from core.imports.models import ColumnMapping, ImportBatch
from core.places.events import MapTurned


def follow_map(event: MapTurned) -> None:
    """Imports of an ended unit belong to what it became (of a divided one to its default part), and so does how its sheets
    were understood, where the successor does not know such a sheet yet. Repeating changes nothing."""
    for old_id, new_id in event.new_unit_ids().items():
        ImportBatch.objects.filter(unit_id=old_id).update(unit_id=new_id)
        same = ColumnMapping.objects.filter(
            unit_id=new_id, kind=OuterRef("kind"), owner=OuterRef("owner"), fingerprint=OuterRef("fingerprint")
        )
        fresh = ColumnMapping.objects.filter(~Exists(same), unit_id=old_id).values_list("pk", flat=True)
        ColumnMapping.objects.filter(pk__in=list(fresh)).update(unit_id=new_id)
