"""What anybody may take away: OCOP products with a valid certificate, and the indicators of signed snapshots without small figures."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from core.places.models import Unit
from core.places.queries import former_provinces
from ocop.certificates.papers import COUNTED_STARS
from ocop.certificates.queries import speaking_certificate, with_certificate_marks, with_certificates
from ocop.certificates.wording import until_words
from ocop.indicators.registry import INDICATORS
from ocop.register.models import OcopProduct
from ocop.register.queries import place_words
from ocop.register.rules import maker_key
from ocop.snapshots.models import Snapshot, SnapshotFigure
from ocop.snapshots.queries import public_snapshots
from ocop.snapshots.summing import whole_of
from ocop.snapshots.suppression import Sum, hidden
from onboarding.consent.models import Purpose
from onboarding.consent.queries import agreeing

# Folded beginnings of names that only legal persons and groups bear. Whatever else a maker is called may be a person's name.
_LEGAL = re.compile(
    r"^(htx|hop tac xa|lien hiep|cong ty|cty|tong cong ty|doanh nghiep|dntn|tap doan|to hop tac|tht|hoi|hiep hoi|trung tam|nha may)\b"
)
# Rates over the same products that follow from each other: either = one + the other − both.
_TIED = frozenset({"I2both", "I2v", "I2p", "I2any"})


@dataclass(frozen=True)
class OpenProduct:
    """A product as it is published. `maker` is empty where it may be a person who has not agreed to be named."""

    name: str
    maker: str
    commune: str
    place: str
    product_set: str
    stars: int
    decision: str
    valid_until: str
    check_url: str


@dataclass(frozen=True)
class OpenFigure:
    """A figure as it is published; without numbers where `is_hidden`. `unit` is the area's own code in its total, `former_area` a
    province of before 1 July 2025."""

    on: str
    snapshot: str
    indicator: str
    version: int
    unit: str
    unit_name: str
    former_area: str
    numerator: int | None
    denominator: int | None
    is_hidden: bool


PRODUCT_COLUMNS = tuple(field.name for field in fields(OpenProduct))
FIGURE_COLUMNS = tuple(field.name for field in fields(OpenFigure))


def open_products(on: date, root: str) -> list[OpenProduct]:
    """The products that are certified that day, by place, name and number; four queries. `root` ("https://…") begins the addresses."""
    marked: QuerySet[Any] = with_certificate_marks(OcopProduct.objects.all(), on)
    products = marked.filter(is_certified=True)
    rows = with_certificates(products).select_related("unit", "unit__parent", "product_set").order_by("pk")
    named = _named(products)
    found = []
    for product in rows:
        paper, _ = speaking_certificate(
            [each for each in product.certificates.all() if (each.stars or 0) >= COUNTED_STARS], on
        )
        if paper is None:
            continue
        found.append(
            OpenProduct(
                name=product.name,
                maker=product.producer_name if product.pk in named else "",
                commune=product.unit.code if product.unit else "",
                place=place_words(product),
                product_set=product.product_set.name if product.product_set else "",
                stars=paper.stars or 0,
                decision=paper.decision_number,
                valid_until=until_words(paper),
                check_url=root + reverse("ocop_check", args=[paper.check_code]),
            )
        )
    return found


def open_series() -> list[OpenFigure]:
    """The figures of all published snapshots, by day, snapshot, indicator and unit, small ones hidden; a fixed number of queries."""
    found: list[OpenFigure] = []
    lay = former_of_communes()
    for snapshot in public_snapshots().prefetch_related("figures"):
        unseen = hidden_in(snapshot, lay)
        for each in sorted(snapshot.figures.all(), key=lambda figure: (figure.indicator, _key(figure))):
            is_hidden = (each.indicator, _key(each)) in unseen
            found.append(
                OpenFigure(
                    on=snapshot.on.isoformat(),
                    snapshot=snapshot.number,
                    indicator=each.indicator,
                    version=each.version,
                    unit=each.unit_code,
                    unit_name=each.unit_name,
                    former_area=each.former_code,
                    numerator=None if is_hidden else each.numerator,
                    denominator=None if is_hidden else each.denominator,
                    is_hidden=is_hidden,
                )
            )
    return found


def former_of_communes() -> dict[str, str]:
    """The code of the province of before 1 July 2025 in which a commune lay wholly, by the commune's code."""
    former = former_provinces()
    communes = Unit.objects.filter(pk__in=former).order_by("valid_from", "pk")
    return {code: former[pk] for pk, code in communes.values_list("pk", "code")}


