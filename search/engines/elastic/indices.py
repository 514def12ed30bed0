"""Indices behind an alias: one answers, and while a new one is filled both hear of every change.

An index is called `<alias>-<moment>` and is written to through an alias of its own. Nothing about them is kept in the database: the
server knows what it has, also after somebody was killed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django.db.models import QuerySet
from elasticsearch import Elasticsearch
from elasticsearch.dsl import Index, Mapping

from core.kit import clock
from search.documents.models import SearchDocument
from search.engines.elastic.connecting import WRITE_SECONDS, Place, client_of, reached
from search.engines.elastic.delivering import Pressure, changes_of, deliver, entrance
from search.engines.elastic.documents import SETTINGS, Goods, fingerprint
from search.engines.elastic.leasing import alone
from search.engines.elastic.refusing import note_refused

CHUNK = 1_000
MADE_FOR = "made_for"  # of an index: the fingerprint of the version that made it


def indices_of(place: Place) -> dict[str, bool]:
    """Our indices, the oldest first, and whether each answers. Raises EngineUnavailable."""
    ours = re.compile(rf"{re.escape(place.alias)}-\d{{20}}")
    with reached():
        known = client_of(place).indices.get_alias(index=f"{place.alias}-*").body
    return {name: place.alias in known[name]["aliases"] for name in sorted(known) if ours.fullmatch(name)}


def is_outdated(place: Place) -> bool:
    """Whether an index that answers was made for other fields or settings than this version's. Raises EngineUnavailable."""
    answering = [name for name, answers in indices_of(place).items() if answers]
    if not answering:
        return False
    with reached():
        mappings = client_of(place).indices.get_mapping(index=answering).body.values()
    return any(each["mappings"].get("_meta", {}).get(MADE_FOR) != fingerprint() for each in mappings)


def rebuild_index(place: Place, *, told: Callable[[int], None] = lambda done: None) -> int:
    """Fill a new index with every document, let it answer, drop the old one; returns how many documents it was told.

    Searching goes on in the old one meanwhile, and changes go to both (`sending`). Killed at any point it leaves the old one
    answering; what it left behind is dropped by the next. Raises EngineUnavailable, and RebuildUnderWay when another runs.
    """
    with alone(place) as keep, reached():
        client = client_of(place).options(request_timeout=WRITE_SECONDS)
        for name, answers in indices_of(place).items():
            if not answers:
                client.indices.delete(index=name, ignore_unavailable=True)
        name = _made(client, place)
        done = 0
        for ids in _chunks():
            note_refused(ids, deliver(client, name, changes_of(ids), _pressure))
            done += len(ids)
            keep(done)
            told(done)
        client.indices.put_settings(index=name, settings={"refresh_interval": SETTINGS["refresh_interval"]})
        client.indices.refresh(index=name)
        keep(done)
        _let_answer(client, place, name)
    return done


_pressure = Pressure()


def _made(client: Elasticsearch, place: Place) -> str:
    name = f"{place.alias}-{clock.now():%Y%m%d%H%M%S%f}"
    index = Index(name, using=client)
    index.settings(**SETTINGS | {"refresh_interval": "-1"})
    index.document(Goods)
    index.mapping(Mapping().meta("_meta", {MADE_FOR: fingerprint()}))
    index.aliases(**{entrance(name): {}})
    index.create()
    return name


def _let_answer(client: Elasticsearch, place: Place, name: str) -> None:
    """The alias moves in one call, so that at every moment there is an index with everything behind it."""
    others = [other for other in indices_of(place) if other != name]
    add = {"add": {"index": name, "alias": place.alias}}
    leave = [{"remove": {"index": other, "alias": place.alias, "must_exist": False}} for other in others]
    client.indices.update_aliases(actions=[add, *leave])
    for other in others:
        client.indices.delete(index=other, ignore_unavailable=True)


def _chunks() -> Iterator[list[int]]:
    last = 0
    while ids := _ids(SearchDocument.objects.filter(pk__gt=last), CHUNK):
        yield ids
        last = ids[-1]


def _ids(rows: QuerySet[SearchDocument], limit: int) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
