"""What came from each device today."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Count, Min, Q

from core.kit import clock
from core.people.models import Role, User
from core.people.queries import Viewer
from onboarding.intake.models import IntakeIssue, Submission, SubmissionState
from onboarding.intake.queries.devices import devices_visible_to
from onboarding.intake.queries.submissions import sent_in_area
from onboarding.intake.rules import OFFICERS


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
