"""Giving missing products and households to a team, taking them back, and ending what is done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer
from ocop.boards.models import Assignment
from ocop.boards.worklist import OFFICERS, is_missing, teams_to_choose, worklist
from ocop.indicators.registry import HOUSEHOLDS, PRODUCTS, Subject
from ocop.register.models import OcopProduct
from onboarding.households.models import Household
from onboarding.teams.models import Team

MAX_NOTE, AT_ONCE = 200, 50
BY_HAND, DONE = "by_hand", "done"


class AssignmentRefused(ValueError):
    """These cannot be given so; the message is a Vietnamese sentence with what to do."""


@transaction.atomic
def assign(
    *, subject: Subject, ids: Collection[int], team: Team, by: Viewer, note: str = "", due_on: date | None = None
) -> int:
    """Give rows of the worklist to a team of their place; returns how many. Those that a team has already are left with it.

    Raises PermissionError for a team or a row outside the officer's area, AssignmentRefused for rows of another place than
    the team's, a day that has passed, or nothing chosen.
    """
    if by.user_id is None or not by.has_role(*OFFICERS) or not teams_to_choose(by).filter(pk=team.pk).exists():
        raise PermissionError
    wanted = sorted(set(ids))
    if not wanted or len(wanted) > AT_ONCE:
        raise AssignmentRefused("Hãy chọn từ 1 đến 50 dòng để giao.")
    if due_on is not None and due_on < clock.today():
        raise AssignmentRefused("Hạn phải từ hôm nay. Hãy sửa ngày.")
    # Who gives the same row at the same time waits here, and then finds it given.
    rows: dict[int, Any] = {}
    model: Any = OcopProduct if subject is PRODUCTS else Household
    for row in model.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",)):
        rows[row.pk] = row
    missing = set(worklist(subject, by, clock.today()).filter(pk__in=wanted).values_list("pk", flat=True))
    if set(rows) != set(wanted) or not set(wanted) <= missing:
        raise AssignmentRefused("Có dòng không còn trong danh sách này. Hãy mở lại trang và chọn lại.")
    if any(not _is_of(subject, row, team) for row in rows.values()):
        raise AssignmentRefused(f"Chỉ giao được cho {team.name} các dòng ở {team.commune}. Hãy bỏ các dòng ở nơi khác.")
    taken = set(
        Assignment.objects.filter(**{f"{subject.name}__in": wanted}, ended_at__isnull=True).values_list(
            f"{subject.name}_id", flat=True
        )
    )
    free = [pk for pk in wanted if pk not in taken]
    for pk in free:
        made = Assignment.objects.create(
            **{f"{subject.name}_id": pk},
            team=team,
            note=squeeze(note)[:MAX_NOTE],
            due_on=due_on,
            assigned_by_id=by.user_id,
            assigned_at=clock.now(),
        )
        _note("assignment.made", made, team.commune.code, by.user_id, {"tổ": ("", team.name)})
    return len(free)


@transaction.atomic
def end_assignment(*, assignment_id: int, by: Viewer) -> None:
    """Take a row back from its team; ended already: stays as it is. It can be given again. Raises PermissionError."""
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("team", "team__commune")
    found = rows.filter(pk=assignment_id).first()
    if found is None or by.user_id is None or not by.covers(found.team.commune, *OFFICERS):
        raise PermissionError
    if found.ended_at is None:
        found.ended_by_id = by.user_id
        _end(found, BY_HAND, by.user_id)


def end_done() -> int:
    """The hourly job: end what is no longer missing; returns how many."""
    ended = 0
    for subject in (PRODUCTS, HOUSEHOLDS):
        with transaction.atomic():
            still = is_missing(subject, clock.today()).values("pk")
            rows = Assignment.objects.filter(ended_at__isnull=True, **{f"{subject.name}__isnull": False})
            done = rows.exclude(**{f"{subject.name}__in": still}).select_related("team", "team__commune")
            for each in done.order_by("pk").select_for_update(of=("self",)):
                _end(each, DONE, None)
                ended += 1
    return ended


def _end(found: Assignment, reason: str, actor_id: int | None) -> None:
    found.ended_at, found.end_reason = clock.now(), reason
    found.save(update_fields=["ended_at", "end_reason", "ended_by"])
    _note("assignment.ended", found, found.team.commune.code, actor_id, {"tổ": (found.team.name, "")})


def _is_of(subject: Subject, row: Any, team: Team) -> bool:
    """A product known only by its province may go to any team of it."""
    if subject is PRODUCTS:
        return row.unit_id in (team.commune_id, team.commune.parent_id)
    return bool(row.commune_id == team.commune_id)


def _note(
    word: str, found: Assignment, unit_code: str, actor_id: int | None, changes: dict[str, tuple[str, str]]
) -> None:
    record(word, actor_id=actor_id, object_label=f"assignment:{found.pk}", unit_code=unit_code, changes=changes)
