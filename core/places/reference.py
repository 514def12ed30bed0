"""Loading the units, their names and their links from core/places/data (built by data/build.py)."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from core.kit import clock
from core.kit.text import fold_words
from core.places.actions.resolutions import enter_kept_resolutions
from core.places.actions.units import one_map_at_a_time
from core.places.models import Level, PlacesLoad, Unit, UnitLink, UnitName

DATA = Path(__file__).parent / "data"
FILES = ("units.csv", "names.csv", "links.csv")
MERGER = date(2025, 7, 1)
Key = tuple[str, str, date | None]


def load_places() -> bool:
    """Bring the tables to the state of the data files; False when they are there already.

    Existing units keep their identity, so that a new resolution can be loaded over rows in use. Resolutions entered here
    are entered again on top; Refused if the files contradict them, with nothing changed.
    """
    checksum = hashlib.sha256(b"".join((DATA / name).read_bytes() for name in FILES)).hexdigest()
    last = PlacesLoad.objects.order_by("-pk").first()
    if last is not None and last.checksum == checksum:
        return False
    with transaction.atomic():
        one_map_at_a_time()
        units = _load_units(_last_names())
        _load_names(units)
        _load_links(units)
        PlacesLoad.objects.create(checksum=checksum, at=clock.now())
        enter_kept_resolutions()
    return True


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _last_names() -> dict[Key, tuple[str, str]]:
    """Kind and name of each unit's latest period."""
    found: dict[Key, tuple[str, str]] = {}
    latest: dict[Key, str] = {}
    for row in _rows("names.csv"):
        key = (row["level"], row["code"], _day(row["unit_valid_from"]))
        if key not in latest or row["valid_from"] > latest[key]:
            latest[key], found[key] = row["valid_from"], (row["kind"], row["name"])
    return found


def _load_units(names: dict[Key, tuple[str, str]]) -> dict[Key, Unit]:
    known: dict[Key, Unit] = {(unit.level, unit.code, unit.valid_from): unit for unit in Unit.objects.all()}
    rows = list(_rows("units.csv"))
    for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE):
        fresh: list[Unit] = []
        for row in rows:
            if row["level"] != level:
                continue
            key = (row["level"], row["code"], _day(row["valid_from"]))
            unit = known.get(key) or Unit(level=key[0], code=key[1], valid_from=key[2])
            kind, name = names[key]
            parent = (
                known[(row["parent_level"], row["parent_code"], _day(row["parent_valid_from"]))]
                if row["parent_code"]
                else None
            )
            facts: dict[str, Any] = {
                "parent_id": parent.pk if parent else None,
                "kind": kind,
                "name": name,
                "folded_name": fold_words(name),
                "valid_to": _day(row["valid_to"]),
                "latitude": Decimal(row["latitude"]) if row["latitude"] else None,
                "longitude": Decimal(row["longitude"]) if row["longitude"] else None,
                "decision": row["decision"],
            }
            is_changed = any(getattr(unit, field) != value for field, value in facts.items())
            for field, value in facts.items():
                setattr(unit, field, value)
            if unit.pk is None:
                fresh.append(unit)
            elif is_changed:
                unit.save()
            known[key] = unit
        Unit.objects.bulk_create(fresh, batch_size=500)
    return known


def _load_names(units: dict[Key, Unit]) -> None:
    UnitName.objects.all().delete()
    UnitName.objects.bulk_create(
        (
            UnitName(
                unit=units[(row["level"], row["code"], _day(row["unit_valid_from"]))],
                kind=row["kind"],
                name=row["name"],
                valid_from=_day(row["valid_from"]),
                valid_to=_day(row["valid_to"]),
                source=row["source"],
            )
            for row in _rows("names.csv")
        ),
        batch_size=1000,
    )


def _load_links(units: dict[Key, Unit]) -> None:
    UnitLink.objects.all().delete()
    UnitLink.objects.bulk_create(
        (
            UnitLink(
                old=units[(row["old_level"], row["old_code"], None)],
                new=units[(row["new_level"], row["new_code"], MERGER)],
                on=date.fromisoformat(row["on"]),
                kind=row["kind"],
                decision=row["decision"],
            )
            for row in _rows("links.csv")
        ),
        batch_size=1000,
    )
