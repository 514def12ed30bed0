"""Writing the rows of a household list, and taking them back."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.imports.contract import Effect, UndoRefused
from core.people.queries import Viewer
from core.places.models import Hamlet
from onboarding.households.actions import end_household, facts_of, lines_of, set_facts, told
from onboarding.households.events import HouseholdsChanged
from onboarding.households.facts import Changes, HouseholdFacts, ProductionFacts
from onboarding.households.many import change_households, register_households
from onboarding.households.models import EndReason, Household, HouseholdWriter, ProductionLine, Source
from onboarding.households.queries import hamlet_of_today
from onboarding.households.wording import fact_label
from onboarding.households.writers import Writers, put_writers, writers_of
from onboarding.matching.models import DuplicatePair

CHANGED = "thông tin hộ đã được sửa sau khi nhập."
VERIFIED = "hộ đã được xác minh sau khi nhập."
USED = "đã có chủ thể, lượt thăm hoặc việc khác gắn với hộ này."
GONE = "hộ đã thôi tính hoặc đã gộp."
# What the machine or the household itself made; it goes with the household and is no work of anybody.
_OWN = {ProductionLine, HouseholdWriter, DuplicatePair}


@transaction.atomic
def add_listed(records: Sequence[tuple[uuid.UUID, HouseholdFacts]], *, by: Viewer) -> list[Effect]:
    """Register the households of these rows; an effect for each, in their order."""
    households = register_households(records, by=by, source=Source.IMPORT, via="import")
    return [{"added": household.pk} for household in households]


@transaction.atomic
def change_listed(changes: Sequence[tuple[Household, Changes]], *, by: Viewer) -> list[Effect]:
    """Write what the rows change; the households were read and locked in this transaction. An effect for each."""
    writers = writers_of([household.pk for household, _ in changes])
    before = {household.pk: _before(household, other, writers[household.pk]) for household, other in changes}
    after = change_households({household.pk: other for household, other in changes}, by=by, via="import")
    return [
        {"changed": household.pk, "version": after[household.pk].version, **before[household.pk]}
        for household, _ in changes
    ]


def _before(household: Household, changes: Changes, writers: Writers) -> Effect:
    """What undo needs, as JSON. (A personal ID is only ever added: before it there was none.)"""
    facts = facts_of(household)
    values = {name: _plain(getattr(facts, name)) for name in changes if name != "personal_id"}
    if "personal_id" in changes:
        values["personal_id"] = ""
    verified = household.verified_at.isoformat() if household.verified_at else None
    return {
        "before": values,
        "written_by": household.last_written_by_id,
        "writers": writers,
        "verified": [household.verified_by_id, verified, household.verified_how] if verified else None,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Hamlet):
        return value.pk
    return [vars(line) for line in value] if isinstance(value, tuple) else value


def obstacles_to(effects: Sequence[Effect]) -> list[str]:
    """Why each row can no longer be taken back, "" when it can; a fixed number of queries."""
    keys = [_key(effect) for effect in effects]
    households = Household.objects.in_bulk(keys)
    used = _used({effect["added"] for effect in effects if "added" in effect})
    return [
        _obstacle(effect, households.get(key), is_used=key in used) for key, effect in zip(keys, effects, strict=True)
    ]


def _key(effect: Effect) -> int:
    number: int = effect["added"] if "added" in effect else effect["changed"]
    return number


def _obstacle(effect: Effect, household: Household | None, *, is_used: bool) -> str:
    if household is None or household.ended_on is not None:
        return GONE
    if household.verified_at is not None:
        return VERIFIED
    if household.version != effect.get("version", 1):
        return CHANGED
    return USED if is_used else ""


def _used(keys: Collection[int]) -> set[int]:
    """Those of these households to which any row of any table points, whichever storey it belongs to."""
    used: set[int] = set()
    relations: list[Any] = [
        each
        for each in Household._meta.get_fields(include_hidden=True)
        if (each.one_to_many or each.one_to_one) and each.auto_created and each.related_model not in _OWN
    ]
    for each in relations:
        rows = each.related_model._default_manager.filter(**{f"{each.field.name}__in": keys})
        used.update(rows.values_list(each.field.attname, flat=True))
    return used


@transaction.atomic
def take_back(effect: Effect, *, by: Viewer) -> None:
    """Take one row back: a household that was added is ended as undone (devices that hold it must hear of it), a changed
    one gets its facts and its verification back. Raises UndoRefused, and then nothing has changed."""
    household = Household.objects.select_for_update(of=("self",)).select_related("commune").get(pk=_key(effect))
    if obstacle := obstacles_to([effect])[0]:
        raise UndoRefused(obstacle)
    if "added" in effect:
        end_household(household=household, reason=EndReason.UNDONE, by=by)
    else:
        _give_back(household, effect, by)


def _give_back(household: Household, effect: Effect, by: Viewer) -> None:
    now = facts_of(household)
    values = {name: _revived(name, value) for name, value in effect["before"].items()}
    set_facts(household, {name: value for name, value in values.items() if name != "production"})
    if "production" in values:
        household.production_lines.all().delete()
        ProductionLine.objects.bulk_create(lines_of(household, values["production"]))
    household.last_written_by_id = effect["written_by"]
    if "writers" in effect:
        put_writers(household, effect["writers"])
    if effect["verified"] and "writers" in effect:
        household.verified_by_id, verified_at, household.verified_how = effect["verified"]
        household.verified_at = datetime.fromisoformat(verified_at)
    household.version += 1
    household.save()
    changes = {fact_label(name): told(name, getattr(now, name), value) for name, value in values.items()}
    record(
        "household.changed",
        actor_id=by.user_id,
        object_label=f"household:{household.pk}",
        unit_code=household.commune.code,
        via="import",
        changes=changes,
    )
    emit(HouseholdsChanged((household.pk,), frozenset(values)))


def _revived(name: str, value: Any) -> Any:
    if name == "hamlet":
        # The map may have turned since the file came: then what the hamlet became.
        return hamlet_of_today(value) or Hamlet.objects.select_related("commune").get(pk=value)
    return tuple(ProductionFacts(**line) for line in value) if name == "production" else value
