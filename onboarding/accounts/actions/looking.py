"""How long a look at a page lasts, and on which platforms our robot may look: dated settings that an operator enters."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from core.audit.actions import record
from core.kit.text import squeeze
from core.people.queries import Viewer
from onboarding.accounts.actions.refusals import AccountRefused
from onboarding.accounts.models import Platform, RobotPermission, SeenWithin
from onboarding.accounts.rules import can_set_looking

LONGEST = 366  # days


@transaction.atomic
def set_seen_within(*, platform: Platform | None, since: date, days: int, by: Viewer) -> SeenWithin:
    """From `since` on, a page of the platform (None: of every platform without a line of its own) counts as live for `days`
    days (1 to 366) after it was seen. A line of the same day is replaced. Raises PermissionError, AccountRefused."""
    if not can_set_looking(by):
        raise PermissionError
    if not 1 <= days <= LONGEST:
        raise AccountRefused(f"Số ngày phải từ 1 đến {LONGEST}. Hãy sửa số ngày.")
    line, _ = SeenWithin.objects.update_or_create(
        platform=platform, since=since, defaults={"days": days, "entered_by_id": by.user_id}
    )
    name = platform.name if platform else "mọi sàn"
    record(
        "platform.seen_within_set",
        actor_id=by.user_id,
        object_label=f"platform:{platform.pk}" if platform else "platform:0",
        changes={f"{name}, từ {since:%d/%m/%Y}": ("", f"{days} ngày")},
    )
    return line


@transaction.atomic
def set_robots_may_look(
    *, platform: Platform, since: date, is_granted: bool, ground: str, by: Viewer
) -> RobotPermission:
    """From `since` on, our robot may look at the public pages of the platform, or may not, for a `ground` people can read
    (which terms say so, who allowed it). A line of the same day is replaced. Raises PermissionError, AccountRefused."""
    if not can_set_looking(by):
        raise PermissionError
    if not squeeze(ground):
        raise AccountRefused("Hãy ghi căn cứ: điều khoản nào của sàn, hoặc ai đã cho phép.")
    line, _ = RobotPermission.objects.update_or_create(
        platform=platform,
        since=since,
        defaults={"is_granted": is_granted, "ground": squeeze(ground)[:200], "entered_by_id": by.user_id},
    )
    words = "được xem trang" if is_granted else "không được xem trang"
    record(
        "platform.robots_set",
        actor_id=by.user_id,
        object_label=f"platform:{platform.pk}",
        changes={f"máy xem trang, từ {since:%d/%m/%Y}": ("", f"{words}. {line.ground}")},
    )
    return line
