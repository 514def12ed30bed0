"""Reading what devices sent."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.people.grants.rules import TEAM_ROLES
from core.people.models import Grant, Role, User
from core.people.queries import Viewer
from core.places.models import Hamlet, Unit, UnitLink, in_force
from onboarding.intake.models import FieldDevice, IntakeIssue, Submission, SubmissionState
from onboarding.intake.rules import OFFICERS, SENDERS

_CLOCKS_DIFFER = timedelta(days=7)


def submission_by_id(submission_id: uuid.UUID) -> Submission | None:
    """The submission that came first under this id."""
    return Submission.objects.select_related("outcome").filter(submission_id=submission_id).first()


def submissions_of(viewer: Viewer, ids: Sequence[uuid.UUID]) -> list[Submission]:
    """Those of these ids that this person entered or brought."""
    mine = Q(entered_by=viewer.user_id or 0) | Q(received_by=viewer.user_id or 0)
    return list(Submission.objects.filter(mine, submission_id__in=ids).select_related("outcome").order_by("pk"))


def device_is_locked(device_id: uuid.UUID) -> bool:
    """Whether the device was reported lost, by whomever it was used."""
    return FieldDevice.objects.filter(device_id=device_id, locked_at__isnull=False).exists()


def people_of_device(device_id: uuid.UUID) -> set[int]:
    """The ids of those who enrolled their app on the device."""
    return set(FieldDevice.objects.filter(device_id=device_id).values_list("user_id", flat=True))


def could_write_then(user_id: int, hamlet: Hamlet, number_then: int, at: datetime) -> bool:
    """Whether this person may write in the hamlet today, or might around that moment (a device's clock is often wrong by
    days). `number_then` is the hamlet's number as the device knew it."""
    day = at.astimezone(clock.VIETNAM).date()
    then = Q(valid_from__lte=day + _CLOCKS_DIFFER) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day - _CLOCKS_DIFFER))
    communes = Hamlet.objects.filter(pk__in=[hamlet.pk, number_then]).values_list("commune_id", "commune__parent_id")
    units = {unit for pair in communes for unit in pair if unit is not None}
    whole = Q(role__in=SENDERS, hamlet__isnull=True, unit__in=units)
    one = Q(role__in=TEAM_ROLES, hamlet__in=[hamlet.pk, number_then])
    return Grant.objects.filter(then | in_force(clock.today()), whole | one, user_id=user_id).exists()


def places_of_submissions(communes: Q) -> set[int]:
    """The ids of the ended communes that have become, wholly or in their default part, one of these (a condition over
    Unit): submissions keep the commune they came to. A query for each change of the map that led here, and one."""
    found: set[int] = set()
    links = UnitLink.objects.exclude(kind=UnitLink.Kind.PART).order_by()
    new = set(links.filter(new__in=Unit.objects.filter(communes)).values_list("old_id", flat=True))
    while new - found:
        found |= new
        new = set(links.filter(new__in=new).values_list("old_id", flat=True))
    return found


def sent_in_area(viewer: Viewer, *roles: str) -> Q:
    """The submissions that came to the viewer's area, or to a commune that has become part of it since."""
    area = viewer.area(*roles, unit_field="commune")
    if viewer.sees_everything(*roles):
        return area
    return area | Q(commune__in=places_of_submissions(viewer.units(*roles)))


def devices_visible_to(viewer: Viewer, *roles: str) -> QuerySet[FieldDevice]:
    """The devices of the people who are, or were, in teams in the area of these roles of the viewer (by default those of
    an officer), and of those who sent something from there."""
    held = roles or OFFICERS
    teams = Grant.objects.filter(viewer.area(*held, unit_field="unit"), role__in=TEAM_ROLES)
    sent = Submission.objects.filter(sent_in_area(viewer, *held))
    people = Q(user__in=teams.values("user")) | Q(user__in=sent.values("entered_by"))
    return FieldDevice.objects.filter(people).select_related("user", "locked_by").order_by("-last_contact_at", "pk")


def devices_to_lock(viewer: Viewer) -> QuerySet[FieldDevice]:
    """Those an officer may lock: of people who may send something from the officer's area today; and of people who may
    send nothing anywhere any more, where they were seen last."""
    return devices_visible_to(viewer).filter(
        Q(user__in=_people_of(viewer, SENDERS)) | ~Q(user__in=_in_force(SENDERS).values("user"))
    )


def devices_to_unlock(viewer: Viewer) -> QuerySet[FieldDevice]:
    """Those an officer may open again: of people who may send something from the officer's area today, and those locked by
    an officer of that area."""
    lockers = _people_of(viewer, OFFICERS)
    mine = Q(user__in=_people_of(viewer, SENDERS)) | Q(locked_by__in=lockers) | Q(locked_by=viewer.user_id or 0)
    return devices_visible_to(viewer).filter(mine)


