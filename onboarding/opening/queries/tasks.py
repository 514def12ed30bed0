"""What opening leaves to be done: for teams by household (follow-ups), for the commune's officers (to-dos)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.people.queries import Viewer
from onboarding.accounts.models import PlatformAccount
from onboarding.accounts.queries import account_states
from onboarding.accounts.rules import State
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.opening.queries.confirming import files_to_confirm
from onboarding.opening.rules import OPENERS, READERS

FEW_TODOS = 10
_HELD = (State.CLAIMED, State.VERIFIED)


def without_account(household_ids: Collection[int]) -> Mapping[int, str]:
    """Households that have an account on no platform; a dead or closed one is none."""
    states = account_states(household_ids, clock.today())
    held = {pk for pk, accounts in states.items() if any(each.state in _HELD for each in accounts)}
    return {pk: "Chưa có gian hàng trên sàn nào." for pk in household_ids if pk not in held}


def with_dead_account(household_ids: Collection[int]) -> Mapping[int, str]:
    """Households of which an account was looked for and not found, and who have no other on that platform."""
    found = {}
    for pk, accounts in account_states(household_ids, clock.today()).items():
        held = {each.platform for each in accounts if each.state in _HELD}
        dead = [each.words for each in accounts if each.state == State.DEAD and each.platform not in held]
        if dead:
            found[pk] = " ".join(dead)
    return found


def refused_by_platform(household_ids: Collection[int]) -> Mapping[int, str]:
    """Households whose account a platform did not open, with its reason, until they have one there or are asked for
    again."""
    lines = OpeningLine.objects.filter(household__in=list(household_ids)).select_related("platform").order_by("pk")
    last = {(line.household_id, line.platform_id): line for line in lines}
    refused = [line for line in last.values() if line.state == OpeningLine.State.REFUSED]
    states = account_states({line.household_id for line in refused}, clock.today()) if refused else {}
    found: dict[int, list[str]] = {}
    for line in refused:
        accounts = states.get(line.household_id, [])
        if not any(each.platform == line.platform.code and each.state in _HELD for each in accounts):
            found.setdefault(line.household_id, []).append(f"{line.platform.name} chưa mở: {line.reason}")
    return {pk: " ".join(words) for pk, words in found.items()}


def lines_to_stop() -> QuerySet[OpeningLine]:
    """Lines taken back after their sheet had left the house, of which the platform has not been told yet."""
    return (
        OpeningLine.objects.filter(state=OpeningLine.State.WITHDRAWN, answered_at=None)
        .select_related("batch", "platform", "household")
        .order_by("pk")
    )


def still_refused() -> QuerySet[OpeningLine]:
    """Refusals of living households that have not been asked for again since and hold no open account there."""
    later = OpeningLine.objects.filter(
        platform=OuterRef("platform"), household=OuterRef("household"), pk__gt=OuterRef("pk")
    )
    held = PlatformAccount.objects.filter(
        platform=OuterRef("platform"), producer__household=OuterRef("household"), closed_on=None
    )
    refused = OpeningLine.objects.filter(state=OpeningLine.State.REFUSED, household__ended_on=None)
    return refused.exclude(Exists(later) | Exists(held))


def opening_todos(viewer: Viewer) -> Iterable[Todo]:
    """For the officers of a commune: whom a platform must be told to stop for, and what it did not open; for those of the
    province as well: result files that need a second person."""
    if not viewer.has_role(*READERS):
        return
    area = viewer.area(*OPENERS, unit_field="batch__commune")
    for line in lines_to_stop().filter(area)[:FEW_TODOS]:
        yield Todo(
            f"Báo {line.platform.name} dừng cho hộ {line.household.head_name} (lô {line.batch_id}, số {line.number}). {line.reason}",
            reverse("opening_batch", args=[line.batch_id]),
            "Mở lô",
            1,
            "bad",
        )
    for file in files_to_confirm(OpeningBatch.objects.filter(viewer.area(*READERS, unit_field="commune")))[:FEW_TODOS]:
        if file.importer_id != viewer.user_id:
            yield Todo(
                f"Lô {file.batch_id}: kết quả của {file.count} hộ chờ người thứ hai xác nhận.",
                reverse("opening_batch", args=[file.batch_id]),
                "Đối chiếu",
                2,
                "wait",
            )
    if not viewer.has_role(*OPENERS):
        return
    refused = still_refused().filter(area).values("batch_id", "platform__name")
    for row in refused.annotate(count=Count("pk")).order_by("-batch_id")[:FEW_TODOS]:
        yield Todo(
            f"{row['platform__name']} chưa mở gian hàng cho {row['count']} hộ ở lô {row['batch_id']}.",
            reverse("opening_batch", args=[row["batch_id"]]) + "?xem=refused",
            "Xem lý do",
            3,
            "warn",
        )
