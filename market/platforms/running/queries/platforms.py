"""The platforms, and what was changed about each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from core.audit.models import AuditEntry
from core.audit.registry import action_label
from core.people.queries import users_named
from onboarding.accounts.models import Platform


@dataclass(frozen=True)
class Change:
    """One change of a platform: who did what when, and for every value (name, before, after)."""

    at: datetime
    who: str
    what: str
    values: tuple[tuple[str, str, str], ...]


def known_platforms() -> QuerySet[Platform]:
    """All platforms, targets first, with how many accounts are open on each (`account_count`); one query."""
    is_open = Q(accounts__closed_on__isnull=True)
    rows = Platform.objects.select_related("successor", "connection")
    return rows.annotate(account_count=Count("accounts", filter=is_open)).order_by("-counts_for_target", "name")


def phase(platform: Platform, on: date) -> tuple[str, str]:
    """(kind of the design system, words) for what a platform is on a day."""
    if platform.valid_to and platform.valid_to <= on:
        return "info", f"Đã ngừng từ ngày {platform.valid_to:%d/%m/%Y}."
    if platform.valid_from and platform.valid_from > on:
        return "wait", f"Mở từ ngày {platform.valid_from:%d/%m/%Y}."
    if platform.valid_to:
        return "warn", f"Đang hoạt động, sẽ ngừng từ ngày {platform.valid_to:%d/%m/%Y}."
    return "good", "Đang hoạt động."


def entries_about_platform(code: str) -> QuerySet[AuditEntry]:
    """The trail of one platform's own data, newest first."""
    words = ("platform.added", "platform.changed")
    rows = AuditEntry.objects.filter(object_label=f"platform:{code}", action__in=words)
    return rows.select_related("detail").order_by("-pk")


def changes_of(entries: list[AuditEntry]) -> list[Change]:
    """These entries in words; one query. A platform's data is nobody's personal data, so looking at it leaves no entry."""
    people = users_named(entry.actor_id for entry in entries if entry.actor_id)
    return [
        Change(entry.at, people.get(entry.actor_id or 0, "hệ thống"), action_label(entry.action), _values(entry))
        for entry in entries
    ]


def _values(entry: AuditEntry) -> tuple[tuple[str, str, str], ...]:
    detail = getattr(entry, "detail", None)
    told = json.loads(detail.text) if detail else {}
    return tuple((name, before, after) for name, (before, after) in told.items())
