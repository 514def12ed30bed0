"""Households for the tests of matching: Văn An twice, and things that happened with them."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from typing import Any

from django.apps import apps

from core.files.actions import store_photo
from core.files.pipeline import render
from core.kit import clock
from core.people.queries import SYSTEM
from core.places.models import Hamlet
from onboarding.accounts.models import Platform, PlatformAccount
from onboarding.households.actions import register_household
from onboarding.households.facts import HouseholdFacts, ProductionFacts
from onboarding.households.models import Household, HouseholdPhoto
from onboarding.intake.models import IntakeRecord
from onboarding.matching.actions.merging import merge_households
from onboarding.matching.models import DuplicatePair, HouseholdMerge, SharedPhone
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.producers.actions import register_producer
from onboarding.visits.models import Attendance, TrainingSession, Visit
from tests.people import People, jpeg


def household(hamlet: Hamlet, name: str = "Trần Văn Hòa", **facts: Any) -> Household:
    """A household with these facts, registered by the system."""
    facts = {"phone_owner": "own" if facts.get("phone") else "none"} | facts
    return register_household(record_id=uuid.uuid4(), facts=HouseholdFacts(name, hamlet, **facts), by=SYSTEM)


def twins(hamlet: Hamlet, **others: Any) -> tuple[DuplicatePair, Household, Household]:
    """Two households alike, and the pair that was found."""
    first = household(hamlet)
    second = household(hamlet, **others)
    return DuplicatePair.objects.get(first=first, second=second), first, second


def fill(people: People, first: Household, second: Household, chance: random.Random) -> None:
    """Things that happened with the two, some with both."""
    hamlet, commune, user = people.hamlet, people.commune, people.users["hanh"]
    now = clock.now()
    place: dict[str, Any] = {"hamlet": hamlet, "commune": commune}
    photos = [store_photo(render(jpeg(64, 64, f"#00{number}0{number}0")), by=SYSTEM) for number in range(2)]
    lessons = [
        TrainingSession.objects.create(record_id=uuid.uuid4(), led_by=user, held_at=now, received_at=now, **place)
        for _ in range(3)
    ]
    batch = OpeningBatch.objects.create(
        platform=Platform.objects.get(code="voso"), commune=commune, made_by=user, made_at=now
    )
    for each in (first, second):
        for _ in range(chance.randint(0, 3)):
            Visit.objects.create(
                record_id=uuid.uuid4(), household=each, visited_by=user, note="gặp chủ hộ",
                visited_at=now - timedelta(days=chance.randint(0, 90)), received_at=now, **place,
            )  # fmt: skip
        for lesson in chance.sample(lessons, chance.randint(0, 3)):
            Attendance.objects.create(session=lesson, household=each)
        for photo in chance.sample(photos, chance.randint(0, 2)):
            HouseholdPhoto.objects.create(household=each, photo=photo, added_at=now)
        for _ in range(chance.randint(0, 2)):
            IntakeRecord.objects.create(record_id=uuid.uuid4(), kind="household", household=each, derived="{}")
        for _ in range(chance.randint(0, 2)):
            producer = register_producer(
                kind="farm_household", name=f"Hộ {each}", commune=commune, phone="", household=each, by=SYSTEM
            )
            PlatformAccount.objects.create(
                platform=batch.platform, producer=producer, claimed_at=now, phone="+84912000111"
            )
            # Answered: one that waits is looked at again when facts change, and may leave the list for good.
            OpeningLine.objects.create(
                batch=batch,
                platform=batch.platform,
                number=producer.pk,
                household=each,
                producer=producer,
                state="refused",
                reason="sai số",
                answered_at=now,
            )


def some_facts(chance: random.Random) -> dict[str, Any]:
    """Facts of a household, each given or not."""
    phone = chance.choice(["", "+84912345678", "+84912345679"])
    lines = [
        ProductionFacts("trees", "điều", area_m2=chance.randint(1, 9) * 1000),
        ProductionFacts("crops", scale="ít"),
    ]
    return {
        "phone": phone,
        "phone_owner": chance.choice(["own", "relative"]) if phone else "none",
        "production": tuple(chance.sample(lines, chance.randint(0, 2))),
        "has_business_registration": chance.choice([None, True, False]),
        "personal_id": chance.choice(["", "077203000123", "077203000124"]),
        "tax_code": chance.choice(["", "3500102573", "077203000123"]),
        "bank_bin": "970436",
        "bank_account": chance.choice(["", "0071000123456"]),
        "sex": chance.choice(["", "male", "female"]),
        "birth_year": chance.choice([None, 1970]),
        "has_e_wallet": chance.choice([None, True, False]),
    }


def dump() -> dict[str, list[dict[str, Any]]]:
    """Every row of this storey in plain text; not the merges themselves, nor the numbers that only ever grow."""
    found = {}
    for model in apps.get_app_config("onboarding").get_models():
        if model not in {HouseholdMerge, SharedPhone}:
            rows = [dict(row) for row in model._base_manager.order_by("pk").values()]
            for row in rows:
                row.pop("version", None)
                row.pop("changed_at", None)
            found[model.__name__] = rows
    return found


def matching_facts(people: People) -> dict[str, int]:
    """A pair that waits, two households that Chi merged, and a phone that four share: their keys."""
    pair = twins(people.hamlet)[0]
    first, second = household(people.hamlet, "Lê Thị Bé"), household(people.hamlet, "Lê Thị Bé")
    found = DuplicatePair.objects.get(first=first, second=second)
    done = merge_households(pair=found, keep_id=first.pk, choices={}, by=people.viewer("chi"))
    for name in ("Phạm Thị Hai", "Hồ Ba", "Đỗ Quang Tư", "Vũ Minh Năm"):
        household(people.hamlet, name, phone="+84987654321")
    return {"pair": pair.pk, "merge": done.pk, "shared_phone": SharedPhone.objects.get().pk}
