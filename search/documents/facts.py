"""What a document says of the thing it stands for. Everything that is findable is put into words here and nowhere else."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from core.kit.text import fold_words, nfc
from core.places.models import Level, Unit
from market.goods.models import Category
from market.goods.tree import Level as Branch
from market.goods.tree import Node, branch_of, nodes
from market.listings.models import Listing, ListingBadge
from market.listings.rules import selling_price
from market.shops.models import Shop
from ocop.certificates.models import Certificate
from ocop.certificates.papers import vouched
from ocop.certificates.queries import speaking_certificate
from ocop.certificates.rules import State
from ocop.presence.rules import POSTMART, VOSO
from ocop.register.models import OcopProduct
from ocop.register.naming import is_named
from onboarding.producers.models import Producer
from search.documents.queries import Map
from search.documents.wording import folded_text, raw_text

LONGEST_BODY = 10_000  # characters of a description that are searched
# Upper ends of the price bands in whole đồng for one unit of sale; what costs more, or as much as the last, is in MORE.
PRICE_BANDS = {"50": 50_000, "100": 100_000, "200": 200_000, "500": 500_000}
MORE = "more"
# A paper that says so today may be shown; one that has ended is told with its end.
_SHOWN_STATES = {State.VALID, State.RENEWAL_DUE, State.RENEWAL_LATE, State.EXTENDED, State.EXPIRED}
# How far ahead things stand when words do not tell them apart: goods one can buy now, shops, goods sold out, papers.
IN_STOCK, SHOP, SOLD_OUT, PAPER = 40, 30, 20, 10

Facts = dict[str, Any]


def facts_of_listing(listing: Listing, places: Map) -> Facts:
    """The document of a good, from `queries.goods`."""
    badges: list[ListingBadge] = listing.current_badges  # type: ignore[attr-defined]
    best = next((badge for badge in badges if badge.stars is not None), None)
    kind = listing.category
    assert kind is not None, "what is on sale has a category"
    node = nodes().get(kind.code)
    price = selling_price(listing)
    in_stock: bool = listing.any_stock  # type: ignore[attr-defined]
    amount = (
        f"{listing.net_weight} g" if listing.net_weight else f"{listing.net_volume} ml" if listing.net_volume else ""
    )
    return _facts(
        places,
        listing.shop.producer.commune,
        name=listing.name,
        producer=listing.shop.producer.name,
        side=[kind.name, kind.sector, *_words_of(node), listing.shop.name, amount, *(badge.label for badge in badges)],
        body=[listing.description[:LONGEST_BODY]],
        shop_id=listing.shop_id,
        slug=listing.slug,
        category_code=kind.code,
        category_name=kind.name,
        **_branch(kind),
        stars=best.stars if best else None,
        stars_until=best.valid_until if best else None,
        price=price,
        price_band=price_band(price),
        in_stock=in_stock,
        standing=(IN_STOCK if in_stock else SOLD_OUT) + ((best.stars or 0) if best else 0),
        published_at=listing.published_at or listing.made_at,
    )


def facts_of_shop(shop: Shop, places: Map) -> Facts:
    """The document of a shop that has something for sale."""
    return _facts(
        places,
        shop.producer.commune,
        name=shop.name,
        producer=shop.producer.name,
        side=[shop.producer.get_kind_display()],
        body=[shop.story[:LONGEST_BODY]],
        shop_id=shop.pk,
        slug=shop.slug,
        standing=SHOP,
        published_at=shop.opened_at,
    )


def facts_of_ocop_product(product: OcopProduct, places: Map, today: date) -> Facts | None:
    """The document of a product with a paper that the public may check, from `queries.ocop_products`; None without one. A maker who
    may be a person and has not agreed to be public is neither told nor found by name."""
    papers: list[Certificate] = vouched(product.certificates.all())
    agreed: bool = product.agreed  # type: ignore[attr-defined]
    paper, state = speaking_certificate(papers, today)
    if paper is None or paper.stars is None or paper.latest_end is None or state not in _SHOWN_STATES:
        return None
    until = paper.last_shown_day() if paper.earliest_end else paper.latest_end
    marks: list[str] = [code for code in (POSTMART, VOSO) if getattr(product, f"is_on_{code}")]
    node = _set_of(product)
    return _facts(
        places,
        product.unit,
        name=product.shown_name,
        producer=product.shown_maker if is_named(product, agreed=agreed) else "",
        written_place=product.place_written,
        side=[product.producer_kind, product.product_group, *(node[0].path if node else ()), f"OCOP {paper.stars} sao"],
        body=[product.external_code, paper.decision_number],
        slug=paper.check_code,
        **({"sector_code": node[1], "group_code": node[2]} if node else {}),
        stars=paper.stars,
        stars_until=until,
        platforms=_between_bars(marks),
        standing=(PAPER + paper.stars) if until >= today else 0,
        published_at=product.recorded_at,
    )


def facts_of_producer(producer: Producer, places: Map) -> Facts:
    """The document of a producer, for officers of its area: who and where, no number, no phone."""
    return _facts(
        places,
        producer.commune,
        name=producer.name,
        producer=producer.name,
        side=[producer.get_kind_display()],
        body=[],
        slug=str(producer.pk),
        published_at=producer.registered_at,
    )


def price_band(price: int | None) -> str:
    """The band of a price; empty without one."""
    if price is None:
        return ""
    return next((band for band, end in PRICE_BANDS.items() if price < end), MORE)


def _facts(
    places: Map, unit: Unit | None, *, name: str, producer: str, side: list[str], body: list[str],
    written_place: str = "", **facts: Any,
) -> Facts:  # fmt: skip
    commune = unit if unit is not None and unit.level == Level.COMMUNE else None
    province = unit if unit is not None and unit.level == Level.PROVINCE else unit.parent if unit else None
    former = places.former_province(unit) if commune else None
    words = [str(commune) if commune else "", province.name if province else ""]
    place = ", ".join(filter(None, words)) or written_place
    raw_name = raw_text(name)
    former_names = places.former_names(commune) if commune else []
    raw_side = raw_text(producer, place, written_place, *former_names, *side)
    raw_body = " ".join(filter(None, (raw_side, raw_text(*body))))
    at = commune or province
    return _BLANK | {
        "name": nfc(name)[:200],
        "producer": nfc(producer)[:200],
        "place": place[:240],
        "province_code": province.code if province else "",
        "province_name": province.name if province else "",
        "former_code": former.code if former else "",
        "former_name": former.name if former else "",
        "commune_code": commune.code if commune else "",
        "commune_name": commune.name if commune else "",
        "latitude": float(at.latitude) if at and at.latitude is not None and at.longitude is not None else None,
        "longitude": float(at.longitude) if at and at.latitude is not None and at.longitude is not None else None,
        "raw_name": raw_name,
        "raw_side": raw_side,
        "raw_body": raw_body,
        "folded_name": folded_text(raw_name),
        "folded_body": folded_text(raw_body),
        **facts,
    }


# Every column that some kind of thing leaves empty; `platforms` of goods is written by `actions.note_platforms`.
_BLANK: Facts = {
    "shop_id": None,
    "category_code": "",
    "category_name": "",
    "sector_code": "",
    "group_code": "",
    "stars": None,
    "stars_until": None,
    "price": None,
    "price_band": "",
    "in_stock": None,
    "standing": 0,
}


def _words_of(node: Node | None) -> tuple[str, ...]:
    """Other names of a kind of goods, those of its branch included."""
    return (*node.path, *node.words) if node else ()


def _branch(kind: Category) -> Facts:
    above = {nodes()[code].level: code for code in branch_of(kind.code) if code in nodes()}
    return {"sector_code": above.get(Branch.SECTOR, ""), "group_code": above.get(Branch.GROUP, "")}


def _set_of(product: OcopProduct) -> tuple[Node, str, str] | None:
    """The branch of our tree a certified product belongs to (its node, the sector's code, the group's code), by the set that
    somebody chose, else by the words of its source where they name a branch; None where nothing says."""
    chosen = product.product_set
    for written in (chosen.name if chosen else "", product.product_group):
        found = _branches().get(fold_words(written)) if written else None
        if found is not None:
            above = {nodes()[code].level: code for code in branch_of(found.code)}
            return found, above.get(Branch.SECTOR, ""), above.get(Branch.GROUP, "")
    return None


@cache
def _branches() -> dict[str, Node]:
    """Nodes by their folded name, the higher one where two are called alike."""
    found: dict[str, Node] = {}
    for node in nodes().values():
        found.setdefault(fold_words(node.name), node)
    return found


def _between_bars(codes: list[str]) -> str:
    return f"|{'|'.join(sorted(codes))}|" if codes else ""
