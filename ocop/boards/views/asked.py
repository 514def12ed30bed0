"""What a request to the boards asks for: the area and the day, from its address."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.kit import clock
from core.people.queries import viewer_of
from core.places.models import Level, Unit
from ocop.boards.forms import ScopeForm
from ocop.boards.queries import area_choices, area_units
from ocop.boards.standing import is_by_province
from ocop.frames.tabs import board_tabs as board_tabs
from ocop.indicators.queries import Scope


@dataclass(frozen=True)
class Asked:
    """The scope, its form, its name for headings, and its part of an address ("" or "unit=79&on=2026-11-01");
    `offered` are the units one may choose."""

    scope: Scope
    form: ScopeForm
    area: str
    query: str
    offered: tuple[Unit, ...]

    @property
    def parts(self) -> list[Unit]:
        """The units that a map and a ranking of the scope compare: provinces for the whole country, else communes."""
        unit = self.scope.unit
        if is_by_province(self.scope):
            return [each for each in self.offered if each.level == Level.PROVINCE]
        return [
            each
            for each in self.offered
            if each.level == Level.COMMUNE and (unit is None or unit.pk in (each.pk, each.parent_id))
        ]

    def address(self, name: str, *args: object, **more: str) -> str:
        """The address of another board page with the same scope; `more` adds to it or replaces parts of it."""
        wanted = dict(_pairs(self.scope, self.form)) | more
        query = urlencode({key: value for key, value in wanted.items() if value})
        return reverse(name, args=args) + (f"?{query}" if query else "")


def asked_of(request: HttpRequest) -> Asked:
    """Read area and day. Raises Http404 for an area the person may not see; a day that is none counts as today."""
    viewer = viewer_of(request)
    code = request.GET.get("unit", "")
    offered = area_units(viewer, code)
    unit = next((each for each in offered if each.code == code), None)
    if code and unit is None:
        raise Http404
    scope = Scope(viewer, clock.today(), unit)
    choices = area_choices(viewer, offered, unit)
    whole = next((choice.label for choice in choices if choice.is_all), _("Cả địa bàn của tôi"))
    units = [("", whole), *((choice.code, choice.label) for choice in choices if not choice.is_all)]
    if unit is not None and unit.code not in dict(units):
        units.append((unit.code, capfirst(str(unit))))
    form = ScopeForm(request.GET, units)
    form.is_valid()
    scope = replace(scope, on=form.cleaned_data.get("on") or scope.on)
    area = capfirst(str(scope.unit)) if scope.unit else whole
    return Asked(scope, form, area, urlencode(_pairs(scope, form)), tuple(offered))


def _pairs(scope: Scope, form: ScopeForm) -> list[tuple[str, str]]:
    pairs = [("unit", scope.unit.code)] if scope.unit else []
    if form.cleaned_data.get("on"):
        pairs.append(("on", scope.on.isoformat()))
    return pairs
