"""Many documents at once: as many statements as for few, and each as if it had been written alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.kit import clock
from core.places.models import Level, Unit
from core.places.queries import communes_of, unit_by_code
from onboarding.producers.models import Producer, ProducerKind
from search.documents import actions
from search.documents.actions import rebuild_documents
from search.documents.models import SearchDocument
from search.documents.queries import Map
from search.documents.writing import store, store_new
from search.engines.actions import sweep_engine
from search.engines.contract import PRODUCER, Question, Scope
from search.engines.elastic.models import Outgoing
from search.engines.registry import search
from tests.search.goods import Places

pytestmark = pytest.mark.django_db


def households(commune: Unit, names: list[str]) -> None:
    Producer.objects.bulk_create(
        Producer(name=name, kind=ProducerKind.FARM_HOUSEHOLD, commune=commune, registered_at=clock.now())
        for name in names
    )


def found(text: str) -> list[str]:
    return sorted(hit.name for hit in search(Question(text, scope=Scope([PRODUCER]))).hits)


def statements(number: int) -> int:
    """How many statements a rebuild of producers in this many communes takes."""
    Producer.objects.all().delete()
    SearchDocument.objects.all().delete()
    province = unit_by_code(Level.PROVINCE, "68", clock.today())
    assert province is not None
    for commune in communes_of(province)[:number]:
        households(commune, ["Hộ Một", "Hộ Hai"])
    Map().former_province(commune)  # the map itself is read once for all
    with CaptureQueriesContext(connection) as said:
        assert rebuild_documents().producers == 2 * number
    return len(said)


def test_a_rebuild_of_many_asks_no_more_than_one_of_few() -> None:
    assert statements(2) == statements(25)


def test_what_is_written_at_once_says_and_is_found_as_if_written_alone(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"Hộ Trần Thị {name}" for name in ("Lan", "Huệ", "Cúc", "Mai", "Đào")]
    households(places.phan_thiet, names)
    monkeypatch.setattr(actions, "CHUNK", 1)
    rebuild_documents()
    alone = list(SearchDocument.objects.order_by("name").values(*said()))
    assert found("tran thi") == found("phan thiet binh thuan") == sorted(names)
    SearchDocument.objects.all().delete()
    sweep_engine()
    monkeypatch.setattr(actions, "CHUNK", 3)
    assert rebuild_documents().out_of_step == 5
    assert list(SearchDocument.objects.order_by("name").values(*said())) == alone
    assert found("tran thi") == sorted(names)
    assert rebuild_documents().out_of_step == 0


def test_one_that_came_in_between_is_kept_and_the_others_are_written(places: Places) -> None:
    facts: dict[str, Any] = {
        "slug": "x",
        "name": "Hộ A",
        "raw_name": "hộ a",
        "folded_name": "ho a",
        "published_at": clock.now(),
    }
    store(PRODUCER, 2, facts)
    before = SearchDocument.objects.get()
    assert store_new(PRODUCER, {number: facts | {"name": f"Hộ {number}"} for number in (1, 2, 3)}) == {1, 3}
    assert list(SearchDocument.objects.order_by("object_id").values_list("object_id", "name")) == [
        (1, "Hộ 1"), (2, "Hộ 2"), (3, "Hộ 3"),
    ]  # fmt: skip
    assert SearchDocument.objects.get(object_id=2).version > before.version


def test_the_server_beside_the_database_hears_of_each(places: Places, settings: Any) -> None:
    settings.SEARCH_URL = "http://127.0.0.1:9/thu"
    households(places.phan_thiet, ["Hộ A", "Hộ B", "Hộ C"])
    rebuild_documents()
    assert sorted(Outgoing.objects.values_list("document_id", flat=True)) == sorted(
        SearchDocument.objects.values_list("pk", flat=True)
    )
    assert Outgoing.objects.count() == 3


def said() -> list[str]:
    skipped = ("id", "version", "indexed_at")
    return [field.name for field in SearchDocument._meta.concrete_fields if field.name not in skipped]
