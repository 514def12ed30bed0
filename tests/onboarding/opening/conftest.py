"""Households that can, or cannot, be asked for; batches; and what comes back."""

from __future__ import annotations

import uuid
from itertools import count

import pytest

from core.people.queries import SYSTEM
from core.places.models import Hamlet
from onboarding.accounts.models import Platform
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Purpose
from onboarding.households.actions import register_household
from onboarding.households.facts import HouseholdFacts, ProductionFacts
from onboarding.households.models import Household
from onboarding.opening.actions.batches import make_batch, mark_sent, take_sheet
from onboarding.opening.models import OpeningBatch
from onboarding.producers.actions import register_producer
from onboarding.producers.models import Producer
from tests.core.imports.conftest import Desk
from tests.people import People

numbers = count(1)


def home(
    hamlet: Hamlet,
    name: str,
    *,
    phone: str = "new",
    owner: str = "own",
    producer: bool = True,
    agreed: bool | None = True,
) -> Household:
    """A household; `phone` "new" gives it one of its own."""
    number = f"+8491{next(numbers):07d}" if phone == "new" else phone
    made = register_household(
        record_id=uuid.uuid4(),
        facts=HouseholdFacts(
            name, hamlet, phone=number if owner != "none" else "", phone_owner=owner,
            production=(ProductionFacts("trees", "điều", area_m2=10_000),),
        ),
        by=SYSTEM,
    )  # fmt: skip
    if producer:
        seller = register_producer(
            kind="farm_household", name=f"Hộ {name}", commune=hamlet.commune, phone=number, household=made, by=SYSTEM
        )
        if agreed is not None:
            agree(seller, agreed)
    return made


def agree(producer: Producer, given: bool) -> None:
    record_consents(producer=producer, answers={Purpose.PLATFORM: given}, means="spoken", by=SYSTEM)


def seller(of: Household) -> Producer:
    return of.producers.get()


def sent_batch(people: People, hamlet: Hamlet | None = None) -> OpeningBatch:
    """Chi's batch for VoSo, its sheet taken and sent."""
    chi = people.viewer("chi")
    batch = make_batch(platform=voso(), commune=people.commune, hamlet=hamlet, by=chi)
    take_sheet(batch=batch, by=chi)
    return mark_sent(batch=batch, by=chi)


def voso() -> Platform:
    return Platform.objects.get(code="voso")


@pytest.fixture
def desk(people: People) -> Desk:
    """Chi brings the platform's answers."""
    return Desk(people)
