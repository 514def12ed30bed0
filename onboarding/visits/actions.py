"""Writing down what teams did. Whoever calls has asked whether this person may write in this hamlet."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import Viewer
from core.places.events import MapTurned
from core.places.models import Hamlet
from onboarding.households.models import Household
from onboarding.teams.queries import team_of_member
from onboarding.visits.events import VisitsChanged
from onboarding.visits.models import Attendance, Topic, TrainingSession, Visit

MOST_OTHERS = 2000
VISIT_FACTS = ("household", "visited_at", "taught", "note")
SESSION_FACTS = ("held_at", "topics", "households", "others", "note")


class VisitRefused(ValueError):
    """What was written makes no sense; the message is a Vietnamese sentence."""


@transaction.atomic
def log_visit(
    *,
    record_id: uuid.UUID,
    hamlet: Hamlet,
    household: Household | None,
    by: Viewer,
    visited_at: datetime,
    received_at: datetime,
    taught: Iterable[str],
    note: str,
) -> Visit:
    """Store a visit to a household, or (None) in the hamlet. The same `record_id` again changes nothing.

    `taught` are codes of `Topic`; the team is the one of the visitor that looked after the hamlet that day.
    A device clock that runs ahead counts as the moment of arrival. Raises VisitRefused.
    """
    known = Visit.objects.filter(record_id=record_id).first()
    if known is not None:
        return known
    moment = min(visited_at, received_at)
    visit = Visit(
        record_id=record_id,
        hamlet=hamlet,
        commune_id=hamlet.commune_id,
        household=household,
        team=team_of_member(_somebody(by), hamlet, clock.day_of(moment)),
        visited_by_id=_somebody(by),
        visited_at=moment,
        received_at=received_at,
        taught=_topics(taught),
        note=note.strip(),
    )
    try:
        with transaction.atomic():
            visit.save()
    except IntegrityError:
        # The same record arrived twice at once: the unique record id let only one through.
        return Visit.objects.get(record_id=record_id)
    _note("visit.logged", f"visit:{visit.pk}", hamlet, by)
    return visit


@transaction.atomic
def change_visit(*, visit: Visit, changes: Mapping[str, Any], by: Viewer) -> Visit:
    """Write what really differs of VISIT_FACTS; nothing different: nothing written. Raises VisitRefused."""
    _only_known(changes, VISIT_FACTS)
    visit = Visit.objects.select_for_update(of=("self",)).select_related("hamlet__commune").get(pk=visit.pk)
    values = dict(changes)
    if "taught" in values:
        values["taught"] = _topics(values["taught"])
    if "visited_at" in values:
        values["visited_at"] = min(values["visited_at"], visit.received_at)
    if _set(visit, values):
        if "visited_at" in values:
            visit.team = team_of_member(visit.visited_by_id, visit.hamlet, clock.day_of(visit.visited_at))
        visit.save()
        _note("visit.changed", f"visit:{visit.pk}", visit.hamlet, by)
    return visit


@transaction.atomic
def log_session(
    *,
    record_id: uuid.UUID,
    hamlet: Hamlet,
    held_at: datetime,
    received_at: datetime,
    topics: Iterable[str],
    households: Collection[Household],
    others: int,
    note: str,
    by: Viewer,
) -> TrainingSession:
    """Store a training session with the households that came and how many `others`. The same `record_id` again changes
    nothing. Raises VisitRefused."""
    known = TrainingSession.objects.filter(record_id=record_id).first()
    if known is not None:
        return known
    moment = min(held_at, received_at)
    session = TrainingSession(
        record_id=record_id,
        hamlet=hamlet,
        commune_id=hamlet.commune_id,
        team=team_of_member(_somebody(by), hamlet, clock.day_of(moment)),
        led_by_id=_somebody(by),
        held_at=moment,
        received_at=received_at,
        topics=_topics(topics),
        note=note.strip(),
    )
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError:
        return TrainingSession.objects.get(record_id=record_id)
    _write_attendance(session, {household.pk for household in households}, others)
    _note("session.logged", f"training_session:{session.pk}", hamlet, by)
    return session


@transaction.atomic
def change_session(*, session: TrainingSession, changes: Mapping[str, Any], by: Viewer) -> TrainingSession:
    """Write what really differs of SESSION_FACTS; nothing different: nothing written. Raises VisitRefused."""
    _only_known(changes, SESSION_FACTS)
    rows = TrainingSession.objects.select_for_update(of=("self",)).select_related("hamlet__commune")
    session = rows.get(pk=session.pk)
    values = {name: value for name, value in changes.items() if name not in {"households", "others"}}
    if "topics" in values:
        values["topics"] = _topics(values["topics"])
    if "held_at" in values:
        values["held_at"] = min(values["held_at"], session.received_at)
    came, others = attendance_of(session)
    now_came = {household.pk for household in changes["households"]} if "households" in changes else came
    now_others = changes.get("others", others)
    differs = (now_came, now_others) != (came, others)
    if differs:
        _write_attendance(session, now_came, now_others)
    if _set(session, values) or differs:
        if "held_at" in values:
            session.team = team_of_member(session.led_by_id, session.hamlet, clock.day_of(session.held_at))
        session.save()
        _note("session.changed", f"training_session:{session.pk}", session.hamlet, by)
    return session


def attendance_of(session: TrainingSession) -> tuple[set[int], int]:
    """The ids of the households that came, and how many others."""
    came, others = set(), 0
    for household_id, number in session.attendance.values_list("household_id", "others"):
        if household_id is None:
            others += number
        else:
            came.add(household_id)
    return came, others


def follow_map(event: MapTurned) -> None:
    """Visits and sessions stay with the hamlet in which they were, under what that hamlet became."""
    for table in (Visit, TrainingSession):
        rows = table._default_manager
        for old_id, new_id in event.new_hamlet_ids().items():
            rows.filter(hamlet_id=old_id).update(hamlet_id=new_id)
        for old_id, new_id in event.new_unit_ids().items():
            rows.filter(commune_id=old_id).update(commune_id=new_id)
        moved = rows.filter(hamlet_id__in=event.new_hamlet_ids().values()).filter(~Q(commune=F("hamlet__commune")))
        for row in moved.select_related("hamlet"):
            rows.filter(pk=row.pk).update(commune_id=row.hamlet.commune_id)


def _somebody(by: Viewer) -> int:
    if by.user_id is None:
        raise VisitRefused("Lượt đến nhà phải có người thực hiện.")
    return by.user_id


def _topics(codes: Iterable[str]) -> list[str]:
    """Each once, in the order of `Topic`."""
    wanted = set(codes)
    if wanted - set(Topic.values):
        raise VisitRefused("Có nội dung hướng dẫn không nằm trong danh sách. Hãy chọn lại.")
    return [code for code in Topic.values if code in wanted]


def _write_attendance(session: TrainingSession, came: Collection[int], others: int) -> None:
    if not 0 <= others <= MOST_OTHERS:
        raise VisitRefused(f"Số người khác đến dự phải từ 0 đến {MOST_OTHERS}. Hãy ghi lại.")
    session.attendance.all().delete()
    rows = [Attendance(session=session, household_id=pk) for pk in sorted(came)]
    Attendance.objects.bulk_create(rows + ([Attendance(session=session, others=others)] if others else []))


def _only_known(changes: Mapping[str, Any], known: Collection[str]) -> None:
    unknown = sorted(set(changes) - set(known))
    if unknown:
        raise VisitRefused(f"Không sửa được: {', '.join(unknown)}.")


def _set(row: Visit | TrainingSession, values: Mapping[str, Any]) -> bool:
    """Set what differs; whether anything did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def _note(word: str, label: str, hamlet: Hamlet, by: Viewer) -> None:
    record(word, actor_id=by.user_id, object_label=label, unit_code=hamlet.commune.code)
    emit(VisitsChanged(hamlet.commune_id))
