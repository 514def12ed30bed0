"""Renewing what opens a connection, and stopping one that the platform refuses."""

from __future__ import annotations

import json
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from core.audit.actions import record
from core.kit import clock
from market.platforms.contract import ApiAdapter, AuthRevoked, PlatformFailure, ShopSuspended, adapter_for
from market.platforms.engine.documents import settings_of
from market.platforms.models import Connection, Flow

REFRESH_LEASE = timedelta(minutes=1)


def refresh(connection: Connection) -> Connection | None:
    """New credentials for a connection whose token ran out. Of all workers one asks the platform, the others find what it
    saved. None: somebody else is at it; look again in a moment. Raises PlatformFailure (AuthRevoked: stopped for good)."""
    fresh = Connection.objects.select_related("platform").get(pk=connection.pk)
    if fresh.credentials != connection.credentials:
        return fresh
    adapter = adapter_for(fresh.adapter)
    if not isinstance(adapter, ApiAdapter) or not adapter.capabilities(settings_of(fresh)).refreshes:
        raise AuthRevoked("the token ran out and cannot be renewed")
    now = clock.now()
    free = Q(refreshing_until__isnull=True) | Q(refreshing_until__lt=now)
    flow = Flow.objects.filter(free, connection=fresh)
    if not flow.update(refreshing_until=now + REFRESH_LEASE):
        return None
    try:
        # Whoever held the lease before us may have saved between our look and our turn.
        fresh = Connection.objects.select_related("platform").get(pk=connection.pk)
        if fresh.credentials == connection.credentials:
            renewed = adapter.refresh_auth(settings_of(fresh))
            # The old ones may be worth nothing from now on: saved in a commit of its own before anything uses the new.
            fresh.credentials, fresh.authorised_until = json.dumps(dict(renewed.values)), renewed.valid_until
            fresh.save(update_fields=["credentials", "authorised_until"])
    finally:
        Flow.objects.filter(connection=fresh).update(refreshing_until=None)
    return fresh


@transaction.atomic
def stop(connection: Connection, failure: PlatformFailure) -> None:
    """The platform refuses the key or the shop: nothing more is sent until a person has authorised anew. Once."""
    kind = Connection.Stopped.SHOP if isinstance(failure, ShopSuspended) else Connection.Stopped.KEY
    changed = Connection.objects.filter(pk=connection.pk, stopped="").exclude(
        # Somebody authorised anew while the old key was still being refused.
        ~Q(authorised_at=connection.authorised_at) if connection.authorised_at else Q(authorised_at__isnull=False)
    )
    if changed.update(stopped=kind, stopped_at=clock.now()):
        record(
            "connection.stopped",
            actor_id=None,
            object_label=f"connection:{connection.pk}",
            changes={"vì": ("", str(kind.label))},
        )
