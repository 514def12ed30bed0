"""What somebody must decide."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from core.desk.registry import Todo
from core.people.queries import Viewer
from onboarding.intake.models import IntakeIssue
from onboarding.intake.rules import OFFICERS


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
