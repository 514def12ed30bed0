"""Setting and taking back targets."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.indicators.models import Target
from ocop.indicators.registry import INDICATORS
from ocop.indicators.targets import can_set

FIRST_YEAR, MAX_DOCUMENT = 2018, 200


class TargetRefused(ValueError):
    """The target cannot be set so; the message is a Vietnamese sentence with what to do."""


@transaction.atomic
def set_target(*, indicator: str, unit: Unit, year: int, percent: int, document: str, by: Viewer) -> Target:
    """What an area is to reach in a year, by which document; the one of before, if any, is corrected. Raises
    PermissionError, TargetRefused."""
    unit = Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
    if not can_set(by, unit):
        raise PermissionError
    if indicator not in INDICATORS:
        raise TargetRefused("Hãy chọn một chỉ số trong danh sách.")
    if not 1 <= percent <= 100:
        raise TargetRefused("Mục tiêu phải từ 1 đến 100 phần trăm.")
    if not FIRST_YEAR <= year <= clock.today().year + 10:
        raise TargetRefused(f"Năm phải từ {FIRST_YEAR} đến mười năm tới.")
    document = squeeze(document)[:MAX_DOCUMENT]
    if not document:
        raise TargetRefused("Hãy ghi văn bản giao chỉ tiêu. Chỉ tiêu không có văn bản thì không ai đối chiếu được.")
    target = Target.objects.filter(indicator=indicator, unit=unit, year=year).first()
    before = f"{target.percent} %" if target else ""
    target = target or Target(indicator=indicator, unit=unit, year=year)
    if (target.pk, target.percent, target.document) == (target.pk or 0, percent, document):
        return target
    target.percent, target.document = percent, document
    target.entered_by_id, target.entered_at = by.user_id, clock.now()
    target.save()
    _note("target.set", target, by, before, f"{percent} %, {document}")
    return target


@transaction.atomic
def remove_target(*, target: Target, by: Viewer) -> None:
    """The area has no target of its own any more; the next wider one applies. Raises PermissionError."""
    target = Target.objects.select_for_update(of=("self",)).select_related("unit").get(pk=target.pk)
    if not can_set(by, target.unit):
        raise PermissionError
    _note("target.removed", target, by, f"{target.percent} %, {target.document}", "")
    target.delete()


def _note(word: str, target: Target, by: Viewer, before: str, after: str) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"target:{target.pk}",
        unit_code=target.unit.code,
        changes={f"{target.indicator} năm {target.year}": (before, after)},
    )
