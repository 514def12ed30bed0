"""Another version of a platform's columns. Versions are never changed, for files that were made in them still come back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from market.platforms.desk.actions.exporting import adapter_of
from market.platforms.desk.queries import sheet_settings
from market.platforms.models import Connection, SheetColumns
from market.platforms.sheets.columns import BUILT_IN, as_data, column_problems, every_version
from market.platforms.sheets.layout import Column


class ColumnsRefused(Exception):
    """These columns cannot be a version; `problems` are sentences."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(*problems)
        self.problems = list(problems)


@transaction.atomic
def save_columns(*, connection: Connection, columns: Sequence[Column], note: str, by: Viewer) -> SheetColumns | None:
    """Put these columns in force as a new version; None when they are those in force. Raises NotAllowed, ColumnsRefused."""
    adapter = adapter_of(connection, by)
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    versions = every_version(adapter.layout, sheet_settings(connection).options)
    if tuple(columns) == versions[0].columns:
        return None
    problems = column_problems(columns, versions)
    if problems:
        raise ColumnsRefused(problems)
    number = int(connection.sheet_columns.aggregate(last=Max("number"))["last"] or BUILT_IN) + 1
    connection.sheet_columns.filter(is_current=True).update(is_current=False)
    version = SheetColumns.objects.create(
        connection=connection,
        number=number,
        columns=as_data(columns),
        note=note[:200],
        made_by_id=by.user_id,
        made_at=clock.now(),
    )
    _note(connection, "sheet_columns.saved", versions[0].version, f"{adapter.key}-{number}", by)
    return version


@transaction.atomic
def choose_columns(*, connection: Connection, number: int, by: Viewer) -> None:
    """Put an older version in force again; 1 is the one that came with the program. The same again changes nothing.

    Raises NotAllowed, SheetColumns.DoesNotExist.
    """
    adapter = adapter_of(connection, by)
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    held = connection.sheet_columns.filter(is_current=True).first()
    before = held.number if held else BUILT_IN
    wanted = None if number == BUILT_IN else connection.sheet_columns.get(number=number)
    if before == number:
        return
    connection.sheet_columns.filter(is_current=True).update(is_current=False)
    if wanted is not None:
        connection.sheet_columns.filter(pk=wanted.pk).update(is_current=True)
    _note(connection, "sheet_columns.chosen", f"{adapter.key}-{before}", f"{adapter.key}-{number}", by)


def _note(connection: Connection, word: str, before: str, after: str, by: Viewer) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"connection:{connection.pk}",
        changes={"mẫu cột": (before, after)},
    )
