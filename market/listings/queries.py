"""Reading listings, for those who sell them and for those who buy."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from core.kit import clock
from core.people.queries import Viewer
from market.goods.models import GoodsRule
from market.goods.queries import rules_in_force
from market.goods.rules import may_be_advertised
from market.goods.tree import under
from market.listings.models import ON_SALE, Listing, ListingBadge, ListingDraft, ListingPhoto, Promotion
from market.shops import queries as shops
from market.shops.models import Shop, ShopMaker
from onboarding.consent.models import Purpose
from onboarding.consent.queries import agreeing
from onboarding.papers.models import Paper
from onboarding.papers.queries import counting
from onboarding.producers.models import Producer
from onboarding.producers.queries import producers_at_work, producers_with_key

_SHOWN = Q(state=Listing.State.PUBLISHED, taken_down_at__isnull=True)
_SHOWN_RESTING = _SHOWN & Q(shop__state__in=(Shop.State.OPEN, Shop.State.PAUSED))


def goods_for_sale() -> QuerySet[Listing]:
    """What can be bought now: published listings of open shops that were not taken down, every size for itself, with
    photos, today's badges and promotions, in a fixed number of queries."""
    return with_promotions(_with_card(Listing.objects.filter(ON_SALE)))


def goods_on_show(*, of: Shop | None = None) -> QuerySet[Listing]:
    """Of `goods_for_sale` one listing for each good, however many sizes it has: the main one, or where that is not for
    sale the first size that is. What shelves, searches and the sitemap show, with photos and badges (promotions
    come with their sizes). With `of` the goods of that shop, also while it rests."""
    condition = ON_SALE if of is None else _SHOWN_RESTING & Q(shop=of)
    shown = Listing.objects.filter(condition)
    main_is_there = Exists(shown.filter(pk=OuterRef("main_id")))
    earlier_size = Exists(shown.filter(main_id=OuterRef("main_id"), pk__lt=OuterRef("pk")))
    return _with_card(shown.filter(Q(main__isnull=True) | (~main_is_there & ~earlier_size)))


def _with_card(rows: QuerySet[Listing]) -> QuerySet[Listing]:
    return rows.select_related(
        "shop", "shop__producer", "shop__producer__commune", "shop__producer__commune__parent", "category"
    ).prefetch_related(*photos_and_badges())


def sizes_for_sale(goods: Collection[Listing]) -> dict[int, list[Listing]]:
    """Every size of these goods that is shown, by the id of the good's main listing, cheapest first, with their
    promotions; two queries. A good without sizes has one: itself."""
    mains = {listing.main_id or listing.pk for listing in goods}
    return _by_good(Listing.objects.filter(_SHOWN_RESTING, Q(pk__in=mains) | Q(main__in=mains)))


def sizes_beside(listing: Listing, others: int, rules: Sequence[GoodsRule]) -> dict[int, list[Listing]]:
    """`sizes_for_sale` of a listing and of the `others` goods that its shop published last, these in that order, under
    the law of today; two queries."""
    good = Coalesce("main_id", "pk")
    beside = goods_on_show(of=listing.shop).select_related(None).prefetch_related(None).annotate(good=good)
    newest = beside.exclude(good=listing.main_id or listing.pk).order_by("-published_at", "-pk")[:others]
    rows = Listing.objects.filter(_SHOWN_RESTING, shop=listing.shop).annotate(good=good)
    wanted = Q(good=listing.main_id or listing.pk) | Q(good__in=newest.values("good"))
    return _by_good(rows.filter(wanted).select_related("shop__producer__commune"), rules)


def standing_for(sizes: Collection[Listing]) -> Listing:
    """Which of a good's sizes stands for it: the main one, else the first; the same that `goods_on_show` chooses."""
    return min(sizes, key=lambda size: (size.main_id is not None, size.pk))


