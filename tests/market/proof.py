"""Proof that a denied call did nothing: every row of the storey and of what it writes below, before and after."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from core.audit.models import AuditEntry
from core.files.models import Photo
from onboarding.accounts.models import Observation, OutsideLink, PlatformAccount
from onboarding.consent.models import Consent

BELOW = [AuditEntry, Photo, Observation, OutsideLink, PlatformAccount, Consent]


def everything() -> dict[str, list[Any]]:
    """All rows that selling may touch, by table."""
    models = [*apps.get_app_config("market").get_models(), *BELOW]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def trail(since: int = 0) -> list[tuple[str, int | None, str]]:
    """The audit trail after this many entries: word, actor, object."""
    return list(AuditEntry.objects.order_by("pk").values_list("action", "actor_id", "object_label"))[since:]
