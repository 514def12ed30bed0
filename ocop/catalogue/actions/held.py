"""What every write has in common: who may, the lock, the bounds, the trail. Every write waits for the others of the same indicator, so
versions and days are never given twice."""

from __future__ import annotations

from decimal import Decimal

from core.audit.actions import record
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.catalogue.decimals import written_decimal
from ocop.catalogue.models import HandIndicator
from ocop.catalogue.rules import bounds, can_write, can_write_for_country, is_of


class CatalogueRefused(ValueError):
    """It cannot be written so; the message is a Vietnamese sentence with what to do."""


def held(indicator: HandIndicator, unit: Unit | None, by: Viewer) -> HandIndicator:
    """The indicator, locked for writing in a place by somebody who may."""
    if not (can_write_for_country(by) if unit is None else can_write(by, unit)):
        raise PermissionError
    held = HandIndicator.objects.select_for_update(no_key=True, of=("self",)).get(pk=indicator.pk)
    if unit is not None and not is_of(held, unit):
        raise PermissionError
    return held


def within(indicator: HandIndicator, value: Decimal) -> None:
    least, most = bounds(indicator.measure)
    if not least <= value <= most:
        raise CatalogueRefused(f"Số phải từ {written_decimal(least)} đến {written_decimal(most)}.")


def note(
    word: str, indicator: HandIndicator, unit: Unit | None, by: Viewer, changes: dict[str, tuple[str, str]]
) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"hand_indicator:{indicator.pk}",
        unit_code=unit.code if unit else "",
        changes=changes,
    )
