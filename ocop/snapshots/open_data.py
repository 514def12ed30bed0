"""What anybody may take away: OCOP products with a valid certificate, and the indicators of signed snapshots without small figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from core.places.models import Unit
from core.places.queries import former_provinces
from ocop.certificates.papers import COUNTED_STARS, vouched
from ocop.certificates.queries import speaking_certificate, with_certificate_marks, with_certificates
from ocop.certificates.wording import until_words
from ocop.indicators.registry import INDICATORS
from ocop.register.models import OcopProduct
from ocop.register.naming import named_makers
from ocop.register.queries import place_words
from ocop.snapshots.models import Snapshot, SnapshotFigure
from ocop.snapshots.queries import public_snapshots, signed_of_provinces
from ocop.snapshots.summing import whole_of
from ocop.snapshots.suppression import Sum, over_time, spread

# Rates over the same products that follow from each other: either = one + the other − both.
TIED = frozenset({"I2both", "I2v", "I2p", "I2any"})
# A quarter. No law names it: so long most communes are what they were, so that one figure tells the other.
NEAR_DAYS = 92


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
    named = named_makers(products)
    found = []
    for product in rows:
        paper, _ = speaking_certificate(
            [each for each in vouched(product.certificates.all()) if (each.stars or 0) >= COUNTED_STARS], on
        )
        if paper is None:
            continue
        found.append(
            OpenProduct(
                name=product.shown_name,
                maker=product.shown_maker if product.pk in named else "",
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
    versions = list(signed_of_provinces().prefetch_related("figures"))
    unseen = _hidden_everywhere(versions)
    last = {(snapshot.unit_id, snapshot.on): snapshot.pk for snapshot in versions}
    for snapshot in versions:
        if last[snapshot.unit_id, snapshot.on] != snapshot.pk:
            continue
        for each in sorted(snapshot.figures.all(), key=lambda figure: (figure.indicator, _key(figure))):
            is_hidden = (each.indicator, _key(each)) in unseen[snapshot.pk]
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


def hidden_in(versions: Sequence[Snapshot], lay: Mapping[str, str]) -> dict[int, set[tuple[str, str]]]:
    """The figures to hide in each of these snapshots of one area, by its id, as (indicator, place); `lay` as of `former_of_communes`.
    Restated ones belong to them: they were public once.

    Denominators are the same in all rates of a subject, so a place whose denominator is small is hidden in all of them, with the
    same others.
    """
    tables = [_tables(snapshot) for snapshot in versions]
    keys = {key for of_one in tables for table in of_one.values() for key in table}
    sums, near = _sums(whole_of(versions[0]), keys, lay), _near([snapshot.on for snapshot in versions])
    empty = dict.fromkeys(keys, (0, 0))
    found: dict[int, set[tuple[str, str]]] = {snapshot.pk: set() for snapshot in versions}
    for codes in _families({code for of_one in tables for code in of_one}):
        months = [[empty | of_one.get(code, {}) for code in codes] for of_one in tables]
        of_all = [[{key: (0, d) for key, (_, d) in month[0].items()}] for month in months]
        own = over_time(months, sums, near, start=over_time(of_all, sums, near))
        for snapshot, unseen in zip(versions, spread(own, near), strict=True):
            found[snapshot.pk] |= {(code, key) for code in codes for key in unseen}
    return found


def _hidden_everywhere(versions: Sequence[Snapshot]) -> dict[int, set[tuple[str, str]]]:
    areas: defaultdict[int | None, list[Snapshot]] = defaultdict(list)
    for snapshot in versions:
        areas[snapshot.unit_id].append(snapshot)
    lay, found = former_of_communes(), dict[int, set[tuple[str, str]]]()
    for of_area in areas.values():
        found |= hidden_in(of_area, lay)
    return found


def _near(days: Sequence[date]) -> list[tuple[int, int]]:
    """Pairs of places of days that are at most NEAR_DAYS apart, the same day, or next to each other in the series."""
    order = {day: place for place, day in enumerate(sorted(set(days)))}
    return [
        (first, second)
        for second, later in enumerate(days)
        for first, day in enumerate(days[:second])
        if abs((later - day).days) <= NEAR_DAYS or abs(order[later] - order[day]) <= 1
    ]


def _tables(snapshot: Snapshot) -> dict[str, dict[str, tuple[int, int]]]:
    tables: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for figure in snapshot.figures.all():
        tables[figure.indicator][_key(figure)] = (figure.numerator, figure.denominator)
    return tables


def _families(codes: Iterable[str]) -> list[list[str]]:
    """The indicators that hide together: those on either platform, every other one alone."""
    listed = sorted(codes)
    tied = [code for code in listed if code in TIED]
    return [each for each in (tied, *([code] for code in listed if code not in TIED)) if each]


def _key(figure: SnapshotFigure) -> str:
    return f"{figure.unit_code}/{figure.former_code}"


def _sums(area: str, keys: set[str], lay: Mapping[str, str]) -> list[Sum]:
    """The area is the sum of its communes, each former part of the communes that lay in it, and the area of the parts and what lay in
    none of them."""
    whole = f"{area}/"
    communes = sorted(key for key in keys if key.endswith("/") and key != whole)
    former = sorted(key for key in keys if not key.endswith("/"))
    inside = {key: tuple(one for one in communes if lay.get(one[:-1]) == key.rpartition("/")[2]) for key in former}
    loose = tuple(one for one in communes if not any(one in parts for parts in inside.values()))
    found = [Sum(whole, tuple(communes)), *(Sum(key, parts) for key, parts in inside.items())]
    return [*found, Sum(whole, (*former, *loose))] if former else found


def definitions_published() -> list[tuple[str, int, str, str]]:
    """The indicators as they were defined in the published snapshots, every version once, and as they are today."""
    found = {(each.code, each.version): (each.name, each.definition) for each in INDICATORS.values()}
    for definitions in public_snapshots().values_list("definitions", flat=True):
        found |= {(code, version): (name, words) for code, (version, name, words) in definitions.items()}
    return [(code, version, name, words) for (code, version), (name, words) in sorted(found.items())]


def cells(row: OpenProduct | OpenFigure) -> list[str]:
    """A row as text for csv; hidden numbers are empty."""
    return ["" if value is None else str(int(value) if isinstance(value, bool) else value) for value in astuple(row)]
