"""The tables: migrations are complete, foreign keys can be followed in both directions quickly."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

OURS = ("core", "onboarding", "market", "ocop", "search")
pytestmark = pytest.mark.django_db


def our_models() -> list[type[models.Model]]:
    """Every table of our apps, the hidden ones between two models too."""
    found = [model for app in OURS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    assert len(found) > 25, "the models are no longer found"
    return found


def test_no_migration_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        call_command("makemigrations", *OURS, check=True, dry_run=True, verbosity=1)
    except SystemExit:
        pytest.fail(capsys.readouterr().out)


def without_index(model: type[models.Model]) -> list[str]:
    """The foreign keys of a table that no index, key or unique constraint begins with."""
    with connection.cursor() as cursor:
        constraints: dict[str, Any] = connection.introspection.get_constraints(cursor, model._meta.db_table)
    leading = {
        rule["columns"][0]
        for rule in constraints.values()
        if rule["columns"] and (rule["index"] or rule["unique"] or rule["primary_key"])
    }
    keys = [each for each in model._meta.local_fields if isinstance(each, models.ForeignKey)]
    return [f"{model._meta.db_table}.{key.column}" for key in keys if key.column not in leading]


def test_every_foreign_key_has_an_index() -> None:
    assert [missing for model in our_models() for missing in without_index(model)] == []


def test_a_missing_index_would_be_seen() -> None:
    from onboarding.households.models import Household

    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, Household._meta.db_table)
        of_writer = [
            name for name, rule in constraints.items() if rule["columns"] == ["last_written_by_id"] and rule["index"]
        ]
        for name in of_writer:
            cursor.execute(f'DROP INDEX "{name}"')
    assert of_writer and without_index(Household) == ["onboarding_household.last_written_by_id"]


def test_text_that_may_be_empty_is_never_null() -> None:
    """One way to say «nothing»: the empty text."""
    null = [
        f"{model._meta.db_table}.{column.column}"
        for model in our_models()
        for column in model._meta.local_fields
        if isinstance(column, models.CharField | models.TextField) and column.null and not column.unique
    ]
    assert null == []
