"""Putting a household into the register, and changing what it says."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock, phones
from core.kit.text import fold_words
from core.people.queries import Viewer
from core.places.events import MapTurned
from core.places.models import Hamlet
from onboarding.households.events import HouseholdsChanged, HouseholdsEnded
from onboarding.households.facts import FACTS, HIDDEN_FACTS, VERIFIED_FACTS, Changes, HouseholdFacts, ProductionFacts
from onboarding.households.identity import near_key, personal_id_hash
from onboarding.households.models import Household, PhoneOwner, ProductionLine, Source
from onboarding.households.wording import fact_label, fact_words
from onboarding.households.writers import note_first_writer, note_writers


@transaction.atomic
def register_household(
    *,
    record_id: uuid.UUID,
    facts: HouseholdFacts,
    by: Viewer,
    source: str = Source.FIELD,
    is_demo: bool = False,
) -> Household:
    """Store a household. The caller has made sure that `record_id` is new. Emits HouseholdsChanged."""
    household = new_household(record_id=record_id, facts=facts, by=by, source=source, is_demo=is_demo)
    household.save()
    ProductionLine.objects.bulk_create(lines_of(household, facts.production))
    note_first_writer([household], by.user_id)
    record(
        "household.registered",
        actor_id=by.user_id,
        object_label=f"household:{household.pk}",
        unit_code=facts.hamlet.commune.code,
    )
    emit(HouseholdsChanged((household.pk,), frozenset(FACTS), are_new=True, communes=(household.commune_id,)))
    return household


def new_household(
    *, record_id: uuid.UUID, facts: HouseholdFacts, by: Viewer, source: str, is_demo: bool = False
) -> Household:
    """The row for these facts, not yet stored: for writing one, or many at once."""
    household = Household(
        record_id=record_id,
        source=source,
        registered_by_id=by.user_id,
        last_written_by_id=by.user_id,
        registered_at=clock.now(),
        is_demo=is_demo,
    )
    set_facts(household, {name: getattr(facts, name) for name in FACTS if name != "production"})
    return household


def lines_of(household: Household, production: Iterable[ProductionFacts]) -> list[ProductionLine]:
    """The rows for these lines of production, not yet stored."""
    return [ProductionLine(household=household, **vars(line)) for line in production]


class ChangedMeanwhile(Exception):
    """Somebody else wrote the household after this person had read it."""


@transaction.atomic
def change_household(
    *,
    household: Household,
    changes: Changes,
    by: Viewer,
    via: str = "web",
    seen_version: int | None = None,
    words_of: Collection[int] = (),
) -> Household:
    """Write the facts that really differ; others stay. A change of verified facts ends the verification. The caller has
    asked whether this person may. Nothing different: nothing written. Emits HouseholdsChanged.

    `words_of`: persons who said what `by` writes; they do not verify it either.
    With `seen_version` it raises ChangedMeanwhile when the row is at another version by now.
    """
    rows = Household.objects.select_for_update(of=("self",)).select_related("commune", "hamlet__commune")
    household = rows.get(pk=household.pk)
    if seen_version is not None and household.version != seen_version:
        raise ChangedMeanwhile
    before, commune_id = facts_of(household), household.commune_id
    different = {name: changes[name] for name in different_facts(household, changes)}
    if not different:
        return household
    set_facts(household, {name: value for name, value in different.items() if name != "production"})
    if "production" in different:
        household.production_lines.all().delete()
        ProductionLine.objects.bulk_create(lines_of(household, different["production"]))
    if VERIFIED_FACTS & set(different):
        note_writers({household.pk: household.verified_at is not None}, [by.user_id, *words_of])
        household.verified_by, household.verified_at, household.verified_how = None, None, ""
        household.last_written_by_id = by.user_id
    household.version += 1
    household.save()
    record(
        "household.changed",
        actor_id=by.user_id,
        object_label=f"household:{household.pk}",
        unit_code=household.commune.code,
        via=via,
        changes={fact_label(name): told(name, getattr(before, name), value) for name, value in different.items()},
    )
    emit(HouseholdsChanged((household.pk,), frozenset(different), communes=(commune_id,)))
    return household


@transaction.atomic
def end_household(*, household: Household, reason: str, by: Viewer) -> Household:
    """From today the household is not counted any more (see EndReason); twice is harmless."""
    household = Household.objects.select_for_update(of=("self",)).select_related("commune").get(pk=household.pk)
    if household.ended_on is None:
        household.ended_on, household.end_reason = clock.today(), reason
        household.version += 1
        household.save(update_fields=["ended_on", "end_reason", "version"])
        record(
            "household.ended",
            actor_id=by.user_id,
            object_label=f"household:{household.pk}",
            unit_code=household.commune.code,
            changes={"lý do": ("", household.get_end_reason_display())},
        )
        emit(HouseholdsEnded((household.pk,)))
    return household


@transaction.atomic
def reopen_household(*, household: Household, by: Viewer) -> Household:
    """Take an ending back: the household is counted again. The caller has asked whether this person may. A merged one comes
    back by undoing the merge only: it is returned as it is, as one that never ended."""
    household = Household.objects.select_for_update(of=("self",)).select_related("commune").get(pk=household.pk)
    if household.ended_on is not None and household.merged_into_id is None:
        was = household.get_end_reason_display()
        household.ended_on, household.end_reason = None, ""
        household.version += 1
        household.save(update_fields=["ended_on", "end_reason", "version"])
        record(
            "household.reopened",
            actor_id=by.user_id,
            object_label=f"household:{household.pk}",
            unit_code=household.commune.code,
            changes={"lý do": (was, "")},
        )
        emit(HouseholdsChanged((household.pk,), frozenset(FACTS)))
    return household


def facts_of(household: Household) -> HouseholdFacts:
    """What the register says now. The personal ID cannot be read back: it is always ""."""
    values = {name: getattr(household, name) for name in FACTS if name not in {"production", "personal_id"}}
    return HouseholdFacts(**values, production=production_of(household))


def production_of(household: Household) -> tuple[ProductionFacts, ...]:
    """Its lines of production, in a steady order."""
    return tuple(
        sorted(
            (
                ProductionFacts(line.kind, line.goods, line.area_m2, line.heads, line.season, line.scale)
                for line in household.production_lines.all()
            ),
            key=lambda line: (line.kind, line.goods),
        )
    )


def different_facts(household: Household, changes: Changes) -> list[str]:
    """The names of those facts that the register says otherwise."""
    before = facts_of(household)
    return [name for name, value in changes.items() if differs(household, before, name, value)]


def differs(household: Household, before: HouseholdFacts, name: str, value: Any) -> bool:
    """Whether a fact would become another one; `before` is what the register says now."""
    if name == "personal_id":
        return bool(value) and household.personal_id_hash != personal_id_hash(value)
    if name == "production":
        return tuple(sorted(value, key=lambda line: (line.kind, line.goods))) != before.production
    return bool(getattr(before, name) != value)


def set_facts(household: Household, values: Changes) -> None:
    """Put facts (all but the lines of production) into the row, with what is derived from them. Nothing is stored yet."""
    for name, value in values.items():
        if name == "personal_id":
            household.personal_id_hash, household.personal_id_end = personal_id_hash(value), value[-3:]
        else:
            setattr(household, name, value)
    if "head_name" in values:
        household.folded_name = fold_words(household.head_name)[:120]
    if not values.keys().isdisjoint({"head_name", "birth_year"}):
        household.near_key = near_key(household.folded_name, household.birth_year)
    if "hamlet" in values:
        household.commune_id = household.hamlet.commune_id
    if household.phone_owner == PhoneOwner.NONE:
        household.phone = ""


def told(name: str, before: Any, after: Any) -> tuple[str, str]:
    """A change for the trail; of numbers that point at a person only that there is one."""
    if name == "phone":
        return phones.masked(before), phones.masked(after)
    if name in HIDDEN_FACTS:
        return ("có" if before else ""), ("đã đổi" if after else "")
    return fact_words(name, before), fact_words(name, after)


def follow_map(event: MapTurned) -> None:
    """Households of ended hamlets and communes belong to what those became; of a divided one to its default part."""
    for old_id, new in _hamlets(event).items():
        Household.objects.filter(hamlet_id=old_id).update(hamlet=new, commune_id=new.commune_id, changed_at=clock.now())
    for old_id, new_id in event.new_unit_ids().items():
        Household.objects.filter(commune_id=old_id).update(commune_id=new_id, changed_at=clock.now())


def _hamlets(event: MapTurned) -> dict[int, Hamlet]:
    new_ids = event.new_hamlet_ids()
    hamlets = Hamlet.objects.in_bulk(new_ids.values())
    return {old_id: hamlets[new_id] for old_id, new_id in new_ids.items()}
