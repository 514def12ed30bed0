"""The index in the database: made, taken away and made again by its migration."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from market.shops.models import Shop
from search.documents.models import SearchDocument
from search.engines.answering import answered
from search.engines.contract import Question
from search.engines.embedded.engine import EmbeddedEngine
from tests.search.goods import make_places, make_shop, put_on_sale

migration = import_module("search.migrations.0002_embedded_index")


@pytest.mark.usefixtures("committed_db")  # SQLite changes no schema inside a test's transaction
def test_the_migration_can_be_undone_and_done_again() -> None:
    put_on_sale(make_shop(make_places().loc_ninh), "Muối tôm")
    with connection.schema_editor() as editor:
        migration.unmake(apps, editor)
    assert not _has_index()
    with connection.schema_editor() as editor:
        migration.make(apps, editor)
    assert _has_index()
    engine = EmbeddedEngine()
    for document_id in SearchDocument.objects.values_list("pk", flat=True):
        engine.store(document_id)
    assert [hit.name for hit in answered(engine, Question("muoi tom")).hits] == ["Muối tôm"]


@pytest.mark.django_db
@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL computes the column itself: there is nothing to sweep"
)
def test_sweep_forgets_entries_without_a_document(shop: Shop) -> None:
    put_on_sale(shop, "Muối tôm")
    SearchDocument.objects.filter(name="Muối tôm").delete()
    assert EmbeddedEngine().sweep() == 1
    assert EmbeddedEngine().sweep() == 0


def _has_index() -> bool:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return "search_index" in connection.introspection.table_names(cursor)
        columns = connection.introspection.get_table_description(cursor, "search_searchdocument")
        return "words" in [column.name for column in columns]
