"""Writing one row into the register."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import Viewer
from core.places.events import MapTurned
from core.places.models import Level, Unit
from core.places.queries import former_province_of
from ocop.register.events import ProductsMoved
from ocop.register.models import OcopProduct, TaxonomyNode
from ocop.register.queries import Place, can_choose_set
from ocop.register.reading import Row

# What the columns of the register are called in the trail.
_TOLD = {
    "name": "tên sản phẩm",
    "producer_name": "chủ thể",
    "producer_kind": "loại hình",
    "product_group": "ngành, nhóm",
    "commune_written": "xã như nguồn ghi",
    "district_written": "huyện như nguồn ghi",
    "province_written": "tỉnh như nguồn ghi",
    "unit": "nay thuộc",
    "former_province": "tỉnh cũ",
    "source_url": "nguồn",
    "note": "ghi chú",
}


class Outcome(StrEnum):
    """What an import did with a row."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@transaction.atomic
def record_product(
    *, row: Row, key: str, place: Place, known: OcopProduct | None, by: Viewer, is_demo: bool, via: str = "import"
) -> tuple[OcopProduct, Outcome]:  # fmt: skip
    """Add the product of this row, or bring the `known` one up to date. `via` tells the trail which way it came.

    An empty cell says nothing, so it never takes away what is known.
    """
    facts = {
        "name": row.name,
        "producer_name": row.producer,
        "producer_kind": row.producer_kind,
        "product_group": row.product_group,
        "commune_written": row.commune,
        "district_written": row.district,
        "province_written": row.province,
        "unit": place.unit,
        "former_province": place.former_province,
        "source_url": row.source_url,
        "note": row.note,
    }
    if known is None:
        product = OcopProduct.objects.create(row_key=key, recorded_at=clock.now(), is_demo=is_demo, **facts)
        _audit("ocop_product.recorded", product, by, via=via)
        return product, Outcome.CREATED
    changed: dict[str, Any] = {name: value for name, value in facts.items() if value and value != getattr(known, name)}
    if not changed:
        return known, Outcome.UNCHANGED
    if "unit" in changed:
        changed["former_province"] = place.former_province  # that of the place of before says nothing of this one
    told = {_TOLD[name]: (str(getattr(known, name) or ""), str(value)) for name, value in changed.items()}
    units = (known.unit_id, place.unit.pk if place.unit else known.unit_id)
    for name, value in changed.items():
        setattr(known, name, value)
    known.save(update_fields=list(changed))
    _audit("ocop_product.changed", known, by, told, via=via)
    if {"unit", "former_province"} & set(changed):
        emit(ProductsMoved(units))
    return known, Outcome.CHANGED


@transaction.atomic
def choose_set(*, product: OcopProduct, chosen: TaxonomyNode | None, by: Viewer) -> OcopProduct:
    """Say which set of its list the product belongs to (None: not known any more). `product_group` stays as the source writes it.
    Raises PermissionError, ValueError for a sector or group."""
    if chosen is not None and chosen.level != TaxonomyNode.Level.SET:
        raise ValueError("a product belongs to a set")
    product = OcopProduct.objects.select_for_update(of=("self",)).select_related("product_set").get(pk=product.pk)
    if not can_choose_set(by, product):
        raise PermissionError
    before = product.product_set
    if before == chosen:
        return product
    product.product_set = chosen
    if chosen is not None:
        product.taxonomy_version = chosen.taxonomy.decision
    product.save(update_fields=["product_set", "taxonomy_version"])
    emit(ProductsMoved((product.unit_id,)))
    _audit("ocop_product.set_chosen", product, by, {"bộ sản phẩm": (str(before or ""), str(chosen or ""))}, via="")
    return product


def _audit(
    word: str,
    product: OcopProduct,
    by: Viewer,
    changes: Mapping[str, tuple[str, str]] | None = None,
    *,
    via: str = "import",
) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"ocop_product:{product.pk}",
        unit_code=product.unit.code if product.unit else "",
        via=via,
        changes=changes,
    )


def follow_map(event: MapTurned) -> None:
    """Products of an ended unit belong to what it became, of a divided one to its default part; the written place stays."""
    for old_id, new_id in event.new_unit_ids().items():
        OcopProduct.objects.filter(unit_id=old_id).update(unit_id=new_id)


@transaction.atomic
def fill_former_provinces() -> int:
    """Write the province of before 1 July 2025 at products whose commune lay wholly in one and that lack it; returns how many. Running
    twice changes nothing."""
    lacking = OcopProduct.objects.filter(former_province__isnull=True, unit__level=Level.COMMUNE)
    found: dict[int, list[int]] = {}
    for pk, unit_id in lacking.values_list("pk", "unit_id"):
        found.setdefault(unit_id, []).append(pk)
    filled = 0
    for unit in Unit.objects.filter(pk__in=found):
        province = former_province_of(unit)
        if province is not None:
            filled += OcopProduct.objects.filter(pk__in=found[unit.pk]).update(former_province=province)
    return filled
