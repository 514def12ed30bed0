"""Putting a household into the register."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from core.places.events import MapTurned
from core.places.models import Hamlet
from onboarding.households.models import Household, PhoneOwner, ProductionLine


@transaction.atomic
def register_household(
    *,
    record_id: uuid.UUID,
    head_name: str,
    hamlet: Hamlet,
    phone: str,
    phone_owner: str,
    production: Mapping[str, str],
    has_business_registration: bool,
    by: Viewer,
    is_demo: bool = False,
) -> Household:
    """Store a household. `phone` is E.164 or "" (with `phone_owner` none); `production` maps kind → written size.

    The caller has made sure that `record_id` is new.
    """
    if phone_owner == PhoneOwner.NONE:
        phone = ""
    household = Household.objects.create(
        record_id=record_id,
        head_name=head_name,
        hamlet=hamlet,
        commune=hamlet.commune,
        phone=phone,
        phone_owner=phone_owner,
        has_business_registration=has_business_registration,
        registered_by_id=by.user_id,
        registered_at=clock.now(),
        is_demo=is_demo,
    )
    ProductionLine.objects.bulk_create(
        ProductionLine(household=household, kind=kind, scale=scale) for kind, scale in production.items()
    )
    record(
        "household.registered",
        actor_id=by.user_id,
        object_label=f"household:{household.pk}",
        unit_code=hamlet.commune.code,
    )
    return household


def follow_map(event: MapTurned) -> None:
    """Households of ended hamlets and communes belong to what those became; of a divided one to its default part."""
    for old_id, new in _hamlets(event).items():
        Household.objects.filter(hamlet_id=old_id).update(hamlet=new, commune_id=new.commune_id)
    for old_id, new_id in event.new_unit_ids().items():
        Household.objects.filter(commune_id=old_id).update(commune_id=new_id)


def _hamlets(event: MapTurned) -> dict[int, Hamlet]:
    new_ids = event.new_hamlet_ids()
    hamlets = Hamlet.objects.in_bulk(new_ids.values())
    return {old_id: hamlets[new_id] for old_id, new_id in new_ids.items()}
