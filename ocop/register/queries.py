"""Reading the register: where a written place lies today, and which products a viewer may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from core.kit.text import fold_words
from core.people.models import Role
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Level, Unit
from core.places.queries import old_unit, successor
from ocop.register.models import TAXONOMY_OF_2026, OcopProduct, TaxonomyNode
from ocop.register.rules import maker_key


@dataclass(frozen=True)
class Place:
    """Where a product belongs. `unit` is today's commune or province, `former_province` the old one; None: unknown."""

    unit: Unit | None
    former_province: Unit | None

    @property
    def is_commune(self) -> bool:
        """Whether today's commune is known exactly."""
        return self.unit is not None and self.unit.level == Level.COMMUNE


def place_today(*, province: str, district: str, commune: str) -> Place:
    """Today's unit of a place written with the names of before 1 July 2025, as exact as that is and no more.

    A commune that went into one commune gives that one; so does a district that became a commune as a whole
    (Côn Đảo). Otherwise the province, which every old province has exactly one of.
    """
    former = old_unit(province)
    if former is None:
        return Place(None, None)
    smallest = old_unit(province, district, commune) if commune or district else None
    today = successor(smallest) if smallest is not None else None
    if today is not None:
        return Place(today, former)
    return Place(successor(former), former)


def products_visible_to(viewer: Viewer) -> QuerySet[OcopProduct]:
    """The products in the viewer's area as staff. Products known only by their province belong to the province."""
    return OcopProduct.objects.filter(viewer.area(*STAFF_ROLES)).select_related(
        "unit", "unit__parent", "former_province"
    )


def products_matching(products: QuerySet[OcopProduct], words: str) -> QuerySet[OcopProduct]:
    """Those whose name, maker or place holds every word, without regard to marks or case.

    Compared here and not in the database, because SQLite folds no Vietnamese; a province has hundreds of products.
    """
    wanted = fold_words(words).split()
    if not wanted:
        return products
    texts = products.values_list(
        "pk", "name", "producer_name", "commune_written", "district_written", "province_written"
    )  # fmt: skip
    found = [pk for pk, *parts in texts if _holds_all(wanted, " ".join(parts))]
    return products.filter(pk__in=found)


def _holds_all(wanted: list[str], text: str) -> bool:
    folded = fold_words(text)
    return all(word in folded for word in wanted)


def may_be_made_in(product: OcopProduct, unit: Unit) -> bool:
    """Whether a product of the register can be one that is made there: in that commune, or one of the two is known by its province
    only. Reads the product's unit."""
    here = product.unit
    if here is None or here.pk == unit.pk:
        return True
    provinces = {each.pk if each.level == Level.PROVINCE else each.parent_id for each in (here, unit)}
    return len(provinces) == 1 and Level.PROVINCE in {here.level, unit.level}


def same_products(name: str, producer: str, unit: Unit) -> list[OcopProduct]:
    """The products of the province with this name and maker that may be made there, whatever spelling a source used; compared here,
    because SQLite folds no Vietnamese (a province has some thousand)."""
    province_id = unit.pk if unit.level == Level.PROVINCE else unit.parent_id
    products = OcopProduct.objects.filter(Q(unit=province_id) | Q(unit__parent=province_id))
    wanted = (fold_words(name), maker_key(producer))
    texts = products.values_list("pk", "name", "producer_name")
    found = [pk for pk, its_name, maker in texts if (fold_words(its_name), maker_key(maker)) == wanted]
    rows = OcopProduct.objects.filter(pk__in=found).select_related("unit").order_by("pk")
    return [each for each in rows if may_be_made_in(each, unit)]


def is_in_area(viewer: Viewer, product: OcopProduct, *roles: str) -> bool:
    """Whether the viewer holds one of these roles where the product belongs (operators and SYSTEM: everywhere)."""
    return OcopProduct.objects.filter(viewer.area(*roles), pk=product.pk).exists()


def can_choose_set(viewer: Viewer, product: OcopProduct) -> bool:
    """Whether the viewer may say which set a product belongs to: officers of its commune, staff of its province, operators."""
    return is_in_area(viewer, product, Role.PROVINCE, Role.COMMUNE)


def product_sets(decision: str = TAXONOMY_OF_2026) -> list[TaxonomyNode]:
    """The sets of a list in its order, with group and sector read along."""
    sets = TaxonomyNode.objects.filter(taxonomy__decision=decision, level=TaxonomyNode.Level.SET)
    return list(sets.select_related("taxonomy", "parent__parent").order_by("number"))


def place_words(product: OcopProduct) -> str:
    """Where the product is made, in today's names as far as they are known: "phường Phú Thủy, tỉnh Lâm Đồng".

    A product known only by its province keeps the rest as written. Reads `unit` and its parent.
    """
    unit = product.unit
    if unit is None:
        return product.place_written
    if unit.level == Level.COMMUNE and unit.parent is not None:
        return f"{unit}, {unit.parent}"
    former = ", ".join(part for part in (product.commune_written, product.district_written) if part)
    return f"{former} (trước 1/7/2025), {unit}" if former else str(unit)
