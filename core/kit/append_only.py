"""Rows that are only ever added: refused in code, and by triggers in the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation


class AppendOnlyRows(models.QuerySet):  # type: ignore[type-arg]
    """Reading and adding; changing and deleting in bulk raise TypeError, as the model's own methods do."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{self.model.__name__} rows cannot be changed")

    def delete(self) -> NoReturn:
        raise TypeError(f"{self.model.__name__} rows cannot be deleted")


class AppendOnly(models.Model):
    """Base of tables that are only added to. Their migration also needs `AppendOnlyTrigger`."""

    objects = AppendOnlyRows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows cannot be changed")
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{type(self).__name__} rows cannot be deleted")


class AppendOnlyTrigger(Operation):
    """Migration operation: the database itself refuses to change or delete rows of this model.

    Reversible. On SQLite a later migration that rebuilds the table loses its triggers and must repeat this
    operation at its end and begin with `AppendOnlyTriggerBack` (a house test notices).
    """

    reduces_to_sql = False

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of the models' state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _run(schema_editor, _UNMAKE, model)
            _run(schema_editor, _MAKE, model)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _run(schema_editor, _UNMAKE, model)

    def describe(self) -> str:
        return f"Only ever add to {self.model_name}"


class AppendOnlyTriggerBack(AppendOnlyTrigger):
    """First in a migration that rebuilds a guarded table and repeats `AppendOnlyTrigger` at its end: going back makes
    the triggers again that the migration before promises."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """They are there."""

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)


# REPLACE takes the old row away without a DELETE trigger, so SQLite also refuses to insert over one.
_MAKE = {
    "sqlite": [
        """CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
           BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END""",
        """CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
           BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END""",
        """CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
           WHEN EXISTS (SELECT 1 FROM {table} WHERE {same_key})
           BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END""",
    ],
    "postgresql": [
        """CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION '{table} rows are only ever added' USING ERRCODE = 'restrict_violation'; END $$""",
        """CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
           FOR EACH ROW EXECUTE FUNCTION {table}_append_only()""",
        """CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
           FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()""",
    ],
}
_UNMAKE = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {{table}}_no_{what}" for what in ("update", "delete", "replace")],
    "postgresql": [
        "DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        "DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        "DROP FUNCTION IF EXISTS {table}_append_only()",
    ],
}


def _run(schema_editor: BaseDatabaseSchemaEditor, statements: dict[str, list[str]], model: type[models.Model]) -> None:
    names = {"table": model._meta.db_table, "same_key": " OR ".join(_unique_columns(model))}
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement.format(**names), params=None)


def _unique_columns(model: type[models.Model]) -> Iterable[str]:
    return (f"{each.column} = NEW.{each.column}" for each in model._meta.local_concrete_fields if each.unique)
