"""What feeds there are, and a seller's own."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kit import clock
from core.people.limits.rules import PUBLIC_LISTS
from core.people.limits.views import limited
from core.places.models import Level
from core.places.queries import unit_by_code
from market.feeds.formats import FORMATS
from market.feeds.queries import goods_not_told, goods_told, province_feeds, shops_in_feeds
from market.shops.models import Shop
from market.shops.navigation import seller_places
from market.shops.views.finding import with_shop
from market.storefront.addresses import absolute
from onboarding.consent.models import Purpose
from onboarding.consent.queries import has_consent

PER_PAGE = 50
FEW = 10  # goods named one by one
Link = tuple[str, str]  # what it is called, its address


@require_safe
@limited(PUBLIC_LISTS)
def index(request: HttpRequest) -> HttpResponse:
    """What the files are for and every province's; with `?tinh=` those of a province's shops."""
    code = request.GET.get("tinh", "")
    if not code:
        rows = [(each.province, each.goods, _links("province_feed", each.province.code)) for each in province_feeds()]
        every = {"rows": [row for row in rows if row[1]], "others": [row for row in rows if not row[1]]}
        return render(request, "market/feeds/index.html", every)
    province = unit_by_code(Level.PROVINCE, code, clock.today()) if code.isdecimal() and code.isascii() else None
    if province is None:
        raise Http404
    page = Paginator(shops_in_feeds(province), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "province": province,
        "links": _links("province_feed", province.code),
        "page_obj": page,
        "shops": [(shop, shop.goods, _links("shop_feed", shop.slug)) for shop in page],  # type: ignore[attr-defined]
    }
    return render(request, "market/feeds/province.html", context)


@require_safe
@never_cache
@with_shop
def seller(request: HttpRequest, shop: Shop) -> HttpResponse:
    """The addresses of the shop this person works in, how many goods stand there, and what does not."""
    left_out = list(goods_not_told(shop)[: FEW + 1]) if shop.state == Shop.State.OPEN else []
    context = {
        "space_items": seller_places("seller_shop"),
        "shop": shop,
        "links": [(name, absolute(address)) for name, address in _links("shop_feed", shop.slug)],
        "goods": goods_told(shop),
        "is_agreed": has_consent(shop.producer, Purpose.PLATFORM),
        "left_out": left_out[:FEW],
        "more_left_out": len(left_out) > FEW,
    }
    return render(request, "market/feeds/seller.html", context)


def _links(route: str, of: str) -> list[Link]:
    names = {
        "google.xml": _("Google (XML)"),
        "meta.csv": _("Facebook, Instagram (CSV)"),
        "san-pham.json": _("Máy khác (JSON)"),
    }
    return [(names[file_name], reverse(route, args=[of, file_name])) for file_name in FORMATS]
