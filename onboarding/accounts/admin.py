"""Staff screens that only show."""

from __future__ import annotations

from django.contrib import admin

from core.people.admin import ReadOnlyAdmin
from onboarding.accounts.models import Observation, Platform, RobotPermission, SeenWithin


@admin.register(Platform)
class PlatformAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "operator", "counts_for_target", "is_simulation", "valid_from", "valid_to")


@admin.register(Observation)
class ObservationAdmin(ReadOnlyAdmin):
    list_display = ("at", "link", "result", "observer", "observed_by", "robot", "reason", "seen_title")
    list_filter = ("result", "observer", "reason")
    list_select_related = ("link", "observed_by")


@admin.register(SeenWithin)
class SeenWithinAdmin(ReadOnlyAdmin):
    list_display = ("since", "platform", "days", "entered_by")
    list_select_related = ("platform", "entered_by")


@admin.register(RobotPermission)
class RobotPermissionAdmin(ReadOnlyAdmin):
    list_display = ("since", "platform", "is_granted", "ground", "entered_by")
    list_select_related = ("platform", "entered_by")
