"""What a team member does at a door: register a household, who sells for it, and what they agreed to."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from core.people.actions import issue_entry_code, make_person
from core.people.queries import Viewer, person_named
from core.places.models import Hamlet
from onboarding.consent.actions import record_consents
from onboarding.fieldwork.rules import can_register_in
from onboarding.households.actions import register_household
from onboarding.households.facts import HouseholdFacts, ProductionFacts
from onboarding.households.models import Household, PhoneOwner
from onboarding.producers.actions import add_member, register_producer
from onboarding.producers.models import Membership, Producer, ProducerKind


class NotYourHamlet(PermissionError):
    """The hamlet is outside the team member's grants."""


@dataclass(frozen=True)
class Registration:
    """What was heard at the door. `phone` is E.164 or "", `production` maps kind → written size,
    `consents` maps purpose → yes or no."""

    record_id: uuid.UUID
    head_name: str
    hamlet: Hamlet
    phone: str
    phone_owner: str
    production: Mapping[str, str]
    has_business_registration: bool
    selling_name: str
    consents: Mapping[str, bool] = field(default_factory=dict)
    means: str = "spoken"


@dataclass(frozen=True)
class Registered:
    """The outcome. `entry_code` is shown once; "" when no log-in was made (no phone, or the phone has one)."""

    producer: Producer
    entry_code: str
    is_new: bool


def register_at_the_door(facts: Registration, *, by: Viewer) -> Registered:
    """Store household, producer, consents and a log-in, all or nothing.

    The same `record_id` again changes nothing and answers with what is there. Raises NotYourHamlet.
    """
    if not can_register_in(by, facts.hamlet):
        raise NotYourHamlet
    known = _known(facts.record_id)
    if known is not None:
        return known
    try:
        return _register(facts, by)
    except IntegrityError:
        # Two sends of one form at once: the unique record id let only one through.
        known = _known(facts.record_id)
        if known is None:
            raise
        return known


@transaction.atomic
def _register(facts: Registration, by: Viewer) -> Registered:
    household = register_household(
        record_id=facts.record_id,
        facts=HouseholdFacts(
            facts.head_name,
            facts.hamlet,
            phone="" if facts.phone_owner == PhoneOwner.NONE else facts.phone,
            phone_owner=facts.phone_owner,
            production=tuple(ProductionFacts(kind, scale=scale) for kind, scale in facts.production.items()),
            has_business_registration=facts.has_business_registration,
        ),
        by=by,
    )
    is_business = facts.has_business_registration
    producer = register_producer(
        kind=ProducerKind.BUSINESS_HOUSEHOLD if is_business else ProducerKind.FARM_HOUSEHOLD,
        name=facts.selling_name or facts.head_name,
        commune=facts.hamlet.commune,
        phone=household.phone,
        household=household,
        by=by,
    )
    record_consents(producer=producer, answers=facts.consents, means=facts.means, by=by)
    return Registered(producer, _log_in_for(producer, household, by), is_new=True)


def _log_in_for(producer: Producer, household: Household, by: Viewer) -> str:
    """A log-in under the household's own phone; a relative's phone would hand the shop to the relative."""
    if household.phone_owner != PhoneOwner.OWN or person_named(household.phone):
        return ""
    user = make_person(phone=household.phone, full_name=household.head_name, by=by)
    add_member(user=user, producer=producer, right=Membership.Right.OWNER, by=by, how="đăng ký tại nhà")
    return issue_entry_code(user=user, by=by)


def _known(record_id: uuid.UUID) -> Registered | None:
    producer = Producer.objects.filter(household__record_id=record_id).order_by("pk").first()
    return Registered(producer, "", is_new=False) if producer else None
