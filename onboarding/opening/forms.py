"""Which commune, platform and hamlet a page is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.http import Http404, HttpRequest

from core.kit import clock
from core.people.queries import viewer_of
from core.places.models import Hamlet, Unit, in_force
from onboarding.accounts.models import Platform
from onboarding.opening.queries.progress import communes_for, platforms_to_open

Row = TypeVar("Row", Unit, Platform)


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `platform` None when no platform is in force."""

    communes: list[Unit]
    commune: Unit
    platforms: list[Platform]
    platform: Platform | None
    hamlet: Hamlet | None


def asked(request: HttpRequest) -> Asked:
    """`xa` (code), `san` (code) and `thon` (number) of a request, or of its form; the first of each by default. Raises
    Http404 for what the person may not see."""
    given = request.POST if request.method == "POST" else request.GET
    communes = list(communes_for(viewer_of(request)))
    platforms = list(platforms_to_open())
    commune = _chosen(communes, given.get("xa", ""))
    platform = _chosen(platforms, given.get("san", "")) if platforms else None
    if commune is None or (platforms and platform is None):
        raise Http404
    hamlet = None
    if number := given.get("thon", ""):
        hamlets = Hamlet.objects.filter(in_force(clock.today()), commune=commune)
        hamlet = hamlets.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
        if hamlet is None:
            raise Http404
    return Asked(communes, commune, platforms, platform, hamlet)


def _chosen(rows: list[Row], code: str) -> Row | None:
    if not code:
        return rows[0] if rows else None
    return next((row for row in rows if row.code == code), None)
