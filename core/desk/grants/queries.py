"""Narrowing the list of grants, and finding the person an officer means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst

from core.desk.registry import Todo
from core.kit import clock
from core.kit.text import fold_words, sort_key
from core.people.grants.queries import awaiting_review, grants_visible_to, still_open, to_be_decided, units_to_give
from core.people.grants.rules import GIVERS, can_end, can_give, can_see_grants
from core.people.grants.wording import place_words, role_words, state_words, until_words
from core.people.models import Grant, Role
from core.people.queries import Viewer
from core.places.models import Hamlet, Level, Unit, in_force


@dataclass(frozen=True)
class GrantRow:
    """A grant in words, with what this viewer may do about it. `kind` is a status kind of the design system; `again`
    the address where it is given again."""

    grant: Grant
    may_end: bool
    may_change: bool
    is_open: bool
    again: str

    @property
    def role(self) -> str:
        return role_words(self.grant)

    @property
    def place(self) -> str:
        return capfirst(place_words(self.grant))

    @property
    def period(self) -> str:
        return f"{self.grant.valid_from:%d/%m/%Y}, {until_words(self.grant)}"

    @property
    def giver(self) -> str:
        return str(self.grant.given_by) if self.grant.given_by else "hệ thống"

    @property
    def kind(self) -> str:
        return state_words(self.grant)[0]

    @property
    def word(self) -> str:
        return state_words(self.grant)[1]


def rows_of(grants: Iterable[Grant], viewer: Viewer) -> list[GrantRow]:
    """The grants with the rights of the viewer; asks the database nothing."""
    today = clock.today()
    found = []
    for grant in grants:
        is_open = grant.valid_to is None or grant.valid_to > max(today, grant.valid_from)
        may_change = can_give(viewer, role=grant.role, unit=grant.unit, to_user_id=grant.user_id)
        may_end = is_open and can_end(viewer, grant)
        found.append(GrantRow(grant, may_end, may_change, is_open, _address_again(grant, viewer)))
    return found


def _address_again(grant: Grant, viewer: Viewer) -> str:
    """Where the same is given again: role, place and person are filled in."""
    asked = {"role": grant.role, "unit": grant.unit.code if grant.unit else "", "person": str(grant.user_id)}
    if grant.unit and grant.unit.parent and viewer.covers(grant.unit.parent, *GIVERS):
        asked |= {"unit": grant.unit.parent.code, "commune": grant.unit.code}
    return f"{reverse('grant_give')}?{urlencode(asked)}"


def grants_matching(
    viewer: Viewer, *, role: str = "", unit: Unit | None = None, words: str = "", with_past: bool = False
) -> QuerySet[Grant]:
    """The grants in the viewer's area, narrowed; `words` are parts of a name or log-in, without regard to marks."""
    rows = grants_visible_to(viewer)
    if not with_past:
        rows = rows.filter(still_open())
    if role:
        rows = rows.filter(role=role)
    if unit is not None:
        rows = rows.filter(Q(unit=unit) | Q(unit__parent=unit))
    wanted = fold_words(words).split()
    if wanted:
        # Compared here: SQLite folds no Vietnamese, and an area has hundreds of grants, not more.
        people = rows.order_by().values_list("user_id", "user__full_name", "user__username").distinct()
        names = {pk: fold_words(f"{name} {login}") for pk, name, login in people}
        rows = rows.filter(user_id__in=[pk for pk, text in names.items() if all(word in text for word in wanted)])
    return rows


def units_to_filter(viewer: Viewer) -> list[Unit]:
    """What the list can be narrowed to: provinces for who sees the country, else the units of the own area."""
    units = Unit.objects.filter(viewer.units(*GIVERS, Role.AUDITOR), in_force(clock.today()))
    if viewer.sees_everything(*GIVERS, Role.AUDITOR):
        units = units.filter(level=Level.PROVINCE)
    units = units.filter(level__in=[Level.PROVINCE, Level.COMMUNE])
    return sorted(units, key=lambda unit: (unit.level == Level.COMMUNE, sort_key(unit.name)))


def places_for(viewer: Viewer, within: Unit | None) -> list[Unit]:
    """The units an officer may choose from: the communes `within` a province, or the first choice of all."""
    units = units_to_give(viewer)
    if within is not None:
        units = units.filter(parent=within)
    elif viewer.sees_everything(*GIVERS):
        units = units.filter(level=Level.PROVINCE)
    return sorted(units, key=lambda unit: (unit.level == Level.COMMUNE, sort_key(unit.name)))


def hamlets_in(unit: Unit) -> QuerySet[Hamlet]:
    """Today's hamlets of a commune, by name."""
    return Hamlet.objects.filter(in_force(clock.today()), commune=unit).order_by("name")


def grant_todos(viewer: Viewer) -> Iterable[Todo]:
    """Grants that wait for a decision or for the look of every six months."""
    if not can_see_grants(viewer):
        return
    waiting = awaiting_review(viewer)
    to_decide = waiting.filter(to_be_decided()).count()
    if to_decide:
        yield Todo(
            f"{to_decide} quyền cần quyết định sau khi địa giới thay đổi.", reverse("grant_review"), "Xem", 2, "warn"
        )
    late = waiting.exclude(to_be_decided()).count()
    if late:
        yield Todo(f"{late} quyền đã sáu tháng chưa rà soát.", reverse("grant_review"), "Rà soát", 4, "info")
