"""The goals that plans name, with their targets. Only what has been read stands here: no owner, no formula and no figure is made up,
and a target without a year in its source has none here either."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from core.kit import clock
from core.places.models import Level, Unit
from ocop.catalogue.models import HandIndicator, HandTarget

DATA = Path(__file__).parent / "data"


@transaction.atomic
def load_catalogue() -> None:
    """Bring the common lines to the state of their file, and add the targets of which there is none of that place and year yet.
    What people have written since stays what applies."""
    now = clock.now()
    for row in _rows("indicators.csv"):
        facts = {key: row[key] for key in ("group", "measure", "name")}
        HandIndicator.objects.update_or_create(
            code=row["code"], defaults=facts, create_defaults=facts | {"added_at": now}
        )
    for row in _rows("targets.csv"):
        indicator = HandIndicator.objects.get(code=row["code"])
        code, year = row["former_province"], int(row["year"]) if row["year"] else None
        unit = Unit.objects.get(level=Level.PROVINCE, code=code, valid_to__isnull=False) if code else None
        known = indicator.targets.filter(unit=unit) if unit else indicator.targets.filter(unit__isnull=True)
        if not (known.filter(year=year) if year else known.filter(year__isnull=True)).exists():
            HandTarget(
                indicator=indicator,
                unit=unit,
                year=year,
                value=Decimal(row["value"]),
                is_above=bool(row["is_above"]),
                document=row["document"],
                entered_at=now,
            ).save()


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
