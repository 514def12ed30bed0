"""Putting many households into the register at once, and changing many: what `actions` does for one, in few statements."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from core.audit.actions import Noted, record_many
from core.events.registry import emit
from core.kit import clock
from core.kit.bulk import insert_many, update_many
from core.people.queries import Viewer
from onboarding.households.actions import differs, facts_of, lines_of, new_household, set_facts, told
from onboarding.households.events import HouseholdsChanged
from onboarding.households.facts import FACTS, VERIFIED_FACTS, Changes, HouseholdFacts
from onboarding.households.models import Household, ProductionLine
from onboarding.households.wording import fact_label
from onboarding.households.writers import note_first_writer, note_writers

_WRITTEN = [
    field.name for field in Household._meta.local_concrete_fields if field.name not in {"id", "record_id"}
]  # fmt: skip


@transaction.atomic
def register_households(
    records: Sequence[tuple[uuid.UUID, HouseholdFacts]], *, by: Viewer, source: str, via: str = ""
) -> list[Household]:
    """Store these households, in their order. The caller has made sure that the record ids are new. One entry of the trail
    for each, one HouseholdsChanged for all."""
    households = [new_household(record_id=key, facts=facts, by=by, source=source) for key, facts in records]
    insert_many(households)
    _add_lines((household, facts) for household, (_, facts) in zip(households, records, strict=True))
    note_first_writer(households, by.user_id)
    noted = [
        Noted(f"household:{household.pk}", facts.hamlet.commune.code)
        for household, (_, facts) in zip(households, records, strict=True)
    ]
    record_many("household.registered", noted, actor_id=by.user_id, via=via)
    if households:
        communes = tuple({household.commune_id for household in households})
        ids = tuple(household.pk for household in households)
        emit(HouseholdsChanged(ids, frozenset(FACTS), are_new=True, communes=communes))
    return households


def _add_lines(written: Iterable[tuple[Household, HouseholdFacts]]) -> None:
    insert_many([line for household, facts in written for line in lines_of(household, facts.production)])


@transaction.atomic
def change_households(changes: Mapping[int, Changes], *, by: Viewer, via: str = "") -> dict[int, Household]:
    """`change_household` for many, by their numbers: the facts that really differ are written, one entry of the trail for
    each household, one HouseholdsChanged for all. Returns the households as they are now."""
    rows = Household.objects.filter(pk__in=changes).select_for_update(of=("self",)).order_by("pk")
    households = {row.pk: row for row in rows.select_related("commune", "hamlet").prefetch_related("production_lines")}
    different: dict[int, Changes] = {}
    rewritten: dict[int, bool] = {}
    noted = []
    communes = tuple({household.commune_id for household in households.values()})
    for pk, household in households.items():
        before = facts_of(household)
        other = {name: value for name, value in changes[pk].items() if differs(household, before, name, value)}
        if not other:
            continue
        different[pk] = other
        if VERIFIED_FACTS & set(other):
            rewritten[pk] = household.verified_at is not None
        _set(household, other, by)
        said = {fact_label(name): told(name, getattr(before, name), value) for name, value in other.items()}
        noted.append(Noted(f"household:{pk}", household.commune.code, said))
    _store([households[pk] for pk in different])
    note_writers(rewritten, [by.user_id])
    _replace_lines({households[pk]: other for pk, other in different.items() if "production" in other})
    record_many("household.changed", noted, actor_id=by.user_id, via=via)
    if different:
        fields = frozenset(name for other in different.values() for name in other)
        emit(HouseholdsChanged(tuple(different), fields, communes=communes))
    return households


def _set(household: Household, different: Changes, by: Viewer) -> None:
    set_facts(household, {name: value for name, value in different.items() if name != "production"})
    if VERIFIED_FACTS & set(different):
        household.verified_by, household.verified_at, household.verified_how = None, None, ""
        household.last_written_by_id = by.user_id
    household.version += 1
    household.changed_at = clock.now()


def _store(households: Sequence[Household]) -> None:
    update_many(households, _WRITTEN)


def _replace_lines(production: Mapping[Household, Changes]) -> None:
    ProductionLine.objects.filter(household__in=list(production)).delete()
    insert_many([line for household, other in production.items() for line in lines_of(household, other["production"])])
    for household in production:
        household._prefetched_objects_cache.clear()  # type: ignore[attr-defined]
