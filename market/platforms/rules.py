"""Who may do what between us and a platform."""

from __future__ import annotations

from core.people.models import Role
from core.people.queries import Viewer
from market.platforms.models import PlatformListing
from onboarding.producers.models import Producer
from onboarding.producers.queries import may_act_for

CONFIRMERS = (Role.PLATFORM_OPERATOR, Role.COMMUNE, Role.PROVINCE)


def can_exchange_sheets(viewer: Viewer) -> bool:
    """Whether this person may fetch upload files and bring results back."""
    return viewer.is_system or viewer.has_role(Role.PLATFORM_OPERATOR)


def can_confirm(viewer: Viewer, row: PlatformListing) -> bool:
    """Whether this person's word counts as evidence: staff whose area covers the producer, never the shop's own people,
    and never whoever brought the link."""
    producer = row.listing.shop.producer
    brought_it = row.claimed_by_id is not None and row.claimed_by_id == viewer.user_id
    if viewer.is_system or brought_it or may_act_for(viewer, producer.pk):
        return False
    area = viewer.area(*CONFIRMERS, unit_field="commune")
    return Producer.objects.filter(area, pk=producer.pk).exists()
