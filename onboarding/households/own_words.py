"""Nobody verifies their own words: the database refuses a verification by somebody who has written the household's verified
facts since the last one."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_WRITTEN_BY_VERIFIER = """
    SELECT 1 FROM onboarding_householdwriter writer
    WHERE writer.household_id = NEW.id AND writer.user_id = NEW.verified_by_id AND NOT writer.is_past
"""
_WHEN = "NEW.verified_by_id IS NOT NULL"
_MAKE = {
    "sqlite": [
        f"""CREATE TRIGGER household_not_verified_by_writer_{name} BEFORE {moment} ON onboarding_household
            WHEN {_WHEN} AND EXISTS ({_WRITTEN_BY_VERIFIER})
            BEGIN SELECT RAISE(ABORT, 'household_not_verified_by_writer'); END"""
        for name, moment in (("insert", "INSERT"), ("update", "UPDATE OF verified_by_id"))
    ],
    "postgresql": [
        f"""CREATE FUNCTION household_not_verified_by_writer() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF EXISTS ({_WRITTEN_BY_VERIFIER}) THEN
                RAISE EXCEPTION 'household_not_verified_by_writer' USING ERRCODE = 'check_violation';
              END IF;
              RETURN NEW;
            END $$""",
        f"""CREATE TRIGGER household_not_verified_by_writer BEFORE INSERT OR UPDATE OF verified_by_id
            ON onboarding_household FOR EACH ROW WHEN ({_WHEN}) EXECUTE FUNCTION household_not_verified_by_writer()""",
    ],
}
_UNMAKE = {
    "sqlite": [
        "DROP TRIGGER IF EXISTS household_not_verified_by_writer_insert",
        "DROP TRIGGER IF EXISTS household_not_verified_by_writer_update",
    ],
    "postgresql": [
        "DROP TRIGGER IF EXISTS household_not_verified_by_writer ON onboarding_household",
        "DROP FUNCTION IF EXISTS household_not_verified_by_writer()",
    ],
}


class OwnWordsTrigger(Operation):
    """Migration operation: make the trigger; going back takes it away.

    On SQLite a migration that rebuilds `household` or `householdwriter` begins with `OwnWordsTriggerBack` and ends with
    this one: the trigger names both tables.
    """

    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """A trigger is no part of the models' state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        _run(schema_editor, _UNMAKE)
        _run(schema_editor, _MAKE)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        _run(schema_editor, _UNMAKE)

    def describe(self) -> str:
        return "Nobody verifies their own words"


class OwnWordsTriggerBack(OwnWordsTrigger):
    """The other way round: takes the trigger away, and going back makes it again."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        _run(schema_editor, _UNMAKE)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        _run(schema_editor, _MAKE)


def _run(schema_editor: BaseDatabaseSchemaEditor, statements: dict[str, list[str]]) -> None:
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)
