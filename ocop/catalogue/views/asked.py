"""Which province a request is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from core.people.queries import viewer_of
from core.places.models import Unit
from ocop.catalogue.models import HandIndicator
from ocop.catalogue.queries import area_label, areas_of, indicators_of
from ocop.catalogue.rules import can_write
from ocop.frames.tabs import board_tabs


@dataclass(frozen=True)
class Asked:
    """The province, and those one may choose instead."""

    unit: Unit
    areas: list[tuple[Unit, str]]
    may_write: bool

    def address(self, name: str, *args: object) -> str:
        """The address of another page of the catalogue for the same province."""
        return f"{reverse(name, args=args)}?noi={self.unit.pk}"

    def shown(self, request: HttpRequest) -> dict[str, Any]:
        """What every page of the catalogue says."""
        return {
            "space_items": board_tabs(request),
            "asked": self,
            "area": area_label(self.unit),
            "list_url": self.address("catalogue"),
        }


def asked_of(request: HttpRequest, *, to_write: bool = False) -> Asked:
    """The province that `noi` names, else the first one. Raises Http404 for one that the person may not read (or write)."""
    viewer = viewer_of(request)
    areas, wanted = areas_of(viewer), request.GET.get("noi", "")
    unit = next((each for each, _label in areas if wanted in ("", str(each.pk))), None)
    if unit is None:
        raise Http404
    may_write = can_write(viewer, unit)
    if to_write and not may_write:
        raise Http404
    return Asked(unit, areas, may_write)


def indicator_asked(asked: Asked, pk: int) -> HandIndicator:
    """The line, if the province has it. Raises Http404."""
    found: HandIndicator = get_object_or_404(indicators_of(asked.unit), pk=pk)
    return found
