"""What the boards show beyond the indicators themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.text import capfirst

from core.kit.text import sort_key
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Level, Unit
from ocop.boards.standing import with_work_marks
from ocop.certificates.queries import with_certificate_marks
from ocop.indicators.queries import Scope, areas_of, scope_rows
from ocop.presence.queries import with_presence_marks
from ocop.register.models import OcopProduct
from ocop.register.queries import products_matching, products_visible_to
from ocop.register.reference import lines

# What a list of products can be narrowed to: name in the address → value → condition over the marks.
FILTERS: dict[str, dict[str, dict[str, Any]]] = {
    "han": {
        "con": {"is_certified": True},
        "chua-ro": {"is_unclear": True},
        "het": {"is_certified": False, "is_unclear": False},
        "vua-het": {"is_lapsed": True},
    },
    "san": {
        "ca-hai": {"is_on_voso": True, "is_on_postmart": True},
        "voso": {"is_on_voso": True},
        "postmart": {"is_on_postmart": True},
        "chua": {"is_on_voso": False, "is_on_postmart": False},
    },
    "nganh": {
        **{
            str(line.number): {"product_set__parent__parent__number": line.number}
            for line in lines()
            if line.level == "sector"
        },
        "chua": {"product_set__isnull": True},
    },
    "gan": {"roi": {"is_linked": True}, "chua": {"is_linked": False}},
}


@dataclass(frozen=True)
class AreaChoice:
    """An area a viewer may look at: the unit's code, how it is called, and whether it is all the viewer may see."""

    code: str
    label: str
    is_all: bool


def area_units(viewer: Viewer, asked: str = "") -> list[Unit]:
    """The units a viewer chooses among, provinces first, then by name; one query. People who see the whole country get
    provinces, the unit with the code `asked`, and the communes of that."""
    units = areas_of(viewer)
    if viewer.sees_everything(*STAFF_ROLES):
        units = units.filter(Q(level=Level.PROVINCE) | Q(code=asked) | Q(parent__code=asked))
    return sorted(units, key=lambda unit: (unit.level == Level.COMMUNE, sort_key(unit.name)))


def area_choices(viewer: Viewer, units: list[Unit], chosen: Unit | None) -> list[AreaChoice]:
    """Provinces for people who see the whole country (and what they have chosen); otherwise all their units."""
    held = {grant.unit_id for grant in viewer.grants if grant.role in STAFF_ROLES}
    if viewer.sees_everything(*STAFF_ROLES):
        units = [unit for unit in units if unit.level == Level.PROVINCE or unit == chosen]
    only = held if len(held) == 1 and not viewer.is_operator else set()
    return [AreaChoice(unit.code, capfirst(str(unit)), unit.pk in only) for unit in units]


def products_in(scope: Scope, *, words: str, chosen: dict[str, str]) -> QuerySet[OcopProduct]:
    """The products a viewer sees in a scope that hold all `words` and fit the chosen values of `FILTERS`, marked."""
    products = scope_rows(products_visible_to(scope.viewer), scope, "unit")
    products = with_presence_marks(with_certificate_marks(products, scope.on), scope.on)
    products = with_work_marks(products, scope.on)
    for name, values in FILTERS.items():
        products = products.filter(**values.get(chosen.get(name, ""), {}))
    return products_matching(products, words)
