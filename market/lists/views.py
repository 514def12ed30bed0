"""Taking the list of goods out; bringing it back is core.imports."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.kit import clock
from core.kit.sheets import XLSX
from core.people.queries import viewer_of
from market.lists.queries import category_names, listings_for_sheet
from market.lists.room import in_own_shop
from market.lists.sheet import empty_sheet, goods_sheet
from market.shops.queries import shop_of


@require_safe
@in_own_shop
def sheet(request: HttpRequest) -> HttpResponse:
    """All goods of the shop."""
    shop = shop_of(viewer_of(request))
    assert shop is not None  # the door
    content = goods_sheet(listings_for_sheet(shop), category_names())
    return _file(content, f"san-pham-{shop.slug}-{clock.today():%Y%m%d}.xlsx")


@require_safe
@in_own_shop
def template(request: HttpRequest) -> HttpResponse:
    """The empty sheet with an example and what each column means."""
    return _file(empty_sheet(category_names()), "bang-san-pham-mau.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
