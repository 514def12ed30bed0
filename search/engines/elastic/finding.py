"""One request that gives the page, the totals and every facet counted under the others (`elasticsearch.dsl.FacetedSearch`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.dsl import A, FacetedSearch, Search, TermsFacet
from elasticsearch.dsl.query import Bool, Query, Range, Term, Terms

from core.kit import clock
from search.engines import contract as c
from search.engines.contract import EngineUnavailable, Found, Question, Spot, metres_between
from search.engines.elastic.documents import LABEL, moment_of
from search.engines.elastic.querying import order_of, ranked
from search.ranking.scoring import Candidate
from search.ranking.understanding import Asked

MOST_BUCKETS = 5_000  # there are 3,321 communes
_SHOWN: list[Any] = [
    "kind", "object_id", "slug", "name", "producer", "place", "stars", "stars_until", "price", "raw_name", "raw_side",
    "standing", "published", "platforms", "spot", "number",
]  # fmt: skip


class _Values(TermsFacet[Any]):
    """Counted by a field that also holds the label, chosen by one that does not."""

    def __init__(self, chosen: str, counted: str = "") -> None:
        super().__init__(field=counted or chosen, size=MOST_BUCKETS)
        self._chosen = chosen

    def add_filter(self, filter_values: list[Any]) -> Query | None:
        return Terms(self._chosen, sorted(filter_values)) if filter_values else None


class _Stars(_Values):
    """Only those that count today: what ended yesterday is not shown today, whether or not a job has run."""

    def get_aggregation(self) -> Any:
        return A("filter", filter=_valid(), aggs={"values": super().get_aggregation()})

    def add_filter(self, filter_values: list[Any]) -> Query | None:
        stars = sorted(int(value) for value in filter_values if value in tuple("12345"))
        return Bool(filter=[_valid(), Terms("stars", stars)]) if filter_values else None


class _Certificate(_Values):
    """Whether a certificate counts today."""

    def get_aggregation(self) -> Any:
        return A("filter", filter=_valid())

    def add_filter(self, filter_values: list[Any]) -> Query | None:
        return _valid() if filter_values else None


class _Stock(_Values):
    """Whether it can be had now."""

    def get_aggregation(self) -> Any:
        return A("filter", filter=Term("in_stock", {"value": True}))

    def add_filter(self, filter_values: list[Any]) -> Query | None:
        return Term("in_stock", {"value": True}) if filter_values else None


def _valid() -> Query:
    return Range("stars_until", {"gte": clock.today().isoformat()})


class _Finding(FacetedSearch[Any]):
    """A question as one search."""

    facets = {
        c.KIND: _Values("kind"),
        c.SECTOR: _Values("sector"),
        c.GROUP: _Values("group"),
        c.CATEGORY: _Values("category", "category_label"),
        c.STARS: _Stars("stars"),
        c.CERTIFICATE: _Certificate("stars_until"),
        c.PROVINCE: _Values("province", "province_label"),
        c.FORMER: _Values("former", "former_label"),
        c.COMMUNE: _Values("commune", "commune_label"),
        c.PRICE: _Values("price_band"),
        c.STOCK: _Stock("in_stock"),
        c.PLATFORM: _Values("platforms"),
    }

    def __init__(self, client: Elasticsearch, index: str, asked: Asked, question: Question) -> None:
        self.using: Any = client
        self.index = index
        self._asked, self._question = asked, question
        chosen = {facet: list(question.chosen.get(facet, ())) for facet in self.facets}
        # Without a text it would leave `query` out.
        super().__init__(question.text or " ", filters={facet: values for facet, values in chosen.items() if values})

    def query(self, search: Any, query: Any) -> Any:
        return search.query(ranked(self._asked, self._question))

    def sort(self, search: Any) -> Any:
        return search.sort(*order_of(self._asked, self._question))

    def highlight(self, search: Any) -> Any:
        return search

    def aggregate(self, search: Any) -> None:
        super().aggregate(search)
        search.aggs.bucket("matches", "filter", filter={"match_all": {}})

    def page(self, start: int, limit: int) -> Search[Any]:
        """The whole request for `limit` results from the `start`-th on."""
        return self._s[start : start + limit].source(_SHOWN).extra(track_total_hits=True)


def found(client: Elasticsearch, index: str, asked: Asked, question: Question, start: int, limit: int) -> Found:
    """What matches, with counts. Raises what the client raises, and EngineUnavailable for half an answer."""
    answer = _Finding(client, index, asked, question).page(start, limit).params(**WHOLE).execute().to_dict()
    if answer.get("timed_out"):
        raise EngineUnavailable("timed out")
    counts = {facet: _counts(facet, answer["aggregations"][f"_filter_{facet}"][facet]) for facet in _Finding.facets}
    today = clock.today()
    return Found(
        answer["hits"]["total"]["value"],
        answer["aggregations"]["matches"]["doc_count"],
        {facet: values for facet, values in counts.items() if values},
        [_candidate(hit["_source"], question.near, today) for hit in answer["hits"]["hits"]],
    )


# No half answers: a part of the index that cannot be read is an engine that cannot answer.
WHOLE: dict[str, Any] = {"allow_partial_search_results": False}


def _counts(facet: str, bucket: dict[str, Any]) -> dict[str, tuple[int, str]]:
    if facet in (c.CERTIFICATE, c.STOCK):
        return {c.YES: (bucket["doc_count"], "")} if bucket["doc_count"] else {}
    buckets: Sequence[dict[str, Any]] = (bucket["values"] if facet == c.STARS else bucket)["buckets"]
    counts: defaultdict[str, tuple[int, str]] = defaultdict(lambda: (0, ""))
    for each in buckets:
        value, _, label = str(each["key"]).partition(LABEL)
        amount, known = counts[value]
        # Two labels of one value stand there while a place gets another name.
        counts[value] = (amount + each["doc_count"], max(known, label))
    return dict(counts)


def _candidate(source: dict[str, Any], near: Spot | None, today: date) -> Candidate:
    spot, stars_until = source.get("spot"), source.get("stars_until", "")
    platforms = source.get("platforms")
    return Candidate(
        source["number"],
        source["kind"],
        source["object_id"],
        source.get("slug", ""),
        source["name"],
        source.get("producer", ""),
        source.get("place", ""),
        source["stars"] if stars_until >= today.isoformat() else None,
        source.get("price"),
        source.get("raw_name", ""),
        source.get("raw_side", ""),
        source.get("standing", 0),
        moment_of(source["published"]),
        f"|{'|'.join(platforms)}|" if platforms else "",
        metres_between(near, spot["lat"], spot["lon"]) if near and spot else None,
    )
