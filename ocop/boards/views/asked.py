"""What a request to the boards asks for: the area and the day, from its address."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.people.queries import viewer_of
from ocop.boards.forms import ScopeForm
from ocop.boards.queries import area_choices
from ocop.frames.tabs import board_tabs as board_tabs
from ocop.indicators.queries import NotVisible, Scope, scope_for


@dataclass(frozen=True)
class Asked:
    """The scope, its form, its name for headings, and its part of an address ("" or "unit=79&on=2026-11-01")."""

    scope: Scope
    form: ScopeForm
    area: str
    query: str

    def address(self, name: str, *args: object, **more: str) -> str:
        """The address of another board page with the same scope."""
        query = urlencode([*_pairs(self.scope, self.form), *((key, value) for key, value in more.items() if value)])
        return reverse(name, args=args) + (f"?{query}" if query else "")


def asked_of(request: HttpRequest) -> Asked:
    """Read area and day. Raises Http404 for an area the person may not see; a day that is none counts as today."""
    viewer = viewer_of(request)
    try:
        scope = scope_for(viewer, unit_code=request.GET.get("unit", ""))
    except NotVisible as error:
        raise Http404 from error
    choices = area_choices(viewer)
    whole = next((choice.label for choice in choices if choice.is_all), _("Cả địa bàn của tôi"))
    units = [("", whole), *((choice.code, choice.label) for choice in choices if not choice.is_all)]
    if scope.unit is not None and scope.unit.code not in dict(units):
        units.append((scope.unit.code, capfirst(str(scope.unit))))
    form = ScopeForm(request.GET, units)
    form.is_valid()
    scope = replace(scope, on=form.cleaned_data.get("on") or scope.on)
    area = capfirst(str(scope.unit)) if scope.unit else whole
    return Asked(scope, form, area, urlencode(_pairs(scope, form)))


def _pairs(scope: Scope, form: ScopeForm) -> list[tuple[str, str]]:
    pairs = [("unit", scope.unit.code)] if scope.unit else []
    if form.cleaned_data.get("on"):
        pairs.append(("on", scope.on.isoformat()))
    return pairs
