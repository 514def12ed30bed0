"""Devices: whose they are, who may lock them, the phones of an area."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet

from core.kit import clock
from core.people.grants.rules import TEAM_ROLES
from core.people.models import Grant
from core.people.queries import Viewer
from core.places.models import in_force
from onboarding.intake.models import FieldDevice, Submission
from onboarding.intake.queries.submissions import sent_in_area
from onboarding.intake.rules import OFFICERS, SENDERS


def device_is_locked(device_id: uuid.UUID) -> bool:
    """Whether the device was reported lost, by whomever it was used."""
    return FieldDevice.objects.filter(device_id=device_id, locked_at__isnull=False).exists()


def people_of_device(device_id: uuid.UUID) -> set[int]:
    """The ids of those who enrolled their app on the device."""
    return set(FieldDevice.objects.filter(device_id=device_id).values_list("user_id", flat=True))


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


@dataclass(frozen=True)
class Phone:
    """One phone with those of its people whom the viewer may see, by name. `lock` and `unlock` are a row of it that the
    viewer may lock or unlock, which does it for all; 0 when none."""

    people: list[FieldDevice]
    lock: int
    unlock: int

    @property
    def name(self) -> str:
        """As its app says, by whoever was heard from last."""
        named = [each for each in self.people if each.name]
        return max(named, key=lambda each: each.last_contact_at).name if named else ""

    @property
    def unsent(self) -> int:
        """What it still holds, of all of them, as last said."""
        return sum(each.unsent for each in self.people)

    @property
    def last_contact_at(self) -> datetime:
        """When anybody's app on it was heard from."""
        return max(each.last_contact_at for each in self.people)

    @property
    def locked(self) -> FieldDevice | None:
        """The row that says when and by whom it was locked."""
        return next((each for each in self.people if each.locked_at), None)


def phone_ids(viewer: Viewer) -> QuerySet[Any, Any]:
    """The phones of an officer's area, each once, the one heard from last first: {device_id, last}."""
    each_once = devices_visible_to(viewer).order_by().values("device_id").annotate(last=Max("last_contact_at"))
    return each_once.order_by("-last", "device_id")


def phones_of(viewer: Viewer, device_ids: Collection[uuid.UUID]) -> list[Phone]:
    """These phones in this order, as far as the viewer may see their people; three queries."""
    rows: dict[uuid.UUID, list[FieldDevice]] = {each: [] for each in device_ids}
    for row in devices_visible_to(viewer).filter(device_id__in=rows).order_by("user__full_name", "pk"):
        rows[row.device_id].append(row)
    to_lock, to_unlock = (
        dict(rights(viewer).filter(device_id__in=rows).order_by("-pk").values_list("device_id", "pk"))
        for rights in (devices_to_lock, devices_to_unlock)
    )
    return [Phone(people, to_lock.get(each, 0), to_unlock.get(each, 0)) for each, people in rows.items() if people]


def _in_force(roles: Collection[str]) -> QuerySet[Grant]:
    return Grant.objects.filter(in_force(clock.today()), role__in=roles)


def _people_of(viewer: Viewer, roles: Collection[str]) -> QuerySet[Grant, int]:
    return _in_force(roles).filter(viewer.area(*OFFICERS, unit_field="unit")).values_list("user", flat=True)
