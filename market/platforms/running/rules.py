"""Who runs the platforms, and what a connection needs."""

from __future__ import annotations

from core.people.models import Role
from core.people.queries import Viewer
from market.platforms.contract import (
    AdapterKind,
    ApiAdapter,
    AuthWay,
    PlatformAdapter,
    Unsupported,
    adapter_for,
    software_of,
)
from market.platforms.engine.documents import settings_of
from market.platforms.models import Connection

LONG_ENOUGH_FOR_A_TAIL = 12


def can_run(viewer: Viewer) -> bool:
    """Whether this person looks after connections and queues."""
    return viewer.is_system or viewer.has_role(Role.PLATFORM_OPERATOR)


def adapter_of(connection: Connection) -> PlatformAdapter | None:
    """The adapter of a connection; None when this version does not know it."""
    try:
        return adapter_for(connection.adapter)
    except Unsupported:
        return None


def may_be_chosen_anew(connection: Connection) -> bool:
    """Whether another software may still be chosen for a platform: a person chose the first, and it was never opened."""
    return bool(software_of(connection.adapter)) and connection.authorised_at is None


def asked_for(connection: Connection) -> dict[str, str]:
    """What a person types in to authorise: name → label; empty where nothing has to be typed."""
    adapter = adapter_of(connection)
    if not isinstance(adapter, ApiAdapter):
        return {}
    return dict(adapter.credential_names)


def auth_way(connection: Connection) -> AuthWay:
    """How a connection proves who we are."""
    adapter = adapter_of(connection)
    return adapter.capabilities(settings_of(connection)).auth if adapter else AuthWay.NONE


def is_by_sheets(connection: Connection) -> bool:
    """Whether a person carries sheets: no pace, no key, no breaker."""
    adapter = adapter_of(connection)
    return adapter is not None and adapter.capabilities(settings_of(connection)).kind is AdapterKind.FILE