def _by_good(rows: QuerySet[Listing], rules: Sequence[GoodsRule] | None = None) -> dict[int, list[Listing]]:
    found: dict[int, list[Listing]] = {}
    for size in rows.prefetch_related(promotions_ahead(rules)).order_by("price", "pk"):
        found.setdefault(size.main_id or size.pk, []).append(size)
    return found


def photos_and_badges() -> tuple[Prefetch[str], Prefetch[str]]:
    """What a card shows beside the listing's own columns, to be fetched with it: photos in their order, and as
    `current_badges` those of today, most stars first."""
    today = clock.today()
    in_force = ListingBadge.objects.filter(valid_from__lte=today, valid_until__gte=today, revoked_on__isnull=True)
    return (
        Prefetch("photos", ListingPhoto.objects.select_related("photo")),
        Prefetch("badges", in_force.order_by("-stars"), to_attr="current_badges"),
    )


class _AllowedPromotions(QuerySet[Promotion]):
    """Promotions without those of goods that may not be promoted today; the law is read only where there are any
    and whoever asks has not read it."""

    rules: Sequence[GoodsRule] | None = None

    def _clone(self) -> _AllowedPromotions:
        made: _AllowedPromotions = super()._clone()  # type: ignore[misc]
        made.rules = self.rules
        return made

    def _fetch_all(self) -> None:
        is_new = self._result_cache is None
        super()._fetch_all()
        if is_new and self._result_cache:
            rules = rules_in_force(clock.today()) if self.rules is None else self.rules
            goods = [(row, row.listing) for row in self._result_cache]
            self._result_cache = [
                row for row, listing in goods if may_be_advertised(listing.category, listing.alcohol, rules)
            ]


def with_promotions(queryset: QuerySet[Listing]) -> QuerySet[Listing]:
    """The same listings, with the promotions of today and later that the law of today allows, in one query more and
    another where there are any: `rules.selling_price` of each then costs none."""
    return queryset.prefetch_related(promotions_ahead())


def promotions_ahead(rules: Sequence[GoodsRule] | None = None) -> Prefetch[str]:
    """What `with_promotions` adds, for listings that are there already; `rules` are those of today, if they were read."""
    found = _AllowedPromotions(Promotion)
    found.rules = rules
    rows = found.filter(cancelled_at__isnull=True, ends_on__gte=clock.today())
    rows = rows.select_related("listing__category")
    return Prefetch("promotions", rows.order_by("starts_on"), to_attr="current_promotions")


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
    return _for_sellers(Listing.objects.filter(shop__producer__in=producers_at_work(viewer)))


def listings_acted_for(viewer: Viewer) -> QuerySet[Listing]:
    """The same of every producer this person could act for when the key was made and may today: a program with a key has
    no session that chooses one."""
    return _for_sellers(Listing.objects.filter(shop__producer__in=producers_with_key(viewer)))


def listings_in(shop: Shop) -> QuerySet[Listing]:
    """`listings_of` for whoever has found the shop they may work in already."""
    return _for_sellers(Listing.objects.filter(shop=shop))


def _for_sellers(queryset: QuerySet[Listing]) -> QuerySet[Listing]:
    return with_promotions(
        queryset.select_related(
            *("shop", "shop__producer", "shop__producer__commune", "shop__producer__commune__parent", "category"),
            *("maker", "maker__commune", "maker__commune__parent", "origin", "origin__parent"),
        )
        .prefetch_related(Prefetch("photos", ListingPhoto.objects.select_related("photo")))
        .annotate(maker_named_platform=maker_named(Purpose.PLATFORM))
        .order_by("-changed_at", "-pk")
    )


def sizes_of(listing: Listing) -> list[Listing]:
    """All sizes of the same goods, the main one first; empty when there is only one."""
    main_id = listing.main_id or listing.pk
    found = list(Listing.objects.filter(Q(pk=main_id) | Q(main_id=main_id)).order_by("pk"))
    return found if len(found) > 1 else []


