"""Nobody confirms what they claimed themselves: the database refuses an observation "live" by the person who claimed the
link or its account."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_CLAIMED_BY_OBSERVER = """
    SELECT 1 FROM onboarding_outsidelink link
    JOIN onboarding_platformaccount account ON account.id = link.account_id
    WHERE link.id = NEW.link_id AND (link.claimed_by_id = NEW.observed_by_id OR account.claimed_by_id = NEW.observed_by_id)
"""
_WHEN = "NEW.observer = 'person' AND NEW.result = 'live'"
_MAKE = {
    "sqlite": [
        f"""CREATE TRIGGER observation_not_by_claimant BEFORE INSERT ON onboarding_observation
            WHEN {_WHEN} AND EXISTS ({_CLAIMED_BY_OBSERVER})
            BEGIN SELECT RAISE(ABORT, 'observation_not_by_claimant'); END"""
    ],
    "postgresql": [
        f"""CREATE FUNCTION observation_not_by_claimant() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF {_WHEN} AND EXISTS ({_CLAIMED_BY_OBSERVER}) THEN
                RAISE EXCEPTION 'observation_not_by_claimant' USING ERRCODE = 'check_violation';
              END IF;
              RETURN NEW;
            END $$""",
        """CREATE TRIGGER observation_not_by_claimant BEFORE INSERT ON onboarding_observation
           FOR EACH ROW EXECUTE FUNCTION observation_not_by_claimant()""",
    ],
}
_UNMAKE = {
    "sqlite": ["DROP TRIGGER IF EXISTS observation_not_by_claimant"],
    "postgresql": [
        "DROP TRIGGER IF EXISTS observation_not_by_claimant ON onboarding_observation",
        "DROP FUNCTION IF EXISTS observation_not_by_claimant()",
    ],
}


class OwnClaimTrigger(Operation):
    """Migration operation: make the trigger; going back takes it away.

    On SQLite a migration that rebuilds `observation`, `outsidelink` or `platformaccount` begins with
    `OwnClaimTriggerBack` and ends with this one: the trigger names all three tables.
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
        return "Nobody confirms their own claim"


class OwnClaimTriggerBack(OwnClaimTrigger):
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
