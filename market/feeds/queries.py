"""Reading what the feeds say, and what they should."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum

from core.kit import clock
from core.places.models import Unit
from core.places.queries import provinces
from market.feeds.models import FeedEntry, FeedNote
from market.listings.models import ON_SALE, Listing, ListingBadge, ListingPhoto
from market.listings.queries import advertisable, maker_named, with_promotions
from market.shops.models import Shop
from onboarding.consent.models import Purpose
from onboarding.consent.queries import agreeing

AT_ONCE = 500  # rows read with one query while a feed is written
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(microseconds=1)
_SHOWN = ON_SALE & Q(Exists(ListingPhoto.objects.filter(listing=OuterRef("pk"))))


@dataclass(frozen=True)
class Standing:
    """How far a feed has come. Two equal standings of one feed tell the same: every change has a moment later than all before."""

    entries: int
    versions: int
    changed_at: datetime

    @property
    def next_since(self) -> datetime:
        """What to ask for next time: whatever is seen later than this standing has a later moment."""
        return self.changed_at + _STEP


@dataclass(frozen=True)
class ProvinceFeed:
    """A province and how many goods its feed has."""

    province: Unit
    goods: int


def goods_in_feeds() -> QuerySet[Listing]:
    """What may stand in feeds: on sale, with a photo, of a producer who agrees to be shown and to be sent to platforms, and of
    a kind that the law of today lets us promote. One query for that law."""
    rows = Listing.objects.filter(
        _SHOWN,
        agreeing(Purpose.PUBLICATION, of="shop__producer"),
        agreeing(Purpose.PLATFORM, of="shop__producer"),
        category__isnull=False,
        shop__producer__commune__parent__isnull=False,
    )
    return advertisable(rows)


def goods_to_tell(ids: Collection[int]) -> list[Listing]:
    """Those of these listings that may stand in feeds, with all that `facts.facts_of` says; a fixed number of queries."""
    ahead = ListingBadge.objects.filter(valid_until__gte=clock.today(), revoked_on__isnull=True)
    rows = goods_in_feeds().filter(pk__in=ids)
    rows = rows.select_related(
        *("shop__producer__commune__parent", "category", "main"),
        *("maker__commune__parent", "origin__parent"),
    )
    rows = rows.prefetch_related(
        Prefetch("photos", ListingPhoto.objects.select_related("photo")),
        Prefetch("badges", ahead.order_by("-stars", "check_code"), to_attr="badges_ahead"),
    )
    rows = rows.annotate(maker_named_platform=maker_named(Purpose.PLATFORM), has_told_sizes=_another_size_told())
    return list(with_promotions(rows).order_by("pk"))


def _another_size_told() -> Exists:
    """The condition on listings of `goods_in_feeds` "another size of the same good, with a name of its own, is among them": sizes have
    shop, kind and strength in common, so that only what each has for itself is asked for."""
    same_good = Q(main=OuterRef("pk")) | Q(main=OuterRef("main_id")) | Q(pk=OuterRef("main_id"))
    return Exists(Listing.objects.filter(_SHOWN, same_good).exclude(pk=OuterRef("pk")).exclude(variant_name=""))


def with_other_sizes(listing_ids: Sequence[int]) -> list[int]:
    """These listings and all other sizes of the same goods: one that comes, goes or gets a name makes or ends the group that the
    others tell, and leaves their own revisions alone. Two queries for every AT_ONCE."""
    found = set(listing_ids)
    for start in range(0, len(listing_ids), AT_ONCE):
        rows = Listing.objects.filter(pk__in=listing_ids[start : start + AT_ONCE])
        mains = {main_id or pk for pk, main_id in rows.values_list("pk", "main_id")}
        found.update(Listing.objects.filter(Q(pk__in=mains) | Q(main__in=mains)).values_list("pk", flat=True))
    return sorted(found)


def entries_out_of_step(today: date) -> list[int]:
    """Ids of the listings of which the feeds seem to say something else than they should: missing, left over, read at another
    revision, in another province, or past the last day on which they hold. Four queries; what differs is found here, because
    databases that have not counted their rows lately take a minute for it."""
    province = "shop__producer__commune__parent__code"
    wanted = set(goods_in_feeds().values_list("pk", province, "revision"))
    live = FeedEntry.objects.filter(is_gone=False)
    told = set(live.values_list("listing_id", "province_code", "revision"))
    ended = set(live.filter(holds_until__lt=today).values_list("listing_id", flat=True))
    return sorted(ended | {listing_id for listing_id, _, _ in wanted ^ told})


def every_listing_told_or_to_tell() -> list[int]:
    """Ids of all listings that stand in feeds or should."""
    live = FeedEntry.objects.filter(is_gone=False).values_list("listing_id", flat=True)
    return sorted({*live, *goods_in_feeds().values_list("pk", flat=True)})


def listings_noted(notes: Collection[FeedNote]) -> list[int]:
    """Ids of the listings that notes are about, with all sizes of their goods, in their order."""
    about: dict[str, set[int]] = {kind.value: set() for kind in FeedNote.About}
    for note in notes:
        about[note.about].add(note.object_id)
    found = set(with_other_sizes(sorted(about[FeedNote.About.LISTING])))
    shops = Q(shop__in=about[FeedNote.About.SHOP]) | Q(shop__producer__in=about[FeedNote.About.PRODUCER])
    if about[FeedNote.About.SHOP] or about[FeedNote.About.PRODUCER]:
        found |= set(Listing.objects.filter(shops).values_list("pk", flat=True))
    return sorted(found)


def oldest_notes(limit: int) -> list[FeedNote]:
    """What is to be followed first."""
    return list(FeedNote.objects.order_by("pk")[:limit])


def feed_of_shop(shop: Shop) -> QuerySet[FeedEntry]:
    """The entries of a shop in the province where it is, and where it was before those that left with it: of a good that stands
    in several, the one that is told."""
    rows = FeedEntry.objects.filter(shop_id=shop.pk)
    newest = FeedEntry.objects.filter(listing_id=OuterRef("listing_id")).order_by("is_gone", "-changed_at", "-pk")
    return rows.filter(pk=Subquery(newest.values("pk")[:1]))


def feed_of_province(province: Unit) -> QuerySet[FeedEntry]:
    """The entries of all shops of a province, and of those that were there."""
    return FeedEntry.objects.filter(province_code=province.code)


def standing_of(entries: QuerySet[FeedEntry]) -> Standing:
    """How far a feed has come; one query."""
    found = entries.aggregate(entries=Count("pk"), versions=Sum("version"), last=Max("changed_at"))
    return Standing(found["entries"], found["versions"] or 0, found["last"] or _BEGINNING)


def rows_of(entries: QuerySet[FeedEntry], since: datetime | None) -> Iterator[FeedEntry]:
    """What a feed tells: everything there is, or with `since` everything that came, changed or went at that moment or later.
    A query for every AT_ONCE rows."""
    rows = entries.filter(is_gone=False) if since is None else entries.filter(changed_at__gte=since)
    last = 0
    while True:
        part = list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE])
        yield from part
        if len(part) < AT_ONCE:
            return
        last = part[-1].pk


def province_feeds() -> list[ProvinceFeed]:
    """Every province of today with the number of goods in its feed, those with goods first; two queries."""
    live = FeedEntry.objects.filter(is_gone=False).values("province_code").annotate(goods=Count("pk"))
    goods = dict(live.values_list("province_code", "goods"))
    found = [ProvinceFeed(province, goods.get(province.code, 0)) for province in provinces()]
    return sorted(found, key=lambda each: (-bool(each.goods), each.province.code))


def shops_in_feeds(province: Unit) -> QuerySet[Shop]:
    """The shops with goods in a province's feed, by name; `goods` says how many."""
    live = FeedEntry.objects.filter(is_gone=False, province_code=province.code, shop_id=OuterRef("pk"))
    count = live.order_by().values("shop_id").annotate(count=Count("pk")).values("count")
    return Shop.objects.annotate(goods=Subquery(count)).filter(goods__gt=0).order_by("name", "pk")


def goods_told(shop: Shop) -> int:
    """How many goods of a shop stand in its feed."""
    return FeedEntry.objects.filter(shop_id=shop.pk, is_gone=False).count()


def goods_not_told(shop: Shop) -> QuerySet[Listing]:
    """What a shop sells that may not stand in feeds, by name."""
    rows = Listing.objects.filter(ON_SALE, shop=shop)
    return rows.exclude(pk__in=goods_in_feeds().filter(shop=shop).values("pk")).order_by(F("name"), "pk")


def shop_with_feed(slug: str) -> Shop | None:
    """The shop at this address, unless it is still being prepared; a closed one has an empty feed, which tells its readers that
    all is gone."""
    return Shop.objects.exclude(state=Shop.State.DRAFT).filter(slug=slug).first()
