"""Staff screens that only show."""

from __future__ import annotations

from django.contrib import admin

from core.people.admin import ReadOnlyAdmin
from onboarding.accounts.models import Observation, Platform


@admin.register(Platform)
class PlatformAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "operator", "counts_for_target", "is_simulation", "valid_from", "valid_to")


@admin.register(Observation)
class ObservationAdmin(ReadOnlyAdmin):
    list_display = ("at", "link", "result", "observer", "observed_by", "seen_title")
    list_filter = ("result", "observer")
    list_select_related = ("link", "observed_by")
