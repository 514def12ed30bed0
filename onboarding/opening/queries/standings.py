"""Where every household stands with one platform: can be asked for, is being asked for, has an account, was refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet

from core.places.models import Hamlet, Unit
from onboarding.accounts.models import Platform
from onboarding.accounts.queries import claimed_by, with_states
from onboarding.accounts.rules import State
from onboarding.consent.models import Consent, Purpose
from onboarding.households.models import Household, PhoneOwner
from onboarding.opening.models import OpeningLine
from onboarding.opening.rules import HOUSEHOLD_KINDS, LeftOut
from onboarding.producers.models import Producer


@dataclass(frozen=True)
class Standing:
    """One living household and one platform. `producer_id` is whom an account would be for (the first that agreed);
    `left_out` "" when it can be asked for. `is_refused`: the platform's last answer was no."""

    household_id: int
    name: str
    hamlet_id: int
    producer_id: int | None
    has_agreed: bool
    has_account: bool
    is_waiting: bool
    is_refused: bool
    left_out: str


def living_households(commune: Unit, hamlet: Hamlet | None = None) -> QuerySet[Household]:
    """The households counted now in a commune, or in one of its hamlets."""
    rows = Household.objects.filter(commune=commune, ended_on__isnull=True)
    return rows.filter(hamlet=hamlet) if hamlet else rows


def standings(households: QuerySet[Household], platform: Platform, on: date, *, again: bool = False) -> list[Standing]:
    """Every one of these households with this platform, in the order of their numbers; six queries however many.

    A household need not be verified: the platform proves the phone itself, and what it answers is evidence for us.
    A dead account is none: it is closed when a new one is opened. Whom the platform refused is left out while nothing
    about them has changed since, unless they are asked for `again`.
    """
    ids = households.order_by().values("pk")
    producers: dict[int, list[int]] = {}
    found = Producer.objects.filter(household__in=ids, kind__in=HOUSEHOLD_KINDS).order_by("pk")
    for producer_id, household_id in found.values_list("pk", "household_id"):
        producers.setdefault(household_id or 0, []).append(producer_id)
    answers = Consent.objects.filter(producer__household__in=ids, purpose=Purpose.PLATFORM).order_by("at", "pk")
    agreed = {producer_id for producer_id, given in dict(answers.values_list("producer_id", "given")).items() if given}
    held = with_states(claimed_by(on).filter(producer__household__in=ids, platform=platform, closed_on=None), on)
    with_account = set(
        held.filter(state__in=[State.CLAIMED, State.VERIFIED]).values_list("producer__household_id", flat=True)
    )
    lines = OpeningLine.objects.filter(platform=platform, household__in=ids).order_by("pk")
    last: dict[int, str] = {}
    refused_at: dict[int, datetime | None] = {}
    waiting: set[int] = set()
    for household_id, state, answered_at in lines.values_list("household_id", "state", "answered_at"):
        last[household_id] = state
        if state == OpeningLine.State.REFUSED:
            refused_at[household_id] = answered_at
        elif state == OpeningLine.State.WAITING:
            waiting.add(household_id)
    shared = _shared_phones(households)
    rows = []
    for pk, name, hamlet_id, index, owner, changed_at in households.order_by("pk").values_list(
        "pk", "head_name", "hamlet_id", "phone_index", "phone_owner", "changed_at"
    ):
        is_refused = last.get(pk) == OpeningLine.State.REFUSED and pk not in with_account
        own = producers.get(pk, [])
        willing = [producer_id for producer_id in own if producer_id in agreed]
        why = {
            LeftOut.HAS_ACCOUNT: pk in with_account,
            LeftOut.WAITING: pk in waiting,
            LeftOut.NO_PRODUCER: not own,
            LeftOut.NO_CONSENT: not willing,
            LeftOut.NO_PHONE: owner != PhoneOwner.OWN,
            LeftOut.SHARED_PHONE: shared[index] > 1,
            LeftOut.REFUSED: is_refused and not again and _is_as_then(changed_at, refused_at.get(pk)),
        }
        rows.append(
            Standing(
                household_id=pk,
                name=name,
                hamlet_id=hamlet_id,
                producer_id=willing[0] if willing else None,
                has_agreed=bool(willing),
                has_account=pk in with_account,
                is_waiting=pk in waiting,
                is_refused=is_refused,
                left_out=next((reason.value for reason, is_so in why.items() if is_so), ""),
            )
        )
    return rows


def _is_as_then(changed_at: datetime, refused_at: datetime | None) -> bool:
    return refused_at is not None and changed_at <= refused_at


def _shared_phones(households: QuerySet[Household]) -> Counter[str]:
    """For the own phones of these households: of how many living households each is said to be the own one."""
    own = Household.objects.filter(phone_owner=PhoneOwner.OWN, ended_on__isnull=True)
    mine = households.filter(phone_owner=PhoneOwner.OWN).order_by().values("phone_index")
    counts = own.filter(phone_index__in=mine).values("phone_index").annotate(households=Count("pk"))
    return Counter(dict(counts.values_list("phone_index", "households")))
