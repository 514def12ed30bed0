"""Whether the households on lists that wait may still be asked for: everything that put them there, looked at again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from django.db.models import Count, Q

from core.kit import clock
from onboarding.accounts.queries import claimed_by, with_states
from onboarding.accounts.rules import State
from onboarding.consent.models import Consent, Purpose
from onboarding.households.models import Household, PhoneOwner
from onboarding.opening.models import OpeningLine
from onboarding.opening.rules import TakenBack


def reasons_to_take_back(lines: Sequence[OpeningLine]) -> dict[int, TakenBack]:
    """For lines that wait (with their household and batch with commune): by line id why it may wait no longer. Those
    with no reason are left out; three queries however many."""
    if not lines:
        return {}
    agreed = _agreed({line.producer_id for line in lines})
    shared = _shared({line.household.phone_index for line in lines if line.household.phone_index})
    held = _held(lines)
    found = {}
    for line in lines:
        home = line.household
        why = {
            TakenBack.CONSENT: line.producer_id not in agreed,
            TakenBack.ENDED: home.ended_on is not None,
            TakenBack.NO_PHONE: home.phone_owner != PhoneOwner.OWN or not home.phone,
            TakenBack.OTHER_PHONE: bool(line.phone) and line.phone != home.phone,
            TakenBack.SHARED_PHONE: shared[home.phone_index] > 1,
            TakenBack.HAS_ACCOUNT: (line.household_id, line.platform_id) in held,
            TakenBack.MOVED: _has_moved(line),
        }
        if reason := next((reason for reason, is_so in why.items() if is_so), None):
            found[line.pk] = reason
    return found


def _agreed(producer_ids: Collection[int]) -> set[int]:
    answers = Consent.objects.filter(producer__in=producer_ids, purpose=Purpose.PLATFORM).order_by("at", "pk")
    return {producer_id for producer_id, given in dict(answers.values_list("producer_id", "given")).items() if given}


def _shared(indexes: Collection[str]) -> Counter[str]:
    own = Household.objects.filter(phone_owner=PhoneOwner.OWN, ended_on__isnull=True, phone_index__in=indexes)
    counts = own.order_by().values("phone_index").annotate(households=Count("pk"))
    return Counter(dict(counts.values_list("phone_index", "households")))


def _held(lines: Sequence[OpeningLine]) -> set[tuple[int | None, int]]:
    on = clock.today()
    asked = Q(producer__household__in={line.household_id for line in lines})
    asked &= Q(platform__in={line.platform_id for line in lines})
    accounts = with_states(claimed_by(on).filter(asked, closed_on=None), on)
    kept = accounts.filter(state__in=[State.CLAIMED, State.VERIFIED])
    return set(kept.values_list("producer__household_id", "platform_id"))


def _has_moved(line: OpeningLine) -> bool:
    """To another commune; where the commune itself became another one, its households have moved nowhere."""
    commune = line.batch.commune
    is_there = commune.valid_to is None or commune.valid_to >= clock.today()
    return is_there and line.household.commune_id != commune.pk
