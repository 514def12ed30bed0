"""Markets follow the map."""

from __future__ import annotations

from core.places.events import MapTurned
from onboarding.markets.models import Market


def follow_map(event: MapTurned) -> None:
    """Markets belong to what their commune became; one whose name the new commune has already says where it was. Repeating
    changes nothing."""
    for old_id, new_id in event.new_unit_ids().items():
        for market in Market.objects.filter(commune_id=old_id).select_related("commune").order_by("pk"):
            names = set(Market.objects.filter(commune_id=new_id, valid_to__isnull=True).values_list("name", flat=True))
            if market.valid_to is None and market.name in names:
                market.name = f"{market.name} ({market.commune.name}, {market.pk})"[-120:]
            market.commune_id = new_id
            market.save(update_fields=["name", "commune"])
