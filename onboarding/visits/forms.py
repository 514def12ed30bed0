"""What the address of a list asks for; what makes no sense is passed over."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict

from core.kit import clock
from core.kit.text import sort_key
from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import Hamlet, Level, Unit, in_force
from onboarding.teams.queries import teams_visible_to
from onboarding.teams.rules import AREA_READERS
from onboarding.visits.queries import Narrowing
from onboarding.visits.queries.journal import SESSION, VISIT

MONTHS = 12


def communes_of(viewer: Viewer) -> list[Unit]:
    """Today's communes whose teams this officer sees, by name; a lead has none to choose from. Operators and others who
    see everything choose among communes that have teams."""
    rows = Unit.objects.filter(viewer.units(*AREA_READERS), in_force(clock.today()), level=Level.COMMUNE)
    if viewer.sees_everything(*AREA_READERS):
        rows = rows.filter(pk__in=teams_visible_to(viewer).values("commune"))
    return sorted(rows.select_related("parent"), key=lambda unit: sort_key(unit.name))


def chosen_commune(communes: list[Unit], data: QueryDict) -> Unit | None:
    """The commune asked for, or the only one there is."""
    if len(communes) == 1:
        return communes[0]
    return next((unit for unit in communes if unit.code == data.get("xa")), None)


def narrowing_of(viewer: Viewer, data: QueryDict, commune: Unit | None) -> Narrowing:
    """What a journal is narrowed to. A team outside the viewer's area narrows nothing away: it is passed over."""
    team = teams_visible_to(viewer).filter(pk=_number(data.get("to", ""))).first()
    kind = data.get("loai", "")
    return Narrowing(
        commune=commune,
        hamlet_id=_number(data.get("ap", "")) or None,
        member_id=_number(data.get("nguoi", "")) or None,
        team=team,
        month=_month(data.get("thang", "")),
        kind=kind if kind in {VISIT, SESSION} else "",
    )


def hamlets_to_choose(commune: Unit | None) -> list[Hamlet]:
    """All hamlets of a commune, past ones too: their visits are in the journal."""
    if commune is None:
        return []
    return sorted(Hamlet.objects.filter(commune=commune), key=lambda hamlet: sort_key(hamlet.name))


def months_to_choose() -> list[tuple[str, str]]:
    """The last twelve months, this one first: ("2026-11", "tháng 11/2026")."""
    first = clock.today().replace(day=1)
    days: list[date] = [clock.add_months(first, -back) for back in range(MONTHS)]
    return [(f"{day:%Y-%m}", f"tháng {day.month}/{day.year}") for day in days]


def is_officer(viewer: Viewer) -> bool:
    """Whether this person sees an area, not only the teams they lead."""
    return viewer.has_role(*AREA_READERS)


def may_found_somewhere(viewer: Viewer) -> bool:
    """Whether this person founds teams at all."""
    return viewer.has_role(Role.COMMUNE)


def _number(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 10 else 0


def _month(written: str) -> date | None:
    try:
        return date.fromisoformat(f"{written}-01")
    except ValueError:
        return None
