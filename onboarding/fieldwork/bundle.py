"""What a member takes along to the hamlets: enough to find a household and see what it still needs, and no number in full."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max

from core.kit import clock
from core.people.queries import Viewer
from core.places.models import in_force
from core.places.queries import hamlet_names_on
from onboarding.accounts.models import Platform
from onboarding.accounts.queries import AccountState, account_states
from onboarding.consent.models import BASIS, Consent, LegalBasis
from onboarding.consent.queries import current_notice
from onboarding.fieldwork.queries import assigned_hamlets, hamlets_of_member
from onboarding.households.models import Household, PhoneOwner, Production, ProductionLine
from onboarding.intake.registry import bundle_stamp, current_forms
from onboarding.visits.models import Topic, Visit
from onboarding.visits.registry import FollowUpMark, follow_up_kinds, follow_ups_for

MOST_HAMLETS = 5
OLDEST = 110  # years
YOUNGEST = 15
# What is asked about the size of each kind.
_MEASURES = {
    Production.CROPS: "area",
    Production.TREES: "area",
    Production.AQUACULTURE: "area",
    Production.LIVESTOCK: "heads",
}


@dataclass(frozen=True)
class _Around:
    """What stands beside the households, by household id."""

    accounts: Mapping[int, list[AccountState]]
    follow_ups: Mapping[int, list[FollowUpMark]]
    visited: Mapping[int, Any]


def bundle_for(viewer: Viewer, wanted: Collection[int] = ()) -> dict[str, Any]:
    """The bundle of a member for these hamlets, or for those assigned to them; a fixed number of queries.

    `wanted` are ids of hamlets; what is not theirs is left out in silence, so that a device that still asks for last
    month's hamlets gets on. At most MOST_HAMLETS count. Nobody's households but those of the hamlets named come along.
    """
    today = clock.today()
    all_hamlets = list(hamlets_of_member(viewer))
    mine = {hamlet.pk: hamlet for hamlet in all_hamlets}
    chosen = [pk for pk in dict.fromkeys(wanted) if pk in mine][:MOST_HAMLETS]
    chosen = chosen or assigned_hamlets(viewer, mine)[:MOST_HAMLETS]
    names = hamlet_names_on(all_hamlets, today)

    def shown(pk: int) -> dict[str, Any]:
        return {"id": pk, "name": names[pk], "commune": str(mine[pk].commune)}

    return {
        "stamp": bundle_stamp(viewer),
        "made_at": clock.now().isoformat(),
        "person": {"id": viewer.user_id, "name": viewer.name},
        "form": current_forms(),
        "hamlets": [shown(pk) for pk in chosen],
        "other_hamlets": [shown(pk) for pk in mine if pk not in chosen],
        "households": _households(chosen, today),
        **_words(today),
    }


def stamp_of(viewer: Viewer) -> str:
    """Changes every day, with the member's hamlets, the forms and the notice: then a device fetches its bundle again.
    Not with every household: a volunteer's data plan is small."""
    hamlets = sorted(hamlets_of_member(viewer).values_list("pk", flat=True))
    parts = [clock.today().isoformat(), hamlets, assigned_hamlets(viewer, hamlets), current_notice().version]
    return hashlib.sha256(repr([*parts, sorted(current_forms().items())]).encode()).hexdigest()[:16]


def _households(hamlets: Collection[int], today: date) -> list[dict[str, Any]]:
    rows = Household.objects.filter(hamlet__in=hamlets, ended_on__isnull=True)
    rows = rows.prefetch_related("production_lines").order_by("hamlet", "folded_name", "pk")
    found = list(rows)
    ids = [household.pk for household in found]
    visits = Visit.objects.filter(household__in=ids).values_list("household_id").annotate(last=Max("visited_at"))
    around = _Around(account_states(ids, today), follow_ups_for(ids), dict(visits.order_by()))
    return [_household(household, around) for household in found]


def _household(household: Household, around: _Around) -> dict[str, Any]:
    visited = around.visited.get(household.pk)
    return {
        "record": str(household.record_id),
        "number": household.pk,
        "version": household.version,
        "name": household.head_name,
        "hamlet": household.hamlet_id,
        "phone_end": household.phone[-3:],
        "phone_owner": household.phone_owner,
        "production": [_line(line) for line in household.production_lines.all()],
        "has_business_registration": household.has_business_registration,
        "accounts": [
            {"platform": account.platform, "state": account.state, "words": account.words}
            for account in around.accounts.get(household.pk, [])
        ],
        "follow_ups": [{"code": mark.code, "words": mark.words} for mark in around.follow_ups.get(household.pk, [])],
        "last_visit": clock.day_of(visited).isoformat() if visited else None,
    }


def _line(line: ProductionLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in ("kind", "goods", "area_m2", "heads", "season", "scale")}


def _options(choices: Collection[tuple[Any, Any]]) -> list[dict[str, str]]:
    return [{"code": str(code), "label": str(label)} for code, label in choices]


def _words(today: date) -> dict[str, Any]:
    """What the screens ask with."""
    notice = current_notice()
    platforms = Platform.objects.filter(in_force(today), is_simulation=False).order_by("name")
    purposes = [purpose for purpose, basis in BASIS.items() if basis == LegalBasis.CONSENT]
    return {
        "notice": {"version": notice.version, "text": notice.text},
        "purposes": [{"code": purpose.value, "label": str(purpose.label)} for purpose in purposes],
        "means": _options(Consent.Means.choices[:3]),
        "production": [
            {"code": kind.value, "label": str(kind.label), "measure": _MEASURES.get(kind, "words")}
            for kind in Production
        ],
        "phone_owners": _options([each for each in PhoneOwner.choices if each[0] != PhoneOwner.UNKNOWN]),
        "platforms": [{"code": platform.code, "name": platform.name} for platform in platforms],
        "topics": _options(Topic.choices),
        "follow_ups": [{"code": kind.code, "label": str(kind.label)} for kind in follow_up_kinds()],
        "limits": {"birth_year": [today.year - OLDEST, today.year - YOUNGEST]},
    }
