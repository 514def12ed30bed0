"""Counting who shares a phone, at once with every change; clearing one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import IntegrityError, transaction
from django.db.models import Count

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import Viewer
from onboarding.households.events import HouseholdsChanged
from onboarding.households.models import Household
from onboarding.matching.events import SharedPhonesTurned
from onboarding.matching.models import MAX_HOUSEHOLDS, SharedPhone
from onboarding.matching.queries.phones import counts_of, living_with, miscounted, phone_to_look_at, stored_forms


class NotAllowed(PermissionError):
    """This is not for this person."""


class ClearRefused(Exception):
    """The phone cannot be cleared; the message says why."""


def count_phones(event: HouseholdsChanged) -> list[int]:
    """Count the phones of households that were registered or whose phone changed, and those that lost one. Returns the ids
    of households to be compared anew, as their phone has begun or ceased to be a shared one."""
    if event.fields.isdisjoint({"phone", "phone_owner"}):
        return []
    rows = Household.objects.filter(pk__in=event.ids, ended_on__isnull=True).exclude(phone_index="")
    turned = recount(rows.values_list("phone", flat=True))
    if not event.are_new:
        turned += recount_lost()
    return _ids_with(turned)


def count_ended() -> list[int]:
    """Ended households share no phone any more; returns as `count_phones`."""
    return _ids_with(recount_lost())


def _ids_with(numbers: list[str]) -> list[int]:
    return list(living_with(stored_forms(numbers)).values_list("pk", flat=True)) if numbers else []


@transaction.atomic
def recount(numbers: Iterable[str]) -> list[str]:
    """Count again how many living households gave these phones (E.164); flag what has become too many. Returns the phones
    that now are shared by too many, or no longer."""
    numbers = set(numbers) - {""}
    if not numbers:
        return []
    known = _locked(numbers)
    counts = counts_of(numbers)  # after the lock: whoever held it has committed what we did not see before
    turned, was_out = [], {number for number, row in known.items() if row.is_flagged}
    for number in sorted(numbers):
        count = counts.get(number, 0)
        if number in known:
            has_turned = _write(known[number], count)
        else:
            has_turned = count >= MAX_HOUSEHOLDS and _add(number, count)
        turned += [number] if has_turned else []
    is_out = {number for number, row in known.items() if row.pk and row.is_flagged}
    is_out |= {number for number in numbers - set(known) if counts.get(number, 0) > MAX_HOUSEHOLDS}
    _tell(was_out ^ is_out)
    return turned


def recount_lost() -> list[str]:
    """Count again the phones that fewer or more households have than was written down; returns as `recount`."""
    return recount(miscounted().values_list("phone", flat=True))


def recount_everything() -> int:
    """Count every phone that three households or more gave: heals what writers at the same instant could not see of each
    other. Returns how many phones were looked at."""
    many = Household.objects.filter(ended_on__isnull=True).exclude(phone_index="").order_by().values("phone_index")
    # From two on: while keys are being changed, one phone's households stand under two indexes.
    many = many.annotate(count=Count("pk")).filter(count__gte=MAX_HOUSEHOLDS - 1).values("phone_index")
    numbers = set(Household.objects.filter(phone_index__in=many, ended_on__isnull=True).values_list("phone", flat=True))
    recount(numbers)
    recount_lost()
    return len(numbers)


@transaction.atomic
def clear_phone(*, pk: int, reason: str, by: Viewer) -> SharedPhone:
    """These households may share this phone: they count again, until one more gives it. Raises NotAllowed for officers
    who are not in charge of all of them, ClearRefused when nothing waits."""
    shared = SharedPhone.objects.select_for_update().filter(pk=pk).first()
    row = phone_to_look_at(by, pk)
    if shared is None or row is None or not row.may_clear:
        raise NotAllowed
    recount([shared.phone])
    shared = SharedPhone.objects.filter(pk=pk).first()
    if shared is None or not shared.is_flagged:
        raise ClearRefused("Số này không còn chờ xem. Đã có người xem xong, hoặc không còn quá ba hộ dùng.")
    shared.cleared_by_id, shared.cleared_at = by.user_id, clock.now()
    shared.cleared_for, shared.reason = shared.households, reason
    shared.save(update_fields=["cleared_by", "cleared_at", "cleared_for", "reason"])
    record(
        "phone.cleared",
        actor_id=by.user_id,
        object_label=f"shared_phone:{shared.pk}",
        unit_code=row.households[0].commune.code,
        changes={"số hộ": ("", str(shared.households)), "lý do": ("", reason)},
    )
    _tell({shared.phone})
    return shared


def _tell(numbers: Collection[str]) -> None:
    """These phones keep their households out of the rates from now on, or no longer."""
    if numbers:
        communes = living_with(stored_forms(numbers)).order_by().values_list("commune", flat=True).distinct()
        emit(SharedPhonesTurned(tuple(communes)))


def _locked(numbers: Iterable[str]) -> dict[str, SharedPhone]:
    rows = SharedPhone.objects.select_for_update().filter(phone_index__in=list(stored_forms(numbers)))
    return {row.phone: row for row in rows.order_by("pk")}


def _add(number: str, count: int) -> bool:
    try:
        with transaction.atomic():
            row = SharedPhone.objects.create(phone=number, households=0, flagged_at=clock.now())
    except IntegrityError:  # another writer was quicker and has committed: count with theirs
        row = _locked([number])[number]
        count = counts_of([number]).get(number, 0)
    return _write(row, count)


def _write(row: SharedPhone, count: int) -> bool:
    """Whether the phone has begun or ceased to be one that too many share."""
    if row.households == count:
        return False
    was_flagged, were_many = row.is_flagged, row.households > MAX_HOUSEHOLDS
    row.households = count
    if count < MAX_HOUSEHOLDS and not row.cleared_for:
        row.delete()  # a number that nobody needs to look at is not kept here
        return were_many
    if row.is_flagged and not was_flagged:
        row.flagged_at = clock.now()
        record("phone.flagged", actor_id=None, object_label=f"shared_phone:{row.pk}")
    row.save(update_fields=["households", "flagged_at"])
    return were_many != (count > MAX_HOUSEHOLDS)