def _in_force(roles: Collection[str]) -> QuerySet[Grant]:
    return Grant.objects.filter(in_force(clock.today()), role__in=roles)


def _people_of(viewer: Viewer, roles: Collection[str]) -> QuerySet[Grant, int]:
    return _in_force(roles).filter(viewer.area(*OFFICERS, unit_field="unit")).values_list("user", flat=True)


def issues_visible_to(viewer: Viewer) -> QuerySet[IntakeIssue]:
    """What somebody must decide, in the area of an officer; the oldest first."""
    area = viewer.area(*OFFICERS, unit_field="commune")
    rows = IntakeIssue.objects.filter(area).select_related(
        "submission__entered_by", "submission__hamlet", "submission__text", "dispute__text", "commune", "decided_by"
    )
    return rows.order_by("opened_at", "pk")


def open_issues(viewer: Viewer) -> QuerySet[IntakeIssue]:
    """Those not decided yet."""
    return issues_visible_to(viewer).filter(decided_at__isnull=True)


@dataclass(frozen=True)
class DeviceDay:
    """One person's device today. `received`, `applied`, `waiting` count today's submissions, `waiting_before` those that
    wait since an earlier day (the oldest came at `waiting_since`, UTC), `conflicts` the open issues of anything it ever sent; `unsent` is what the app last said it still holds, `unsent_since` its oldest (UTC)."""

    device_id: uuid.UUID
    person: User
    received: int
    applied: int
    waiting: int
    waiting_before: int
    waiting_since: datetime | None
    conflicts: int
    unsent: int
    unsent_since: datetime | None
    last_contact: datetime


def intake_today(viewer: Viewer) -> list[DeviceDay]:
    """The devices of this viewer's area with what came from them today in Vietnam and what waits since before, those
    with most unsent first. For
    officers and team leads; a fixed number of queries."""
    roles = (*OFFICERS, Role.TEAM_LEAD)
    devices = list(devices_visible_to(viewer, *roles).filter(wiped_at__isnull=True))
    start = datetime.combine(clock.today(), time(), clock.VIETNAM)
    area = viewer.area(*roles, unit_field="commune")
    of_device = ("device_id", "entered_by")
    state = SubmissionState.State
    everything = Submission.objects.filter(sent_in_area(viewer, *roles)).order_by().values_list(*of_device)
    sent = everything.filter(received_at__gte=start)
    counted = sent.annotate(
        received=Count("pk"),
        applied=Count("pk", filter=Q(outcome__state=state.APPLIED)),
        waiting=Count("pk", filter=Q(outcome__state=state.WAITING)),
    )
    today = {(device, person): tuple(counts) for device, person, *counts in counted}
    left = everything.filter(received_at__lt=start, outcome__state=state.WAITING)
    before = {
        (device, person): (count, since)
        for device, person, count, since in left.annotate(count=Count("pk"), since=Min("received_at"))
    }
    disputed = IntakeIssue.objects.filter(area, decided_at__isnull=True).order_by()
    per_device = disputed.values_list(*(f"submission__{name}" for name in of_device)).annotate(count=Count("pk"))
    conflicts = {(device, person): count for device, person, count in per_device}
    rows = []
    for device in devices:
        key = (device.device_id, device.user_id)
        received, applied, waiting = today.get(key, (0, 0, 0))
        waiting_before, waiting_since = before.get(key, (0, None))
        rows.append(
            DeviceDay(
                device_id=device.device_id,
                person=device.user,
                received=received,
                applied=applied,
                waiting=waiting,
                waiting_before=waiting_before,
                waiting_since=waiting_since,
                conflicts=conflicts.get(key, 0),
                unsent=device.unsent,
                unsent_since=device.unsent_since,
                last_contact=device.last_contact_at,
            )
        )
    return sorted(rows, key=lambda row: (-row.unsent, -row.waiting_before, -row.received))


def todos(viewer: Viewer) -> list[Todo]:
    """That something waits for a decision; one query, none for those who decide nothing."""
    if not viewer.has_role(*OFFICERS):
        return []
    area = viewer.area(*OFFICERS, unit_field="commune")
    count = IntakeIssue.objects.filter(area, decided_at__isnull=True).count()
    if not count:
        return []
    sentence = f"{count} bản ghi thực địa cần bạn quyết."
    return [Todo(sentence, reverse("intake_issues"), "Xem các bản ghi", urgency=3, kind="warn")]
