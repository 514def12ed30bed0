"""What a listing needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.kit import clock
from market.goods import rules as goods
from market.goods.models import GoodsRule
from market.goods.queries import rules_in_force
from market.listings.models import Listing, Promotion, SaleUnit
from market.listings.queries import maker_named
from onboarding.consent.models import Purpose
from onboarding.papers.queries import kinds_in_force
from onboarding.producers.models import Producer

MAX_PHOTOS = 8
# Units that are a measure themselves: grams or millilitres of one.
_GRAMS = {SaleUnit.KILOGRAM.value: 1000, SaleUnit.HUNDRED_GRAMS.value: 100}
_MILLILITRES = {SaleUnit.LITRE.value: 1000}
# What buyers read, and what the law may ask to be filled in.
_READ = ("name", "description", "ingredients", "storage_note", "warning")
_ASKED_FOR = ("net_weight", "ingredients", "shelf_life_days", "warning", "storage_note", "season_from", "maker_id")


@dataclass(frozen=True)
class Missing:
    """One thing to add before selling: the form field and a plain sentence."""

    field: str
    sentence: str


def missing_for_sale(listing: Listing, rules: Sequence[GoodsRule] | None = None) -> list[Missing]:
    """What still keeps a listing from being sold, what the law of today forbids included; empty when nothing does. One query
    for the `rules` of the day unless they are given."""
    found = []
    if not listing.photos.all():  # a list of listings has them at hand
        found.append(Missing("photos", "Thêm ít nhất một ảnh chụp sản phẩm."))
    found += missing_always(listing)
    if not listing.description:
        found.append(Missing("description", "Viết vài dòng mô tả sản phẩm."))
    if listing.stock < 1:
        found.append(Missing("stock", "Ghi số lượng đang có, ít nhất là 1."))
    return found + [Missing(each.field, each.sentence) for each in concerns_of(listing, rules) if each.blocks]


def missing_always(listing: Listing) -> list[Missing]:
    """What nothing on sale can be without, under any law: the database holds it as well."""
    found = []
    if listing.category_id is None:
        found.append(Missing("category", "Chọn loại hàng."))
    if not listing.price:
        found.append(Missing("price", "Ghi giá bán bằng số đồng, ví dụ 120.000."))
    return found


def missing_to_stay(listing: Listing, rules: Sequence[GoodsRule] | None = None) -> list[Missing]:
    """The same for what is on sale already: it may be sold out."""
    return [item for item in missing_for_sale(listing, rules) if item.field != "stock"]


def added_by(before: Listing, after: Listing, rules: Sequence[GoodsRule] | None = None) -> list[Missing]:
    """What a change of goods on sale would newly be missing. What was missing before it (a paper has ended since, a rule
    came into force) keeps nobody from changing a price or a word: it stays shown until it is mended."""
    known = missing_to_stay(before, rules)
    return [item for item in missing_to_stay(after, rules) if item not in known]


def concerns_of(listing: Listing, rules: Sequence[GoodsRule] | None = None) -> list[goods.Concern]:
    """What the law of today has against a listing as it is written, what blocks first."""
    today = clock.today()
    filled = {name for name in _ASKED_FOR if getattr(listing, name)} | {"origin"}  # by default the producer's commune
    if listing.alcohol is not None:
        filled.add("alcohol")  # nought is an answer
    if listing.net_volume or listing.unit in _GRAMS or listing.unit in _MILLILITRES:
        filled.add("net_weight")
    return goods.concerns(
        category=listing.category,
        text={name: getattr(listing, name) for name in _READ},
        alcohol=listing.alcohol,
        papers=kinds_in_force(listing.papers.all(), today),
        filled=filled,
        on=today,
        rules=rules,
    )


def maker_shown(listing: Listing, purpose: Purpose = Purpose.PUBLICATION) -> Producer:
    """Who is named as the maker: in public, or with Purpose.PLATFORM to platforms. A maker who has not said yes to this
    shop or does not agree to be named is not: the shop answers for its goods. One query, none for a listing that carries
    `maker_named_…` (see `queries.maker_named`)."""
    producer = listing.shop.producer
    if listing.maker is None:
        return producer
    is_named = getattr(listing, f"maker_named_{purpose.value}", None)
    if is_named is None:
        is_named = Listing.objects.filter(maker_named(purpose), pk=listing.pk).exists()
    return listing.maker if is_named else producer


def price_per_kg(listing: Listing, price: int | None = None) -> int | None:
    """Whole đồng for a kilogram, from the net weight of one unit; None when nobody knows that. `price` is what one unit
    costs now, by default the listing's own price."""
    return _per_thousand(listing.price if price is None else price, _GRAMS.get(listing.unit) or listing.net_weight)


def price_per_litre(listing: Listing, price: int | None = None) -> int | None:
    """Whole đồng for a litre, from the volume of one unit; None when nobody knows that."""
    measure = _MILLILITRES.get(listing.unit) or listing.net_volume
    return _per_thousand(listing.price if price is None else price, measure)


def price_by_measure(listing: Listing, price: int | None = None) -> tuple[int, str] | None:
    """What pages show beside the price: whole đồng, and "lít" for what is measured by volume, else "kg". None when neither
    is known, or when it would only repeat the price."""
    if listing.unit in {SaleUnit.KILOGRAM, SaleUnit.LITRE}:
        return None
    if (amount := price_per_litre(listing, price)) is not None:
        return amount, "lít"
    amount = price_per_kg(listing, price)
    return None if amount is None else (amount, "kg")


def _per_thousand(price: int, measure: int | None) -> int | None:
    return (2 * price * 1000 + measure) // (2 * measure) if measure else None


def promotion_of(listing: Listing, on: date | None = None) -> Promotion | None:
    """The promotion in force on a day in Vietnam (today), if its price is still lower than the usual one and the law lets
    these goods be promoted. Costs no query for a listing from `queries.with_promotions`."""
    day = on or clock.today()
    rows = getattr(listing, "current_promotions", None)
    if rows is None:
        held = listing.promotions.filter(cancelled_at__isnull=True, ends_on__gte=day, starts_on__lte=day)
        rows = [row for row in held if may_be_advertised(listing, day)]
    found = next((row for row in rows if row.starts_on <= day <= row.ends_on), None)
    return found if found is not None and found.price < listing.price else None


def selling_price(listing: Listing, on: date | None = None) -> int:
    """What one unit costs on a day in Vietnam (today), in whole đồng: shown to buyers, told to platforms, charged."""
    promotion = promotion_of(listing, on)
    return promotion.price if promotion else listing.price


def is_for_adults(listing: Listing, rules: Sequence[GoodsRule] | None = None) -> bool:
    """Whether only people of 18 and more may buy this today. One query unless the `rules` of the day are given."""
    held = rules_in_force(clock.today()) if rules is None else rules
    return bool(listing.alcohol) or goods.is_for_adults(listing.category, held)


def may_be_advertised(listing: Listing, on: date | None = None, rules: Sequence[GoodsRule] | None = None) -> bool:
    """Whether the law of a day (today) lets us promote this: on the front page, with a share card, at a reduced price.
    One query unless the `rules` of the day are given."""
    held = rules_in_force(on or clock.today()) if rules is None else rules
    return goods.may_be_advertised(listing.category, listing.alcohol, held)