def makers_of(shop: Shop, listing: Listing | None = None) -> QuerySet[Producer]:
    """Whose goods this shop sells today besides its own producer's, and who made this listing until now."""
    held = Q(pk=listing.maker_id) if listing and listing.maker_id else Q(pk=None)
    return Producer.objects.filter(Q(pk__in=_makers_today(shop)) | held).order_by("name", "pk")


def _makers_today(shop: Shop) -> QuerySet[ShopMaker, int]:
    return shops.makers_of(shop).order_by().values_list("producer_id", flat=True)


def maker_named(purpose: Purpose = Purpose.PUBLICATION) -> Q:
    """The condition on listings "its maker has said yes to this shop and agrees today to be named": in public, or with
    Purpose.PLATFORM also to platforms. See `rules.maker_shown`."""
    said_yes = Exists(
        ShopMaker.objects.filter(shop=OuterRef("shop"), producer=OuterRef("maker"), confirmed_at__isnull=False)
    )
    agreed = said_yes & agreeing(Purpose.PUBLICATION, of="maker")
    return agreed & agreeing(Purpose.PLATFORM, of="maker") if purpose == Purpose.PLATFORM else agreed


def papers_of(shop: Shop, listing: Listing | None = None) -> QuerySet[Paper]:
    """The papers in force today that a listing of this shop may show: the shop's producer's and those of its makers of
    today; of these also the ones ticked before, so that a paper that ended is seen rather than silently lost."""
    held = Q(listings=listing) if listing else Q(pk=None)
    rows = Paper.objects.filter(_whose_papers(shop), counting(clock.today()) | held)
    return rows.distinct().order_by("kind", "-issued_on", "pk")


def papers_on_show(listing: Listing) -> QuerySet[Paper]:
    """The papers that buyers see with a listing today, the latest issued first."""
    rows = listing.papers.filter(_whose_papers(listing.shop), counting(clock.today()))
    return rows.order_by("-issued_on", "pk")


def _whose_papers(shop: Shop) -> Q:
    return Q(producer=shop.producer_id) | Q(producer__in=_makers_today(shop))


def photos_in_drafts(photo_ids: Collection[UUID]) -> set[UUID]:
    """Those of these photos that stand in somebody's unsaved form, taken out or not."""
    drafts = ListingDraft.objects.values_list("values", flat=True).iterator()
    fields = [str(values.get(name, "")) for values in drafts for name in ("kept", "removed", "turned")]
    written = {each for field in fields for each in field.split(",")}
    return {each for each in photo_ids if str(each) in written}


def draft_of(viewer: Viewer, sku: str) -> ListingDraft | None:
    """What this person typed for this listing and has not saved."""
    return ListingDraft.objects.filter(by_id=viewer.user_id or 0, sku=sku).first()


def unfinished_drafts(viewer: Viewer, shop: Shop) -> list[ListingDraft]:
    """What this person began to write in this shop for listings that do not exist yet, the newest first."""
    rows = ListingDraft.objects.filter(by_id=viewer.user_id or 0, shop=shop)
    return list(rows.exclude(sku__in=Listing.objects.filter(shop=shop).values("sku")).order_by("-changed_at"))


def households_without_goods(household_ids: Collection[int]) -> Mapping[int, str]:
    """Which of these households have somebody who sells, but nothing on sale in any of their shops: for field teams."""
    selling = Producer.objects.filter(household__in=household_ids)
    on_sale = Listing.objects.filter(ON_SALE, shop__producer__household__in=household_ids)
    sellers = set(selling.values_list("household_id", flat=True))
    served = set(on_sale.values_list("shop__producer__household_id", flat=True))
    return dict.fromkeys(sellers - served, "Chưa đăng bán sản phẩm nào.")


def public_address(listing: Listing) -> str:
    """The whole address where buyers see a listing, to be passed on; "" while they do not."""
    return settings.BASE_URL.rstrip("/") + reverse("product", args=[listing.slug]) if listing.is_on_sale else ""
