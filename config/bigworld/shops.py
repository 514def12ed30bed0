"""Shops of households that sell, and what they sell: prices, stock, states, with the moves and prices behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from config.bigworld.fates import FATE_OF, FATES, SELLERS
from config.bigworld.ground import noon
from config.bigworld.names import goods_name
from config.bigworld.plan import Commune, World
from config.bigworld.rows import copy_lines, insert_select, line
from market.goods.models import Category
from market.listings.models import Listing, PriceChange, StockMove
from market.shops.models import DeliveryRule, Shop
from onboarding.consent.models import Consent, LegalBasis, Notice, Purpose

_UNITS = ("kg", "bag", "box", "bottle", "jar")
_STATES = ("published",) * 17 + ("paused",) * 2 + ("draft",)


def make_shops(cursor: Any, world: World, chunk: Sequence[Commune]) -> None:
    """The shops and listings of these communes. A commune in which nobody sells has none."""
    notice = _notice()
    owned = [(shop, owner) for commune in chunk for shop, owner in _owners(world, commune)]
    copy_lines(
        cursor, Shop, ("id", "producer_id", "slug", "name", "story", "state", "made_at", "opened_at", "takes_cash", "is_demo"),
        (line(shop, owner, f"gian-hang-{shop}", f"Gian hàng số {shop}", "Hàng nhà làm, giao trong tuần.", "open", noon(world, 120), noon(world, 119), True, True)
         for shop, owner in owned),
    )  # fmt: skip
    copy_lines(
        cursor, DeliveryRule, ("id", "shop_id", "zone", "fee", "days_from", "days_to"),
        (line(shop, shop, "country", 30_000, 2, 5) for shop, _owner in owned),
    )  # fmt: skip
    copy_lines(
        cursor, Consent, ("id", "producer_id", "purpose", "basis", "notice_id", "given", "means", "at"),
        (line(shop, owner, str(Purpose.PUBLICATION), str(LegalBasis.CONSENT), notice, True, "spoken", noon(world, 120)) for shop, owner in owned),
    )  # fmt: skip
    shops = {shop for shop, _owner in owned}
    copy_lines(
        cursor, Listing,
        ("id", "shop_id", "sku", "slug", "name", "category_id", "description", "price", "unit", "net_weight", "stock", "state", "made_at", "changed_at",
         "published_at", "is_demo"),
        _listings(world, chunk, shops),
    )  # fmt: skip
    numbers = [(each.listings.first, each.listings.last) for each in chunk if each.shops.first in shops]
    if not numbers:
        return
    values = {"first": numbers[0][0], "last": numbers[-1][1], "at": noon(world, 110)}
    source = "market_listing l WHERE l.id BETWEEN %(first)s AND %(last)s"
    insert_select(
        cursor, StockMove, f"{source} AND l.stock > 0",
        {"id": "l.id", "listing_id": "l.id", "kind": "'in'", "change": "l.stock", "stock_after": "l.stock", "reserved_after": "0", "at": "%(at)s"}, values,
    )  # fmt: skip
    insert_select(
        cursor, PriceChange, source, {"id": "l.id", "listing_id": "l.id", "price": "l.price", "at": "%(at)s"}, values
    )


def _owners(world: World, commune: Commune) -> Iterator[tuple[int, int]]:
    """The shops of a commune, each with the household whose it is: who has goods on a platform, else who is a producer."""
    wanted = len(commune.shops)
    if not wanted:
        return
    drawn = [(FATE_OF[world.draw("fate", number)], number) for number in commune.households]
    selling = [number for fate, number in drawn if fate < SELLERS]
    others = [number for fate, number in drawn if SELLERS <= fate < len(FATES)]
    yield from zip(commune.shops, selling + others, strict=False)


def _listings(world: World, chunk: Sequence[Commune], shops: set[int]) -> Iterator[str]:
    kinds, made, on_sale = _kinds(), noon(world, 110), noon(world, 109)
    for commune in chunk:
        open_shops = [shop for shop in commune.shops if shop in shops]
        for place, number in enumerate(commune.listings if open_shops else ()):
            state = _STATES[number % len(_STATES)]
            yield line(
                number, open_shops[place % len(open_shops)], f"BW{number}", f"hang-{number}", goods_name(number), kinds[number * 11 % len(kinds)],
                "Hàng nhà làm từ nguyên liệu trong xã, phơi nắng và đóng gói tại chỗ.", 20_000 + number * 7 % 880 * 1_000, _UNITS[number % len(_UNITS)], 500,
                0 if number % 9 == 0 else 5 + number % 60, state, made, on_sale, None if state == "draft" else on_sale, True,
            )  # fmt: skip


def _kinds() -> list[int]:
    """The keys of the kinds of goods that have no kinds below them."""
    return list(Category.objects.filter(is_offered=True, children=None).order_by("pk").values_list("pk", flat=True))


def _notice() -> int:
    found: int = Notice.objects.order_by("pk").values_list("pk", flat=True)[0]
    return found
