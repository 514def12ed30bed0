"""What every page knows: the demo mark, whether goods are sold here, the basket, and where the person may go."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.desk.registry import section_tabs
from core.messages.queries import unread_count
from core.people.models import Role
from core.people.queries import STAFF_ROLES, Viewer, viewer_of
from market.orders.basket import basket_size
from onboarding.producers.queries import acted_for

_PLACES: list[tuple[str, str, tuple[str, ...]]] = [
    ("Đi thực địa", "/thuc-dia/", (Role.TEAM_LEAD, Role.TEAM_MEMBER)),
    ("Bảng số liệu", "/bang/", (Role.NATIONAL, Role.PROVINCE, Role.COMMUNE, Role.AUDITOR)),
    ("Bàn việc của xã", "/xa/", (Role.COMMUNE, Role.TEAM_LEAD, Role.PROVINCE)),
    ("Bàn việc", "/ban-viec/", (*STAFF_ROLES, Role.PLATFORM_OPERATOR)),
    ("Bàn việc của sàn", "/san/", (Role.PLATFORM_OPERATOR,)),
    ("Kế toán", "/ke-toan/", (Role.ACCOUNTANT,)),
    ("Xác nhận liên kết", "/san/xac-nhan/", (Role.PROVINCE, Role.COMMUNE)),
]


def page(request: HttpRequest) -> dict[str, Any]:
    """The context processor; costs a signed-in person one query and one for the number of unread messages, others none."""
    viewer = viewer_of(request)
    return {
        "demo": settings.DEMO,
        "selling": settings.SELLING == "direct",
        "basket_count": basket_size(request.session) if hasattr(request, "session") else 0,
        "places": places_of(viewer, request.path),
        # Only where something is done for a seller; there it costs a query or two.
        "acted_for": acted_for(viewer) if request.path.startswith("/nguoi-ban/") else None,
        "desk_items": section_tabs(viewer, request.path),
        "letters": SimpleLazyObject(lambda: unread_count(viewer)),  # asked only by pages that show it
    }


def places_of(viewer: Viewer, path: str = "") -> list[dict[str, Any]]:
    """The main places that this person may open."""
    found = [(label, url) for label, url, roles in _PLACES if viewer.has_role(*roles)]
    if viewer.is_signed_in and (viewer.is_operator or not found):
        found.insert(0, ("Gian hàng của tôi", "/nguoi-ban/"))
    return [{"label": label, "url": url, "current": path.startswith(url)} for label, url in found]
