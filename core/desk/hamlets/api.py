"""Hamlets for programs: local tables, so only of the places that the person works in. `request.auth` is the Viewer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from core.desk.hamlets.queries import WORKS_WITH_HAMLETS, hamlets_visible_to
from core.kit import clock
from core.people.queries import Viewer
from core.places.api import AskedDay, AskedLevel, UnitOut, asked_unit, units_out
from core.places.queries import hamlet_names_on, hamlets_of

router = Router(tags=["units"])
PER_PAGE = 200


class HamletOut(Schema):
    """A thôn, ấp or khu phố with its name of the day; `id` is ours, because there is no national code list."""

    id: int
    name: str
    valid_from: date | None
    valid_to: date | None


class HamletsOut(Schema):
    """The hamlets of a commune that the person may see; `count` is that of all pages."""

    unit: UnitOut
    on: date
    count: int
    page: int
    hamlets: list[HamletOut]


@router.get("/units/{code}/hamlets", response=HamletsOut, summary="The hamlets of a commune")
def get_hamlets(
    request: HttpRequest,
    code: str,
    level: AskedLevel = None,
    on: AskedDay = None,
    page: Annotated[int, Query(ge=1)] = 1,
) -> dict[str, Any]:
    """In force on that day, "Thôn 2" before "Thôn 10". 404 outside the person's area."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    day = on or clock.today()
    unit = asked_unit(code, level, day)
    visible = set(hamlets_visible_to(viewer).filter(commune=unit).values_list("pk", flat=True))
    if not visible and not viewer.covers(unit, *WORKS_WITH_HAMLETS):
        raise Http404
    hamlets = [hamlet for hamlet in hamlets_of(unit, day) if hamlet.pk in visible]
    names = hamlet_names_on(hamlets, day)
    shown = hamlets[(page - 1) * PER_PAGE : page * PER_PAGE]
    return {
        "unit": units_out([unit], day)[0],
        "on": day,
        "count": len(hamlets),
        "page": page,
        "hamlets": [
            {"id": one.pk, "name": names[one.pk], "valid_from": one.valid_from, "valid_to": one.valid_to}
            for one in shown
        ],
    }
