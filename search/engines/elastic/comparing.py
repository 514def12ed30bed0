"""What the server has beside what it should have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from search.documents.models import SearchDocument
from search.engines.elastic.connecting import Place, client_of, reached
from search.engines.elastic.finding import WHOLE

AT_ONCE = 5_000


@dataclass
class Differences:
    """Ids of documents: on the server only, in the database only, older on the server."""

    strays: list[int] = field(default_factory=list)
    lacking: list[int] = field(default_factory=list)
    older: list[int] = field(default_factory=list)

    @property
    def all(self) -> list[int]:
        return [*self.strays, *self.lacking, *self.older]


def differences(place: Place) -> Differences:
    """Compare every document's version, in the order of their ids. What changes meanwhile may be named as well: to send a document
    once more is harmless. Raises EngineUnavailable."""
    found, last = Differences(), 0
    while True:
        there = _versions(place, last)
        # Up to the last one the server told of; when it told of all, to the end.
        here = SearchDocument.objects.filter(pk__gt=last).order_by("pk")
        rows = here.filter(pk__lte=max(there)) if len(there) == AT_ONCE else here
        known = dict(rows.values_list("pk", "version"))
        found.strays += sorted(there.keys() - known.keys())
        found.lacking += sorted(known.keys() - there.keys())
        found.older += sorted(pk for pk, version in known.items() if there.get(pk, version) < version)
        if len(there) < AT_ONCE:
            return found
        last = max(there)


def _versions(place: Place, after: int) -> dict[int, int]:
    with reached():
        answer: Any = client_of(place).search(
            index=place.alias,
            query={"range": {"number": {"gt": after}}},
            sort=[{"number": "asc"}],
            size=AT_ONCE,
            source=False,
            version=True,
            **WHOLE,
        )
    return {int(hit["_id"]): hit["_version"] for hit in answer["hits"]["hits"]}
