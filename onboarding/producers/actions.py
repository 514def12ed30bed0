"""Putting producers into the register, and recording who acts for them."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.people.models import User
from core.people.queries import Viewer
from core.places.events import MapTurned
from core.places.models import Unit
from onboarding.households.models import Household
from onboarding.producers.models import Membership, Producer


@transaction.atomic
def register_producer(
    *,
    kind: str,
    name: str,
    commune: Unit,
    phone: str,
    by: Viewer,
    household: Household | None = None,
    is_demo: bool = False,
) -> Producer:
    """Store a producer; `phone` is E.164 or ""."""
    producer = Producer.objects.create(
        kind=kind,
        name=name,
        household=household,
        commune=commune,
        phone=phone,
        registered_by_id=by.user_id,
        registered_at=clock.now(),
        is_demo=is_demo,
    )
    record("producer.registered", actor_id=by.user_id, object_label=f"producer:{producer.pk}", unit_code=commune.code)
    return producer


@transaction.atomic
def add_member(*, user: User, producer: Producer, right: str, by: Viewer, how: str) -> Membership:
    """Record that a person may act for a producer from today on, and how that was established."""
    membership = Membership.objects.create(
        user=user,
        producer=producer,
        right=right,
        valid_from=clock.today(),
        recorded_by_id=by.user_id,
        recorded_how=how,
    )
    record(
        "membership.recorded",
        actor_id=by.user_id,
        object_label=f"producer:{producer.pk}",
        unit_code=producer.commune.code,
    )
    return membership


def follow_map(event: MapTurned) -> None:
    """Producers of an ended commune belong to what it became: their household's commune, else the default part."""
    for old_id, new_id in event.new_unit_ids().items():
        ended = Producer.objects.filter(commune_id=old_id)
        moved = ended.filter(household__isnull=False).exclude(household__commune_id=old_id)
        for pk, commune_id in moved.values_list("pk", "household__commune_id"):
            Producer.objects.filter(pk=pk).update(commune_id=commune_id)
        Producer.objects.filter(commune_id=old_id).update(commune_id=new_id)
