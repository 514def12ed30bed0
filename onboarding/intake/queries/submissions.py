"""Submissions: who may see them, what came of those in a sealed file."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from core.kit import clock
from core.people.grants.rules import TEAM_ROLES
from core.people.models import Grant
from core.people.queries import Viewer
from core.places.models import Hamlet, Unit, UnitLink, in_force
from onboarding.households.models import Household
from onboarding.households.rules import desk_area
from onboarding.intake.models import IntakeRecord, RecordKind, Submission, SubmissionState
from onboarding.intake.rules import FORCE_AFTER, SENDERS

_CLOCKS_DIFFER = timedelta(days=7)
_AT_ONCE = 2000


def submission_by_id(submission_id: uuid.UUID) -> Submission | None:
    """The submission that came first under this id."""
    return Submission.objects.select_related("outcome").filter(submission_id=submission_id).first()


def submissions_of(viewer: Viewer, ids: Sequence[uuid.UUID]) -> list[Submission]:
    """Those of these ids that this person entered or brought."""
    mine = Q(entered_by=viewer.user_id or 0) | Q(received_by=viewer.user_id or 0)
    return list(Submission.objects.filter(mine, submission_id__in=ids).select_related("outcome").order_by("pk"))


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


def brought_in_file(viewer: Viewer, device_id: uuid.UUID, since: datetime) -> QuerySet[Submission]:
    """What this person brought in sealed files of the device since that moment (UTC)."""
    by_file = (Submission.Via.FILE, Submission.Via.BARE)
    mine = Submission.objects.filter(via__in=by_file, received_by=viewer.user_id or 0)
    return mine.filter(device_id=device_id, received_at__gte=since)


def households_of(viewer: Viewer, submissions: QuerySet[Submission]) -> QuerySet[Household]:
    """The households of this viewer's desk that these submissions made or changed."""
    written = submissions.filter(kind=RecordKind.HOUSEHOLD, outcome__state=SubmissionState.State.APPLIED)
    records = IntakeRecord.objects.filter(record_id__in=written.order_by().values("record_id"))
    rows = Household.objects.filter(desk_area(viewer), pk__in=records.values("household"))
    return rows.select_related("hamlet").order_by("head_name", "pk")


def records_waiting(*, untouched_since: datetime) -> list[uuid.UUID]:
    """Records with something that nobody has looked at since it came, or that has waited long enough to be forced."""
    waiting = Submission.objects.filter(outcome__state=SubmissionState.State.WAITING)
    forgotten = waiting.filter(outcome__reason="", outcome__waiting_since__lte=untouched_since)
    overdue = waiting.filter(outcome__waiting_since__lte=clock.now() - FORCE_AFTER)
    return list((forgotten | overdue).order_by().values_list("record_id", flat=True).distinct()[:_AT_ONCE])


def records_untouched(device_id: uuid.UUID) -> list[uuid.UUID]:
    """Records with something from this device that nobody has looked at since it came, in the order in which it came."""
    rows = Submission.objects.filter(
        device_id=device_id, outcome__state=SubmissionState.State.WAITING, outcome__reason=""
    )
    return list(dict.fromkeys(rows.order_by("pk").values_list("record_id", flat=True)[:_AT_ONCE]))
