"""Bringing everything encrypted under the newest key, beside living writers.

A row is changed only if it still holds what was read (compare and set on the stored token), so a writer's change is
never overwritten; what is done stays done, so a killed run is simply started again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Cast

from core.kit.encryption import BlindIndexField, EncryptedTextField, Undecipherable, blind_index, decrypt, is_newest

AT_ONCE = 200


@dataclass(frozen=True)
class Column:
    """An encrypted column with the blind indexes made of it."""

    model: type[models.Model]
    field: EncryptedTextField
    indexes: tuple[BlindIndexField, ...]

    @property
    def name(self) -> str:
        """ "onboarding.household.phone"."""
        return f"{self.model._meta.label_lower}.{self.field.name}"


@dataclass
class Outcome:
    """What became of one column. `stale` rows were found not to be under the newest key; each was changed, or a writer
    was quicker (who writes the newest key anyway), or it cannot be: then `refused` says which row and why."""

    column: str
    seen: int = 0
    stale: int = 0
    changed: int = 0
    refused: list[str] = field(default_factory=list)


# Encrypted text outside EncryptedTextField (a library's table, a file): name → run(dry) that reports what became of it.
TokenStore = Callable[[bool], Outcome]
_stores: dict[str, TokenStore] = {}


def register_token_store(name: str, rotate: TokenStore) -> None:
    """Add a place with tokens that is no EncryptedTextField; called from `ready()`.

    `rotate(dry_run)` brings it under the newest key as `core.kit.encryption.reencrypt` does, and may run twice.
    """
    _stores[name] = rotate


def encrypted_columns() -> list[Column]:
    """Every encrypted column of every table, found through the app registry."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        own = model._meta.local_concrete_fields
        for each in own:
            if isinstance(each, EncryptedTextField):
                indexes = tuple(other for other in own if isinstance(other, BlindIndexField) and other.of == each.name)
                found.append(Column(model, each, indexes))
    return sorted(found, key=lambda column: column.name)


def rotate_keys(*, dry_run: bool = False, progress: Callable[[Outcome], None] | None = None) -> list[Outcome]:
    """Re-encrypt everything that is not under the newest key and rebuild its blind indexes; one outcome a column.

    `progress` is told after each batch. With `dry_run` nothing is written.
    """
    outcomes = []
    for column in encrypted_columns():
        outcome = Outcome(column.name)
        for batch in _batches(column):
            with transaction.atomic():
                for row in batch:
                    _row(column, row, outcome, dry_run)
            if progress:
                progress(outcome)
        outcomes.append(outcome)
    return outcomes + [_stores[name](dry_run) for name in sorted(_stores)]


def _batches(column: Column) -> Iterator[list[dict[str, Any]]]:
    """Rows with a token, by primary key: {"pk", "token", and each index by name}."""
    # Through a plain text column, or the field would decrypt what is read and refuse to be compared.
    rows = models.QuerySet(column.model).annotate(token=Cast(column.field.name, models.TextField())).exclude(token="")
    rows = rows.order_by("pk").values("pk", "token", *(each.name for each in column.indexes))
    last = None
    while batch := list((rows if last is None else rows.filter(pk__gt=last))[:AT_ONCE]):
        yield batch
        last = batch[-1]["pk"]


def _row(column: Column, row: dict[str, Any], outcome: Outcome, dry_run: bool) -> None:
    outcome.seen += 1
    try:
        text = decrypt(row["token"])
    except Undecipherable as problem:
        outcome.refused.append(f"{column.name} of row {row['pk']}: {problem}")
        return
    indexes = {each.name: blind_index(text, each.purpose) for each in column.indexes}
    if is_newest(row["token"]) and all(row[name] == made for name, made in indexes.items()):
        return
    outcome.stale += 1
    if dry_run:
        return
    unchanged = models.QuerySet(column.model).annotate(token=Cast(column.field.name, models.TextField()))
    try:
        with transaction.atomic():
            outcome.changed += unchanged.filter(pk=row["pk"], token=row["token"]).update(
                **{column.field.name: text} | indexes
            )
    except IntegrityError:
        outcome.refused.append(
            f"{column.name} of row {row['pk']}: another row has the same value, which must be unique"
        )
