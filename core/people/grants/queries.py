"""Reading grants: who has what where, and what waits for a look."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from core.kit import clock
from core.people.grants.rules import GIVERS, REVIEW_MONTHS
from core.people.models import Grant, Role, User
from core.people.queries import Viewer
from core.places.models import Hamlet, Level, Unit, in_force


def overlapping(*, user_id: int, role: str, unit_id: int | None, hamlet_id: int | None) -> QuerySet[Grant]:
    """Every grant equal to this one, whatever its period."""
    return Grant.objects.filter(Q(unit_id=unit_id), Q(hamlet_id=hamlet_id), user_id=user_id, role=role)


def in_period(valid_from: date, valid_to: date | None) -> Q:
    """The condition "shares a day with this period"; a grant taken back on its first day shares none."""
    some_day = Q(valid_to__isnull=True) | (Q(valid_to__gt=valid_from) & Q(valid_to__gt=F("valid_from")))
    return some_day & Q(valid_from__lt=valid_to) if valid_to is not None else some_day


def grants_visible_to(viewer: Viewer) -> QuerySet[Grant]:
    """The grants in this person's area as somebody who gives or audits, with names, newest first.

    Grants for the whole country are seen by the whole country's people only.
    """
    return (
        Grant.objects.filter(viewer.area(*GIVERS, Role.AUDITOR))
        .select_related("user", "unit", "unit__parent", "hamlet", "given_by", "ended_by", "reviewed_by")
        .order_by("-valid_from", "-pk")
    )


def grants_of(user_id: int) -> QuerySet[Grant]:
    """Everything a person has, had, and will have, newest first: for themselves."""
    rows = Grant.objects.filter(user_id=user_id).select_related("unit", "unit__parent", "hamlet", "given_by")
    return rows.order_by("-valid_from", "-pk")


def still_open(on: date | None = None) -> Q:
    """The condition "in force that day (today), or will be"."""
    day = on or clock.today()
    return Q(valid_to__isnull=True) | Q(valid_to__gt=day)


def to_be_decided() -> Q:
    """The condition "a person must decide about it": asked by a split, or left on a unit that is no longer in force."""
    return ~Q(to_decide="") | Q(unit__valid_to__lte=clock.today())


def awaiting_review(viewer: Viewer) -> QuerySet[Grant]:
    """Grants in force in this person's area that nobody has looked at for six months, or that wait for a decision
    (also because their unit is no longer in force), those first. One's own are not among them: nobody confirms
    themselves."""
    latest = clock.add_months(clock.today(), -REVIEW_MONTHS)
    looked_at = Greatest(F("valid_from"), Coalesce("reviewed_on", "valid_from"))
    rows = Grant.objects.filter(viewer.area(*GIVERS), in_force(clock.today())).annotate(looked_at=looked_at)
    return (
        rows.filter(Q(looked_at__lte=latest) | to_be_decided())
        .exclude(Q(user_id=viewer.user_id))
        .select_related("user", "unit", "unit__parent", "hamlet", "given_by")
        .order_by("-to_decide", "looked_at", "pk")
    )


def person_visible_to(viewer: Viewer, pk: int) -> User | None:
    """A person who holds or held something in this viewer's area; others are not there."""
    return User.objects.filter(pk=pk, pk__in=grants_visible_to(viewer).values("user_id")).first()


def units_to_give(viewer: Viewer) -> QuerySet[Unit]:
    """Today's provinces and communes in which this person may give something."""
    return Unit.objects.filter(
        viewer.units(*GIVERS), in_force(clock.today()), level__in=[Level.PROVINCE, Level.COMMUNE]
    )


def hamlets_to_give(viewer: Viewer) -> QuerySet[Hamlet]:
    """Today's hamlets of those communes."""
    area = viewer.area(*GIVERS, unit_field="commune")
    return Hamlet.objects.filter(area, in_force(clock.today())).select_related("commune")
