"""Who may handle money, and from when on it takes two."""

from __future__ import annotations

from django.conf import settings

from core.people.models import Role
from core.people.queries import Viewer


def may_handle_money(viewer: Viewer) -> bool:
    """The accountant, and the product itself."""
    return viewer.is_system or viewer.has_role(Role.ACCOUNTANT)


def may_see_money(viewer: Viewer) -> bool:
    """Who handles money, and an auditor of the whole country, who reads only."""
    return may_handle_money(viewer) or viewer.sees_everything(Role.AUDITOR)


def takes_two(amount: int) -> bool:
    """Whether giving back this many đồng needs a second person."""
    return amount > int(settings.REFUND_ALONE_UP_TO)
