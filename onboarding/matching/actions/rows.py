"""Rows as plain data and back, and moving all that belongs to one household to another.

The tables are found through the model registry: whoever adds a foreign key to Household need not know of merging.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, models, transaction

from core.kit.encryption import BlindIndexField
from onboarding.households.models import Household, HouseholdWriter, ProductionLine
from onboarding.matching.models import DuplicatePair, HouseholdMerge
from onboarding.matching.registry import stays

# What a merge decides itself: lines of production are facts, writers belong to facts, the rest are merges and pairs.
OWN_TABLES = frozenset({Household, HouseholdWriter, ProductionLine, DuplicatePair, HouseholdMerge})
RowData = dict[str, Any]


@dataclass
class Moved:
    """Rows of one foreign key that now point at the other household, and those put aside because it has the same."""

    model: str  # "onboarding.visit"
    link: str  # "household"
    ids: list[Any] = field(default_factory=list)
    aside: list[RowData] = field(default_factory=list)


@dataclass
class Snapshot:
    """What a merge found and did; kept encrypted, read only by the unmerge and the page about it."""

    kept: RowData
    absorbed: RowData
    kept_lines: list[RowData]
    absorbed_lines: list[RowData]
    kept_after: RowData = field(default_factory=dict)
    lines_after: list[RowData] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    pair: RowData | None = None
    writers: list[tuple[int, bool]] | None = None  # of the kept one, as `writers_of`

    def as_text(self) -> str:
        """JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Snapshot:
        """Back from JSON."""
        data = json.loads(text)
        return cls(**data | {"moved": [Moved(**each) for each in data["moved"]]})


def row_data(row: models.Model) -> RowData:
    """All columns of a row by attribute name, as JSON values; times with their microseconds."""
    return {each.attname: _plain(each.value_from_object(row)) for each in row._meta.concrete_fields}


def lines_data(household: Household) -> list[RowData]:
    """Its lines of production, with their ids."""
    return [row_data(line) for line in ProductionLine.objects.filter(household=household).order_by("pk")]


def row_from(model: type[models.Model], data: RowData) -> models.Model:
    """The row again, not yet stored. Blind indexes are made anew: keys may have changed since."""
    values = {
        each.attname: each.to_python(data[each.attname]) for each in model._meta.concrete_fields if each.attname in data
    }
    row = model(**values)
    for each in model._meta.concrete_fields:
        if isinstance(each, BlindIndexField):
            each.pre_save(row, True)
    return row


def value_of(model: type[models.Model], name: str, data: RowData) -> Any:
    """One column's value, as Python knows it."""
    column = next(each for each in model._meta.concrete_fields if each.attname == name)
    return column.to_python(data[name])


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def links() -> Iterator[tuple[type[models.Model], Any]]:
    """Every foreign key to Household whose rows go along, of every app."""
    for relation in Household._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or not (relation.one_to_many or relation.one_to_one):
            continue
        model: Any = relation.related_model
        if model not in OWN_TABLES and not model._meta.proxy and not stays(model):
            yield model, relation.field  # type: ignore[union-attr]


def move_rows(*, source: Household, target: Household) -> list[Moved]:
    """Point all rows of `source` at `target`. A row that `target` already has the like of (a unique constraint says so) is
    put aside, in full; one that something else depends on stays where it is."""
    found = []
    for model, link in sorted(links(), key=lambda pair: (pair[0]._meta.label_lower, pair[1].name)):
        moved = Moved(model._meta.label_lower, link.name)
        for row in model._base_manager.filter(**{link.name: source}).order_by("pk"):
            if _point(row, link, target):
                moved.ids.append(_plain(row.pk))
            elif _is_unique_with(model, link) and not _has_dependants(row):
                moved.aside.append(row_data(row))
                model._base_manager.filter(pk=row.pk).delete()
        if moved.ids or moved.aside:
            found.append(moved)
    return found


def move_back(moved: list[Moved], *, source: Household, target: Household) -> None:
    """Undo `move_rows`: what was moved and still belongs to `target` goes back to `source`; what was put aside is there
    again, unless what it belonged to is gone."""
    for each in moved:
        model = apps.get_model(each.model)
        link = model._meta.get_field(each.link)
        for row in model._base_manager.filter(pk__in=each.ids, **{each.link: target}).order_by("pk"):
            _point(row, link, source)
        for data in each.aside:
            _put_back(row_from(model, data))


def _point(row: models.Model, link: Any, household: Household) -> bool:
    try:
        with transaction.atomic():
            type(row)._base_manager.filter(pk=row.pk).update(**{link.attname: household.pk})
    except IntegrityError:
        return False
    return True


def _is_unique_with(model: type[models.Model], link: Any) -> bool:
    together = [set(each.fields) for each in model._meta.constraints if isinstance(each, models.UniqueConstraint)]
    return bool(link.unique or any(link.name in names for names in together))


def _has_dependants(row: models.Model) -> bool:
    for relation in row._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            name = relation.field.name  # type: ignore[union-attr]
            if relation.related_model._base_manager.filter(**{name: row.pk}).exists():  # type: ignore[union-attr]
                return True
    return False


def _put_back(row: models.Model) -> None:
    for each in row._meta.concrete_fields:
        wanted = getattr(row, each.attname)
        if each.is_relation and wanted is not None and not each.related_model._base_manager.filter(pk=wanted).exists():  # type: ignore[union-attr]
            return
    try:
        with transaction.atomic():
            row.save_base(raw=True, force_insert=True)
    except IntegrityError:
        return  # the same has been written down again since
