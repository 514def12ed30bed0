"""Where something comes from: the names people still use, and the communes around it for a small map."""

from __future__ import annotations

from django.core.cache import cache

from core.kit import clock
from core.places.models import Level, Unit, UnitLink, in_force
from market.storefront.drawing.small_map import Dot

KEPT = 3600  # seconds; every process asks anew in an hour, so that a resolution's day shows
FEW = 2  # former areas named; more say nothing any more


def former_areas(commune: Unit) -> list[str]:
    """What a commune of today was called to buyers until 30/6/2025: "huyện Tánh Linh, tỉnh Bình Thuận", the largest share
    first, at most two; empty where nothing changed."""
    key = f"storefront:former:{commune.pk}:{clock.today()}"
    found: list[str] | None = cache.get(key)
    if found is None:
        links = UnitLink.objects.filter(new=commune).exclude(old=commune).select_related("old__parent__parent")
        names: dict[str, int] = {}
        for link in links.order_by("pk"):
            above = [unit for unit in (link.old.parent, link.old.parent and link.old.parent.parent) if unit]
            words = ", ".join(str(unit) for unit in above)
            if words:
                names[words] = names.get(words, 0) + (1 if link.kind == UnitLink.Kind.PART else 2)
        found = sorted(names, key=lambda words: -names[words])[:FEW]
        cache.set(key, found, KEPT)
    return found


def dots_of(province_id: int | None) -> list[Dot]:
    """Where the communes of a province lie, today's map; those whose place is not known are left out."""
    if province_id is None:
        return []
    key = f"storefront:dots:{province_id}:{clock.today()}"
    found: list[Dot] | None = cache.get(key)
    if found is None:
        rows = Unit.objects.filter(in_force(clock.today()), level=Level.COMMUNE, parent_id=province_id)
        placed = rows.exclude(latitude=None).exclude(longitude=None).order_by("pk")
        found = [
            Dot(pk, name, float(latitude or 0), float(longitude or 0))
            for pk, name, latitude, longitude in placed.values_list("pk", "name", "latitude", "longitude")
        ]
        cache.set(key, found, KEPT)
    return found
