"""Counting results by facet: one statement gives the totals and every facet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from django.db import connection

from core.kit import clock
from search.engines import contract as c
from search.engines.contract import Question, values_of
from search.engines.embedded.sql import Sql, joined, one_of, rows, where

# Where a facet's value stands on a document and, where it has one, its label. Empty values are no values.
_COLUMNS = {
    c.KIND: ("kind", "''"),
    c.SECTOR: ("sector_code", "''"),
    c.GROUP: ("group_code", "''"),
    c.CATEGORY: ("category_code", "MAX(category_name)"),
    c.STARS: ("valid_stars", "''"),
    c.CERTIFICATE: ("certificate", "''"),
    c.PROVINCE: ("province_code", "MAX(province_name)"),
    c.FORMER: ("former_code", "MAX(former_name)"),
    c.COMMUNE: ("commune_code", "MAX(commune_name)"),
    c.PRICE: ("price_band", "''"),
    c.STOCK: ("stock", "''"),
    c.PLATFORM: ("platforms", "''"),
}
_TAKEN = (
    "d.kind, d.sector_code, d.group_code, d.category_code, d.category_name, d.province_code, d.province_name, d.former_code,"
    " d.former_name, d.commune_code, d.commune_name, d.price_band, d.platforms,"
)
MATCHES, COUNT = "", " "
Chosen = tuple[tuple[str, tuple[str, ...]], ...]


def valid_stars() -> Sql:
    """The stars that count today: what ended yesterday is not shown today, whether or not a job has run."""
    return Sql("CASE WHEN d.stars_until >= %s THEN d.stars END", (_today(),))


def counts_of(source: Sql, question: Question) -> tuple[int, int, dict[str, dict[str, tuple[int, str]]]]:
    """(fit everything, fit the words, counts by facet and value with labels) of the documents after FROM and WHERE."""
    matched = (
        Sql(f"WITH matched AS MATERIALIZED (SELECT {_TAKEN} CAST(")
        + valid_stars()
        + Sql(
            "AS TEXT) AS valid_stars, CASE WHEN d.stars_until >= %s THEN 'yes' ELSE '' END AS certificate,", (_today(),)
        )
        + Sql("CASE WHEN d.in_stock THEN 'yes' ELSE '' END AS stock FROM")
        + source
        + Sql(")")
    )
    counts: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)
    for facet, value, amount, label in rows(matched + _counting(_chosen(question))):
        if facet == c.PLATFORM:
            # A document may be on several platforms; few combinations exist, so they are counted and then taken apart.
            for code in value.strip("|").split("|"):
                counts[facet][code] = (counts[facet].get(code, (0, ""))[0] + amount, label)
        else:
            counts[facet][value] = (amount, label)
    (matches, _), (count, _) = counts.pop(MATCHES)[""], counts.pop(COUNT)[""]
    return count, matches, dict(counts)


# Nearly every question chooses nothing or what many choose: putting the pieces together takes longer than most counts.
@lru_cache(maxsize=256)
def _counting(chosen: Chosen) -> Sql:
    """Totals and every facet of `matched`, each facet under what is chosen of the others."""
    parts = [Sql("SELECT '' AS facet, '' AS value, COUNT(*) AS amount, '' AS label FROM matched")]
    parts.append(Sql("SELECT ' ', '', COUNT(*), '' FROM matched") + where(_narrowing(chosen, but="")))
    for facet, (column, label) in _COLUMNS.items():
        conditions = [Sql(f"{column} <> ''"), *_narrowing(chosen, but=facet)]
        parts.append(
            Sql(f"SELECT '{facet}', {column}, COUNT(*), {label} FROM matched")  # noqa: S608  (names of the table above)
            + where(conditions)
            + Sql(f"GROUP BY {column}")
        )
    return joined(" UNION ALL ", parts)


def narrowed(question: Question) -> list[Sql]:
    """The facets chosen, as conditions on documents `d`."""
    conditions = []
    for facet, values in _chosen(question):
        if facet == c.STARS:
            conditions.append(Sql("CAST(") + valid_stars() + Sql("AS TEXT) IN") + _list(values))
        elif facet == c.CERTIFICATE:
            conditions.append(Sql("d.stars_until >= %s", (_today(),)))
        elif facet == c.STOCK:
            conditions.append(Sql("d.in_stock"))
        else:
            conditions.append(_has(facet, f"d.{_COLUMNS[facet][0]}", values))
    return conditions


def _chosen(question: Question) -> Chosen:
    """What is chosen of which facet, in one order however it was asked for."""
    if not question.chosen:
        return ()
    return tuple((facet, tuple(sorted(values))) for facet in _COLUMNS if (values := values_of(question, facet)))


def _narrowing(chosen: Chosen, *, but: str) -> list[Sql]:
    """The facets chosen but one, as conditions on `matched`."""
    return [_has(facet, _COLUMNS[facet][0], values) for facet, values in chosen if facet != but]


def _has(facet: str, column: str, values: Sequence[str]) -> Sql:
    if facet != c.PLATFORM:
        return one_of(column, values)
    # `%%` is one percent sign after the values are put in; a code with a bar or a sign of LIKE matches no platform.
    codes = [value for value in values if value.replace("-", "").replace("_", "").isalnum()]
    options = [Sql(f"{column} LIKE %s", (f"%|{code}|%",)) for code in codes]
    return Sql("(") + joined(" OR ", options) + Sql(")") if options else Sql("1 = 0")


def _list(values: Sequence[str]) -> Sql:
    return Sql(f"({', '.join(['%s'] * len(values))})", tuple(values))


def _today() -> object:
    return connection.ops.adapt_datefield_value(clock.today())
