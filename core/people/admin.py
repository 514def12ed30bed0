"""Staff screens that only show; changes go through actions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.audit.models import AuditEntry
from core.jobs.models import Schedule, WorkerBeat
from core.people.models import Grant
from core.places.models import Unit


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """A table to look at: nothing can be added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Unit)
class UnitAdmin(ReadOnlyAdmin):
    list_display = ("code", "kind", "name", "level", "valid_from", "valid_to", "parent")
    list_filter = ("level", "kind")
    list_select_related = ("parent",)
    search_fields = ("code", "name", "folded_name")


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    list_display = ("user", "role", "unit", "hamlet", "valid_from", "valid_to", "given_by", "ended_by")
    list_filter = ("role",)
    list_select_related = ("user", "unit", "hamlet", "given_by", "ended_by")


@admin.register(AuditEntry)
class AuditAdmin(ReadOnlyAdmin):
    list_display = ("at", "action", "object_label", "actor_id", "via", "unit_code")
    list_filter = ("action", "via")
    date_hierarchy = "at"


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    list_display = ("name", "next_run_at", "last_run_at", "last_error")


@admin.register(WorkerBeat)
class WorkerBeatAdmin(ReadOnlyAdmin):
    list_display = ("worker", "seen_at")
