"""The tabs on top of the boards' pages, from this slice up."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

PAPERS = "/bang/giay/"


def board_tabs(request: HttpRequest) -> list[dict[str, object]]:
    """The tabs of the boards; the longest address that fits the page is the current one."""
    names = [
        (_("Tỷ lệ"), "board"),
        (_("Ai còn thiếu"), "board_work"),
        (_("Sản phẩm OCOP"), "board_products"),
        (_("Giấy chờ xác nhận"), "board_entries"),
        (_("Giấy đến kỳ"), "board_renewals"),
        (_("Mẫu số hộ"), "frames"),
        (_("Chốt số"), "snapshots"),
        (_("Kiểm tra lại"), "rechecks"),
        (_("Báo cáo"), "official_reports"),
        (_("Chỉ tiêu"), "targets"),
        (_("Danh mục nhập tay"), "catalogue"),
        (_("Bộ tiêu chí"), "board_rulebooks"),
    ]
    tabs: list[dict[str, object]] = [{"label": label, "url": reverse(name)} for label, name in names]
    # Everything about papers stands beside the list of those that wait.
    waiting = reverse("board_entries")
    path = waiting if request.path.startswith(PAPERS) else request.path
    fitting = [str(tab["url"]) for tab in tabs if path.startswith(str(tab["url"]))]
    return [tab | {"current": tab["url"] == max(fitting, key=len, default="")} for tab in tabs]
