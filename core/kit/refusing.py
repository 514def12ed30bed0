"""Rows that the database itself refuses because of what other rows say: for rules that no action may get round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation


@dataclass(frozen=True)
class Refusal:
    """Rows of `table` are refused at these `moments` ("INSERT", "UPDATE OF column") when `when` holds of the new row and
    `witness` (a SELECT that may name NEW) finds anything. `name` is the trigger's and stands in the error."""

    name: str
    table: str
    moments: tuple[str, ...]
    when: str
    witness: str

    @property
    def make(self) -> dict[str, list[str]]:
        """The statements that make it, by vendor. SQLite has a trigger for each moment."""
        refused = f"{self.when} AND EXISTS ({self.witness})"
        return {
            "sqlite": [
                f"""CREATE TRIGGER {name} BEFORE {moment} ON {self.table}
                    WHEN {refused} BEGIN SELECT RAISE(ABORT, '{self.name}'); END"""
                for name, moment in self._names.items()
            ],
            "postgresql": [
                f"""CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                      IF {refused} THEN
                        RAISE EXCEPTION '{self.name}' USING ERRCODE = 'check_violation';
                      END IF;
                      RETURN NEW;
                    END $$""",
                f"""CREATE TRIGGER {self.name} BEFORE {" OR ".join(self.moments)} ON {self.table}
                    FOR EACH ROW EXECUTE FUNCTION {self.name}()""",
            ],
        }

    @property
    def unmake(self) -> dict[str, list[str]]:
        """The statements that take it away, also when it is not there."""
        return {
            "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in self._names],
            "postgresql": [
                f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
                f"DROP FUNCTION IF EXISTS {self.name}()",
            ],
        }

    @property
    def _names(self) -> dict[str, str]:
        if len(self.moments) == 1:
            return {self.name: self.moments[0]}
        return {f"{self.name}_{moment.split()[0].lower()}": moment for moment in self.moments}


class RefusingTrigger(Operation):
    """Migration operation: make the trigger; going back takes it away.

    On SQLite a later migration that rebuilds the table, or one that the witness reads, begins with `RefusingTriggerBack`
    and ends with this one.
    """

    reduces_to_sql = False

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal

    def state_forwards(self, app_label: str, state: Any) -> None:
        """A trigger is no part of the models' state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        _run(schema_editor, self.refusal.unmake)
        _run(schema_editor, self.refusal.make)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        _run(schema_editor, self.refusal.unmake)

    def describe(self) -> str:
        return f"The database refuses: {self.refusal.name}"


class RefusingTriggerBack(RefusingTrigger):
    """The other way round: takes the trigger away, and going back makes it again."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        _run(schema_editor, self.refusal.unmake)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        _run(schema_editor, self.refusal.make)


def _run(schema_editor: BaseDatabaseSchemaEditor, statements: dict[str, list[str]]) -> None:
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)
