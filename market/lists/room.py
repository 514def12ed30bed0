"""The shop's own place for lists of goods."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse

from core.imports.rooms import Room, View
from core.people.queries import viewer_of
from core.people.views import signed_in
from market.lists.kind import GoodsKind
from market.lists.queries import holder_of
from market.shops.navigation import seller_places


def in_own_shop(view: View) -> View:
    """Only for people who work in a shop; for others there is nothing here."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if holder_of(viewer_of(request)) is None:
            raise Http404
        return view(request, *args, **kwargs)

    return signed_in(guarded)


def _around() -> dict[str, Any]:
    return {
        "space_items": seller_places("seller_listings"),
        "downloads": [
            (reverse("seller_goods_sheet"), "Tải bảng sản phẩm đang có"),
            (reverse("seller_goods_template"), "Tải bảng trống có ví dụ"),
        ],
    }


ROOM = Room(
    prefix="seller_import",
    address="nguoi-ban/san-pham/nhap/",
    layout="parts/space_producer.html",
    door=in_own_shop,
    lead="Tải bảng sản phẩm về, sửa trong Excel, rồi gửi lại. Xem trước từng dòng, rồi mới ghi.",
    kind=GoodsKind.code,
    holder=holder_of,
    shown=_around,
)
