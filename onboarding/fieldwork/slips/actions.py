"""Printing a slip: a log-in for who has none, and a fresh one-time code."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from core.audit.actions import record
from core.people.actions import issue_entry_code, make_person
from core.people.models import User
from core.people.queries import Viewer, person_named
from onboarding.fieldwork.slips.queries import households_for_slips, owner_of, producer_of
from onboarding.fieldwork.slips.rules import why_no_slip
from onboarding.households.models import Household, PhoneOwner
from onboarding.producers.actions import add_member
from onboarding.producers.models import Membership, Producer


class SlipRefused(ValueError):
    """There is no slip for this household; the message is a Vietnamese sentence with what to do."""


@dataclass(frozen=True)
class Slip:
    """What stands on the paper: `phone` (E.164) when they sign in with their own, else `username`. The code is shown once."""

    name: str
    username: str
    phone: str
    code: str


@transaction.atomic
def print_slip(*, household: Household, by: Viewer) -> Slip:
    """A slip for the owner's log-in; an earlier slip that was not used ends. Raises PermissionError, SlipRefused."""
    if not households_for_slips(by).filter(pk=household.pk).exists():
        raise PermissionError
    # The lock makes two taps one after the other: one log-in, and the later slip is the one that opens.
    household = Household.objects.select_for_update(of=("self",)).select_related("commune").get(pk=household.pk)
    producer = producer_of(household)
    owner = owner_of(producer) if producer else None
    refusal = why_no_slip(producer, owner)
    if refusal or producer is None:
        raise SlipRefused(refusal)
    user = owner.user if owner else _log_in_for(household, producer, by)
    code = issue_entry_code(user=user, by=by)
    record(
        "entry_slip.printed",
        actor_id=by.user_id,
        object_label=f"household:{household.pk}",
        unit_code=household.commune.code,
    )
    return Slip(household.head_name, user.username, user.phone, code)


def _log_in_for(household: Household, producer: Producer, by: Viewer) -> User:
    """Under the household's own phone when it is free; a relative's would hand the shop to the relative."""
    is_own = household.phone_owner == PhoneOwner.OWN and not person_named(household.phone)
    user = make_person(
        username=_free_name(household), phone=household.phone if is_own else "", full_name=household.head_name, by=by
    )
    add_member(user=user, producer=producer, right=Membership.Right.OWNER, by=by, how="phiếu vào lần đầu")
    return user


def _free_name(household: Household) -> str:
    """ "ho-5": short enough to type from paper; the code beside it is what opens."""
    name = f"ho-{household.pk}"
    return "" if User.objects.filter(username=name).exists() else name
