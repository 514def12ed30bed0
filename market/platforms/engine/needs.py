"""What each platform still misses of a listing, by its adapter's own rules, in the words of our form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from market.listings.models import Listing
from market.listings.queries import papers_on_show
from market.listings.registry import Need
from market.platforms.contract import Severity, adapter_for, registered_adapters
from market.platforms.engine.documents import document_with, settings_of
from market.platforms.models import Connection

# Where a field of the document is written in the listing's form. What stands elsewhere (SKU, producer) has no field there.
_FIELDS = {
    "title": "name",
    "description": "description",
    "category_code": "category",
    "price": "price",
    "unit": "unit",
    "net_weight_grams": "net_weight",
    "stock": "stock",
    "photos": "photos",
    "origin_commune": "origin",
    "origin_province": "origin",
    "producer_name": "maker",
    "papers": "papers",
    "ingredients": "ingredients",
    "warnings": "warning",
    "shelf_life": "shelf_life_days",
}


def needs_on_platforms(listings: Sequence[Listing]) -> Mapping[int, Sequence[Need]]:
    """What every enabled connection's adapter would say of these listings now; no network, one query whatever their number
    (they carry what `listings_of` reads), and one for each where a platform asks for papers."""
    connections = Connection.objects.filter(is_enabled=True, adapter__in=registered_adapters()).select_related(
        "platform"
    )
    asked = [
        (found.platform.name, adapter_for(found.adapter), settings_of(found))
        for found in connections.order_by("-platform__counts_for_target", "platform__name")
    ]
    asks_papers = any(adapter.capabilities(settings).required_papers for _, adapter, settings in asked)
    needs: dict[int, list[Need]] = {}
    for listing in listings:
        papers = papers_on_show(listing) if asks_papers else ()
        document = document_with(listing, listing.photos.all(), papers=papers)
        needs[listing.pk] = [
            Need(
                platform,
                _FIELDS.get(issue.field.split("[")[0], ""),
                issue.message_vi,
                issue.severity is Severity.BLOCK,
            )
            for platform, adapter, settings in asked
            for issue in adapter.validate(settings, document)
        ]
    return needs
