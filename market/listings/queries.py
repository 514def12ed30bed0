"""Reading listings, for those who sell them and for those who buy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.people.queries import Viewer
from market.goods.models import GoodsRule
from market.goods.queries import rules_in_force
from market.goods.tree import under
from market.listings.models import ON_SALE, Listing, ListingBadge, ListingPhoto, Promotion
from market.shops.queries import shop_of
from onboarding.producers.models import Producer
from onboarding.producers.queries import producers_at_work

FEW_TODOS = 10


def goods_for_sale() -> QuerySet[Listing]:
    """Published listings of open shops, with what a card shows, in a fixed number of queries."""
    today = clock.today()
    return with_promotions(
        Listing.objects.filter(ON_SALE)
        .select_related(
            "shop", "shop__producer", "shop__producer__commune", "shop__producer__commune__parent", "category"
        )
        .prefetch_related(
            Prefetch("photos", ListingPhoto.objects.select_related("photo")),
            Prefetch(
                "badges",
                ListingBadge.objects.filter(
                    valid_from__lte=today, valid_until__gte=today, revoked_on__isnull=True
                ).order_by("-stars"),
                to_attr="current_badges",
            ),
        )
    )


def with_promotions(queryset: QuerySet[Listing]) -> QuerySet[Listing]:
    """The same listings, with the promotions of today and later in one query more: `rules.selling_price` of each then
    costs none."""
    rows = Promotion.objects.filter(cancelled_at__isnull=True, ends_on__gte=clock.today())
    return queryset.prefetch_related(Prefetch("promotions", rows.order_by("starts_on"), to_attr="current_promotions"))


def advertisable(queryset: QuerySet[Listing]) -> QuerySet[Listing]:
    """Those of the listings that the law of today lets us promote: for the front page and the like. One query more."""
    banned = Q(pk__in=[])
    for rule in rules_in_force(clock.today()):
        if rule.kind == GoodsRule.Kind.NO_ADVERTISING:
            strong = Q(alcohol__isnull=True) | Q(alcohol__gte=rule.from_degree) if rule.from_degree else ~Q(pk__in=[])
            about = Q(category__code__in=under(*rule.categories)) if rule.categories else ~Q(pk__in=[])
            banned |= about & strong
    return queryset.exclude(banned)


def listings_of(viewer: Viewer) -> QuerySet[Listing]:
    """The listings of every shop this person works for now, newest change first, with photos and promotions."""
    return with_promotions(
        Listing.objects.filter(shop__producer__in=producers_at_work(viewer))
        .select_related(
            *("shop", "shop__producer", "shop__producer__commune", "shop__producer__commune__parent", "category"),
            *("maker", "maker__commune", "maker__commune__parent", "origin", "origin__parent"),
        )
        .prefetch_related(Prefetch("photos", ListingPhoto.objects.select_related("photo")))
        .order_by("-changed_at", "-pk")
    )


def listing_todos(viewer: Viewer) -> Iterable[Todo]:
    """Drafts to finish and goods that have run out."""
    rows = listings_of(viewer).prefetch_related(None)
    if shop_of(viewer) is not None and not rows.exists():
        yield Todo(
            "Gian hàng chưa có sản phẩm nào.", reverse("seller_listing_new"), "Đăng sản phẩm đầu tiên", 3, "info"
        )
    for listing in rows.filter(state=Listing.State.PUBLISHED, stock=0)[:FEW_TODOS]:
        yield Todo(
            f"{listing.name} đã hết hàng.",
            reverse("seller_listing_edit", args=[listing.sku]),
            "Ghi thêm số lượng",
            2,
            "warn",
        )
    for listing in rows.filter(state=Listing.State.DRAFT)[:FEW_TODOS]:
        yield Todo(
            f"{listing.name} còn là bản nháp, người mua chưa thấy.",
            reverse("seller_listing_edit", args=[listing.sku]),
            "Xem lại và đăng bán",
            4,
            "info",
        )


def households_without_goods(household_ids: Collection[int]) -> Mapping[int, str]:
    """Which of these households have somebody who sells, but nothing on sale in any of their shops: for field teams."""
    selling = Producer.objects.filter(household__in=household_ids)
    on_sale = Listing.objects.filter(ON_SALE, shop__producer__household__in=household_ids)
    sellers = set(selling.values_list("household_id", flat=True))
    served = set(on_sale.values_list("shop__producer__household_id", flat=True))
    return dict.fromkeys(sellers - served, "Chưa đăng bán sản phẩm nào.")
