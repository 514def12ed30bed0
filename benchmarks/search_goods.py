"""A big market for measuring the search: documents written in bulk, named as goods are, and products of the register."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from config.bigworld.names import BRANDS, MAKERS, THINGS, WAYS
from core.kit import clock
from core.kit.bulk import insert_many
from core.places.models import Unit
from core.places.queries import communes_of, unit_by_code
from market.goods.tree import Level, branch_of, nodes
from ocop.certificates.models import Certificate
from ocop.register.models import OcopProduct
from search.documents.models import SearchDocument
from search.documents.wording import folded_text, raw_text

_AMOUNTS = ("250 g", "500 g", "1 kg", "500 ml", "1 lít", "")
_TELL = "Hàng nhà làm từ nguyên liệu trong xã, phơi nắng và đóng gói tại chỗ, không chất bảo quản. Giao trong ba ngày, dùng trong sáu tháng kể từ ngày đóng gói."


def fill(number: int) -> None:
    """This many goods for sale, written past every action: documents and, on SQLite, their index in one statement."""
    luck, at, communes = random.Random(8), timezone.now(), _communes()
    kinds = _kinds()
    with transaction.atomic():
        first = SearchDocument.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for start in range(0, number, 5_000):
            insert_many(
                [
                    _document(each, luck, communes, kinds, at)
                    for each in range(start, min(start + 5_000, number))
                ]
            )  # fmt: skip
        index_after(first)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def index_after(first: int) -> None:
    """Index documents with a higher key, in one statement; PostgreSQL did with the row."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO search_index (rowid, raw_name, folded_name, raw_body, folded_body)"
                " SELECT id, raw_name, folded_name, raw_body, folded_body FROM search_searchdocument WHERE id > %s",
                [first],
            )


def register(number: int) -> None:
    """This many certified products with a paper of last year."""
    luck, communes, at, since = random.Random(9), _communes(), timezone.now(), clock.today() - timedelta(days=300)
    until = clock.add_months(since, 36)
    made = [
        OcopProduct(name=_name(luck), producer_name=_maker(luck), unit=luck.choice(communes), row_key=f"do{each}", recorded_at=at)
        for each in range(number)
    ]  # fmt: skip
    with transaction.atomic():
        insert_many(made)
        insert_many([
            Certificate(product=each, stars=luck.randint(3, 5), recognised_on=since, precision="day", earliest_end=until, latest_end=until,
                        paper_key=f"do{each.pk}", check_code=f"do{each.pk}")
            for each in made
        ])  # fmt: skip


def _document(number: int, luck: random.Random, communes: list[Unit], kinds: list[tuple[str, str, str, str]], at: datetime) -> SearchDocument:  # fmt: skip
    name, maker, commune, (code, kind, sector, group) = (
        _name(luck),
        _maker(luck),
        luck.choice(communes),
        luck.choice(kinds),
    )
    province = commune.parent
    assert province is not None
    place, price = f"{commune}, {province.name}", luck.randrange(20, 900) * 1000
    raw_name, raw_side = raw_text(name), raw_text(maker, place, kind, luck.choice(_AMOUNTS))
    raw_body = f"{raw_side} {raw_text(_TELL)}"
    stars = luck.choice((None, None, 3, 4, 5))
    return SearchDocument(
        kind="product", object_id=10_000_000 + number, version=number, shop_id=number // 20, slug=f"do-{number}", name=name, producer=maker, place=place,
        category_code=code, category_name=kind, sector_code=sector, group_code=group, province_code=province.code, province_name=province.name,
        commune_code=commune.code, commune_name=commune.name, stars=stars, stars_until=clock.today() + timedelta(days=400) if stars else None,
        price=price, price_band="100" if price < 100_000 else "200" if price < 200_000 else "500" if price < 500_000 else "more",
        in_stock=luck.random() < 0.8, platforms=luck.choice(("", "", "|postmart|", "|postmart|voso|")), standing=luck.choice((20, 40, 43, 45)),
        raw_name=raw_name, raw_side=raw_side, raw_body=raw_body, folded_name=folded_text(raw_name), folded_body=folded_text(raw_body),
        published_at=at, indexed_at=at,
    )  # fmt: skip


def _kinds() -> list[tuple[str, str, str, str]]:
    """Of every kind of goods its code and name, and the codes of its sector and group."""
    found = []
    for node in nodes().values():
        above = {nodes()[code].level: code for code in branch_of(node.code) if code in nodes()}
        found.append((node.code, node.name, above.get(Level.SECTOR, ""), above.get(Level.GROUP, "")))
    return found


def _name(luck: random.Random) -> str:
    return f"{luck.choice(THINGS)} {luck.choice(WAYS)} {luck.choice(BRANDS)}"


def _maker(luck: random.Random) -> str:
    return f"{luck.choice(MAKERS)} {luck.choice(BRANDS)} {luck.randrange(1, 400)}"


def _communes() -> list[Unit]:
    found = []
    for code in ("68", "75", "79"):
        province = unit_by_code("province", code, clock.today())
        assert province is not None, "load_reference first"
        found += communes_of(province)
    return found
