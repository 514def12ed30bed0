"""A real Elasticsearch that takes little at once: what it refuses is sent again in smaller pieces, and nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F

from core.kit import clock
from search.documents.models import SearchDocument
from search.documents.writing import store_new
from search.engines.elastic import indices, sending
from search.engines.elastic.comparing import differences
from search.engines.elastic.connecting import Place, client_of, place_of
from search.engines.elastic.delivering import Pressure
from search.engines.elastic.indices import rebuild_index
from search.engines.elastic.queries import lag, refused
from search.engines.elastic.sending import send
from search.engines.registry import current_engine
from tests.servers.elasticsearch.running import running

JARS = os.environ.get("SEARCH_TEST_JARS", "")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not JARS, reason="starts a real Elasticsearch with little room: make test-servers"),
]
NUMBER, TOO_LARGE = 400, 77  # documents, and which of them no request can hold


@pytest.fixture(scope="module")
def narrow() -> Iterator[str]:
    """A server that takes requests of 64 kB: with 413 it refuses all beyond."""
    with running(Path(JARS), "http.max_content_length=64kb") as server:
        yield server["url"]


@pytest.fixture(scope="module")
def busy() -> Iterator[str]:
    """A server that has room for 64 kB of changes: with 429 it refuses all beyond."""
    with running(Path(JARS), "indexing_pressure.memory.limit=64kb") as server:
        yield server["url"]


@pytest.fixture
def documents(db: None) -> None:
    """About 0.5 kB each."""
    facts = {"slug": "x", "producer": "", "published_at": clock.now(), "raw_body": "thu " * 100}
    names = {number: f"Hạt điều {number}" for number in range(1, NUMBER + 1)}
    store_new("product", {number: facts | {"name": name, "raw_name": name} for number, name in names.items()})


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What our sender waited; it does not really."""
    waited: list[float] = []
    for sender in (indices, sending):
        monkeypatch.setattr(sender, "_pressure", Pressure(sleep=waited.append))
    return waited


def on_server(place: Place) -> int:
    client_of(place).indices.refresh(index=f"{place.alias}-*")
    return int(client_of(place).count(index=place.alias)["count"])


def rejections(place: Place) -> int:
    """How many requests the server itself says it refused for want of room."""
    (node,) = client_of(place).nodes.stats(metric="indexing_pressure")["nodes"].values()
    total: dict[str, int] = node["indexing_pressure"]["memory"]["total"]
    return sum(number for name, number in total.items() if name.endswith("rejections"))


@pytest.mark.usefixtures("documents")
def test_requests_that_are_too_large_are_split_until_all_is_there(narrow: str, pauses: list[float]) -> None:
    place = place_of(f"{narrow}/split")
    assert rebuild_index(place) == NUMBER
    assert pauses  # it did refuse
    assert (on_server(place), differences(place).all, list(refused())) == (NUMBER, [], [])


@pytest.mark.usefixtures("documents")
def test_what_no_request_can_hold_is_kept_with_its_reason_and_stops_nothing_else(
    narrow: str, pauses: list[float]
) -> None:
    large = SearchDocument.objects.get(object_id=TOO_LARGE)
    SearchDocument.objects.filter(pk=large.pk).update(raw_body="thu " * 20_000)
    place = place_of(f"{narrow}/large")
    assert rebuild_index(place) == NUMBER
    assert [(each.document_id, each.reason) for each in refused()] == [(large.pk, "413 too large for the server")]
    assert (on_server(place), differences(place).lacking) == (NUMBER - 1, [large.pk])


@pytest.mark.usefixtures("documents")
def test_a_server_without_room_is_sent_less_at_once_until_all_is_there(
    busy: str, pauses: list[float], settings: Any
) -> None:
    settings.SEARCH_URL = f"{busy}/busy"
    place = place_of(settings.SEARCH_URL)
    before = rejections(place)
    assert rebuild_index(place) == NUMBER
    assert rejections(place) - before == len(pauses) > 0
    assert (on_server(place), differences(place).all, list(refused())) == (NUMBER, [], [])
    # The same for changes from the outbox.
    settled = len(pauses)
    current_engine().store_many(list(SearchDocument.objects.values_list("pk", flat=True)))
    SearchDocument.objects.update(version=F("version") + 1)
    assert send(place) == NUMBER
    assert rejections(place) - before == len(pauses) > settled
    assert (lag().unsent, on_server(place), differences(place).all) == (0, NUMBER, [])