def hidden_in(snapshot: Snapshot, lay: Mapping[str, str]) -> set[tuple[str, str]]:
    """The figures of a snapshot to hide, as (indicator, place); `lay` as of `former_of_communes`. Denominators are the same in all rates of a subject, so a
    place whose denominator is small is hidden in all of them, with the same others."""
    tables: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for figure in snapshot.figures.all():
        tables[figure.indicator][_key(figure)] = (figure.numerator, figure.denominator)
    keys = {key for table in tables.values() for key in table}
    for table in tables.values():
        table.update(dict.fromkeys(keys - table.keys(), (0, 0)))
    sums = _sums(snapshot, keys, lay)
    found: set[tuple[str, str]] = set()
    for codes in _families(tables):
        alike = [{key: (n, d) for key, (n, d) in tables[code].items()} for code in codes]
        together = _by_denominator(codes, tables, sums)
        found |= {(code, key) for code in codes for key in hidden(alike, sums, start=together)}
    return found


def _families(codes: Iterable[str]) -> list[list[str]]:
    """The indicators that hide together: those on either platform, every other one alone."""
    listed = sorted(codes)
    tied = [code for code in listed if code in _TIED]
    return [each for each in (tied, *([code] for code in listed if code not in _TIED)) if each]


def _by_denominator(codes: list[str], tables: Any, sums: list[Sum]) -> set[str]:
    """The places whose denominator itself is small, with the others that protect it."""
    denominators = {key: (0, d) for key, (_, d) in tables[codes[0]].items()}
    return hidden([denominators], sums)


def _key(figure: SnapshotFigure) -> str:
    return f"{figure.unit_code}/{figure.former_code}"


def _sums(snapshot: Snapshot, keys: set[str], lay: Mapping[str, str]) -> list[Sum]:
    """The area is the sum of its communes, each former part of the communes that lay in it, and the area of the parts and what lay in
    none of them."""
    whole = f"{whole_of(snapshot)}/"
    communes = sorted(key for key in keys if key.endswith("/") and key != whole)
    former = sorted(key for key in keys if not key.endswith("/"))
    inside = {key: tuple(one for one in communes if lay.get(one[:-1]) == key.rpartition("/")[2]) for key in former}
    loose = tuple(one for one in communes if not any(one in parts for parts in inside.values()))
    found = [Sum(whole, tuple(communes)), *(Sum(key, parts) for key, parts in inside.items())]
    return [*found, Sum(whole, (*former, *loose))] if former else found


def _named(products: QuerySet[Any]) -> set[int]:
    """The products whose maker may be named: a legal person or group by its name, or a linked producer that is one or has agreed
    to be public."""
    agreed = set(
        products.filter(producer__isnull=False)
        .filter(agreeing(Purpose.PUBLICATION, of="producer"))
        .values_list("pk", flat=True)
    )
    free = products.filter(producer__isnull=True).values_list("pk", "producer_name")
    return agreed | {pk for pk, name in free if _LEGAL.match(maker_key(name))}


def definitions_published() -> list[tuple[str, int, str, str]]:
    """The indicators as they were defined in the published snapshots, every version once, and as they are today."""
    found = {(each.code, each.version): (each.name, each.definition) for each in INDICATORS.values()}
    for definitions in public_snapshots().values_list("definitions", flat=True):
        found |= {(code, version): (name, words) for code, (version, name, words) in definitions.items()}
    return [(code, version, name, words) for (code, version), (name, words) in sorted(found.items())]


def cells(row: OpenProduct | OpenFigure) -> list[str]:
    """A row as text for csv; hidden numbers are empty."""
    return ["" if value is None else str(int(value) if isinstance(value, bool) else value) for value in astuple(row)]
