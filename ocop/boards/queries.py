"""What the boards show beyond the indicators themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.text import capfirst

from core.kit.text import sort_key
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Level
from ocop.certificates.queries import with_certificate_marks
from ocop.indicators.queries import Scope, areas_of, scope_rows
from ocop.presence.models import PresenceLink
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


def area_choices(viewer: Viewer) -> list[AreaChoice]:
    """Provinces for people who see the whole country; otherwise the units of the grants and the communes within."""
    units = areas_of(viewer)
    held = {grant.unit_id for grant in viewer.grants if grant.role in STAFF_ROLES}
    if viewer.sees_everything(*STAFF_ROLES):
        units = units.filter(level=Level.PROVINCE)
    ordered = sorted(units, key=lambda unit: (unit.level == Level.COMMUNE, sort_key(unit.name)))
    only = held if len(held) == 1 and not viewer.is_operator else set()
    return [AreaChoice(unit.code, capfirst(str(unit)), unit.pk in only) for unit in ordered]


def products_in(scope: Scope, *, words: str, chosen: dict[str, str]) -> QuerySet[OcopProduct]:
    """The products a viewer sees in a scope that hold all `words` and fit the chosen values of `FILTERS`, marked."""
    products = scope_rows(products_visible_to(scope.viewer), scope, "unit")
    products = with_presence_marks(with_certificate_marks(products, scope.on), scope.on)
    links = PresenceLink.objects.filter(product=OuterRef("pk"), ended_at__isnull=True)
    products = products.annotate(is_linked=Exists(links))
    for name, values in FILTERS.items():
        products = products.filter(**values.get(chosen.get(name, ""), {}))
    return products_matching(products, words)
