"""The map of public pages for search engines: the same goods that buyers find, one address for all sizes of a good."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from wagtail.models import Page

from market.listings.models import Listing
from market.listings.queries import goods_on_show
from market.shops.models import Shop


class _Ours(Sitemap[Any]):
    limit = 5000

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.BASE_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.BASE_URL).scheme


class Products(_Ours):
    """Every good on show."""

    def items(self) -> QuerySet[Listing]:
        return goods_on_show().select_related(None).prefetch_related(None).only("slug", "changed_at").order_by("pk")

    def location(self, item: Listing) -> str:
        return reverse("product", args=[item.slug])

    def lastmod(self, item: Listing) -> datetime:
        return item.changed_at


class Shops(_Ours):
    """Open shops that have something to sell."""

    def items(self) -> QuerySet[Shop]:
        goods = goods_on_show().select_related(None).prefetch_related(None)
        return Shop.objects.filter(Exists(goods.filter(shop=OuterRef("pk")))).only("slug").order_by("pk")

    def location(self, item: Shop) -> str:
        return reverse("shop", args=[item.slug])


class Articles(_Ours):
    """The front page, guides and stories that are published for everybody."""

    def items(self) -> QuerySet[Page]:
        found: QuerySet[Page] = Page.objects.live().public().filter(depth__gt=1).order_by("pk")
        return found

    def location(self, item: Page) -> str:
        return str(item.get_url() or "/")

    def lastmod(self, item: Page) -> datetime | None:
        found: datetime | None = item.last_published_at
        return found


SECTIONS: dict[str, type[Sitemap[Any]]] = {"san-pham": Products, "gian-hang": Shops, "bai-viet": Articles}
