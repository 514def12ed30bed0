"""Drawing rows of snapshots, once."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.kit import clock
from core.kit.bulk import insert_many
from core.places.events import MapTurned
from core.places.models import Level, Unit, in_force
from core.places.queries import successor
from ocop.indicators.registry import INDICATORS
from ocop.rechecks.actions.alone import each_alone
from ocop.rechecks.drawing import DRAWN, FIRST_DAY, LAST_DRAW, drawn, is_day_of_draw
from ocop.rechecks.evidence import counted_by, counted_rows
from ocop.rechecks.models import RecheckDraw, RecheckItem, RecheckPage
from ocop.snapshots.models import Snapshot


def draw_due() -> int:
    """Draw from every province's snapshot whose day it is, for each indicator that was not drawn yet; returns how many draws were
    made. Of a day that was frozen several times the version that holds now is drawn from."""
    today = clock.today()
    days = (today - timedelta(days=LAST_DRAW), today - timedelta(days=FIRST_DAY))
    frozen = Snapshot.objects.filter(
        on__range=days, frozen_at__isnull=False, unit__level=Level.PROVINCE
    ).select_related("unit")
    last = {(each.unit_id, each.on): each for each in frozen.order_by("pk")}
    taken = set(RecheckDraw.objects.filter(on__range=days).values_list("unit_id", "on", "indicator"))
    wanted = [(each, code) for place, each in last.items() for code in DRAWN if (*place, code) not in taken]
    return each_alone(lambda pair: int(draw_from(snapshot=pair[0], indicator=pair[1]) is not None), wanted)


def draw_from(*, snapshot: Snapshot, indicator: str) -> RecheckDraw | None:
    """Draw from the rows that a frozen snapshot counted in an indicator (`drawing.DRAWN`); None when it is not the day, when it was
    drawn already (also by somebody else in this instant), or when nothing was counted.

    The seed is made here, of chance that nobody has; draw, rows and pages are stored together or not at all.
    """
    if snapshot.unit is None or snapshot.frozen_at is None or not is_day_of_draw(snapshot.on, clock.today()):
        return None
    try:
        return _draw(snapshot, snapshot.unit, indicator)
    except IntegrityError:
        if not RecheckDraw.objects.filter(unit=snapshot.unit, on=snapshot.on, indicator=indicator).exists():
            raise
        return None


@transaction.atomic
def _draw(snapshot: Snapshot, unit: Unit, indicator: str) -> RecheckDraw | None:
    rows = counted_rows(snapshot, indicator)
    if not rows or RecheckDraw.objects.filter(unit=unit, on=snapshot.on, indicator=indicator).exists():
        return None
    seed, subject = secrets.token_hex(32), INDICATORS[indicator].subject.name
    order = drawn(rows, seed=seed, rows_sha256=snapshot.rows_sha256)
    made = RecheckDraw.objects.create(
        snapshot=snapshot,
        unit=unit,
        on=snapshot.on,
        indicator=indicator,
        population=len(rows),
        size=len(order),
        seed=seed,
        rows_sha256=snapshot.rows_sha256,
        drawn_at=clock.now(),
    )
    ids = {row: int(row.partition(":")[2]) for row in order}
    places = _units({rows[row] for row in order}, snapshot)
    items = [
        RecheckItem(draw=made, position=number, subject=subject, subject_id=ids[row], unit=places.get(rows[row], unit))
        for number, row in enumerate(order, 1)
    ]
    insert_many(items)
    counted = counted_by(indicator, list(ids.values()), snapshot.on, snapshot.frozen_at)
    insert_many(
        [
            RecheckPage(
                item=item,
                account_id=each.account_id,
                link_id=each.link_id,
                name=each.name,
                product_name=each.product_name,
                known_to=list(each.known_to),
            )
            for item in items
            for each in counted.get(item.subject_id, [])
        ]
    )
    drew = f"{len(order)} trong {len(rows)} dòng, hạt giống {seed}, mã các dòng {snapshot.rows_sha256}"
    record(
        "recheck.drawn",
        actor_id=None,
        object_label=f"recheck:{made.pk}",
        unit_code=unit.code,
        changes={f"{indicator}, bản {snapshot.number}": ("", drew)},
    )
    return made


def follow_map(event: MapTurned) -> None:
    """Drawn rows go to what their commune became, so that the officers who now hold the ground look at them. Repeating changes nothing."""
    for old_id, new_id in event.new_unit_ids().items():
        RecheckItem.objects.filter(unit_id=old_id).update(unit_id=new_id)


def _units(codes: set[str], snapshot: Snapshot) -> dict[str, Unit]:
    """Where rows of these units go today: what they meant on the snapshot's day, or what became of that."""
    places = Unit.objects.filter(in_force(snapshot.on), code__in=codes, level__in=[Level.PROVINCE, Level.COMMUNE])
    return {unit.code: unit if unit.valid_to is None else successor(unit) or unit for unit in places}
