"""A province that was counted on 31/10/2026, and the days after."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import time_machine

from core.kit.clock import start_of
from core.people.models import User
from ocop.presence.models import PresenceLink
from ocop.rechecks.actions.drawing import draw_due
from ocop.rechecks.models import RecheckDraw, RecheckPage
from ocop.snapshots.actions import freeze
from ocop.snapshots.models import Snapshot
from onboarding.accounts.models import Observation, OutsideLink
from tests.ocop.conftest import Land, viewer

ON = date(2026, 10, 31)


def day(number: int, hour: int = 12) -> datetime:
    """An hour (Vietnam) of the day so many days after the count."""
    return (start_of(ON + timedelta(days=number)) + timedelta(hours=hour)).astimezone(UTC)


def at(number: int, hour: int = 12) -> time_machine.travel:
    """It is that day."""
    return time_machine.travel(day(number, hour), tick=False)


def counted(land: Land, by: User) -> Snapshot:
    """The province's snapshot, frozen the day after."""
    PresenceLink.objects.update(linked_at=day(0))
    with at(1):
        return freeze(unit=land.lam_dong, on=ON, by=viewer(by))


def drew(indicator: str = "I1", *, on_day: int = 7) -> RecheckDraw:
    """What was drawn of an indicator on day 7."""
    with at(on_day, 0):
        draw_due()
    return RecheckDraw.objects.get(indicator=indicator)


def page_of(draw: RecheckDraw) -> RecheckPage:
    """The only page of a draw of one."""
    return RecheckPage.objects.select_related("item__draw", "link", "account").get(item__draw=draw)


def seen(
    link: OutsideLink,
    moment: datetime,
    result: str = "live",
    *,
    by: User | None = None,
    title: str = "",
    reason: str = "",
) -> Observation:
    """A person (or our robot) looked at a page."""
    return Observation.objects.create(
        link=link,
        at=moment,
        observer="person" if by else "robot",
        observed_by=by,
        robot="" if by else "LenSan/1",
        result=result,
        seen_title=title,
        reason=reason,
        evidence_hash="0" * 64,
    )
