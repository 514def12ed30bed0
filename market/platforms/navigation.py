"""The tabs of the platform desk: one list for all its pages."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.people.models import Role
from core.people.queries import Viewer

_FOR_OPERATORS = (
    (_("Tệp gửi và kết quả"), "platform_desk"),
    (_("Kết nối"), "platform_connections"),
    (_("Tin bị dừng"), "platform_dead"),
    (_("Lệch với sàn"), "platform_drifts"),
    (_("Đơn trên sàn"), "platform_orders"),
    (_("Các sàn"), "platforms"),
)
_FOR_CONFIRMERS = ((_("Xác nhận liên kết"), "platform_confirm"),)


def desk_tabs(current: str, viewer: Viewer) -> list[dict[str, object]]:
    """The tabs this person may open; `current` is the name of the page's own address, or of the one above it."""
    names = (*(_FOR_OPERATORS if viewer.has_role(Role.PLATFORM_OPERATOR) else ()), *_FOR_CONFIRMERS)
    return [{"label": str(label), "url": reverse(name), "current": name == current} for label, name in names]
