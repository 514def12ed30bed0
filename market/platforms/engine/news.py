"""What a seller is told about their listing on a platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse

from core.messages.actions import send_message
from core.people.queries import SYSTEM
from market.platforms.models import PlatformListing
from onboarding.producers.queries import people_of


def tell_refused(row: PlatformListing, reasons: Sequence[Mapping[str, str]]) -> None:
    """In the transaction that notes a refusal: everybody who acts for the producer reads why. Once per sending."""
    listing = row.listing
    values = {
        "platform": row.connection.platform.name,
        "listing": listing.name,
        "reason": reasons[0]["message"] if reasons else "",
    }
    for user in people_of(listing.shop.producer_id):
        send_message(
            "listing.refused",
            user=user,
            context=values,
            key=f"{row.pk}:{row.revision}:{row.fence}",
            link=reverse("seller_on_platforms", args=[listing.sku]),
            by=SYSTEM,
        )
