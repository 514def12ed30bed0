"""Who is missing online and whose turn it is, worked out from what is known on the day; nothing of it is stored."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from core.kit import clock
from core.people.models import Role
from core.people.queries import Viewer
from market.platforms.models import PlatformListing
from ocop.boards.models import Assignment
from ocop.certificates.models import COUNTED_QUALITIES, Certificate, RenewalFile
from ocop.certificates.papers import COUNTED_STARS
from ocop.certificates.queries import holds_on
from ocop.certificates.rules import RENEWAL_CLOSES_DAYS
from ocop.indicators.households import accounts_on
from ocop.indicators.registry import HOUSEHOLDS, PRODUCTS, Subject
from ocop.presence.models import PresenceLink
from ocop.presence.queries import live_pages
from onboarding.accounts.rules import State
from onboarding.teams.models import Team
from onboarding.teams.queries import memberships_in_force, teams_in_force

OFFICERS = (Role.PROVINCE, Role.COMMUNE)
_Row = PlatformListing


class Turn(StrEnum):
    """Whose turn it is, and for what. The order is that of the code below: the first that fits."""

    RENEW = "gia-han"
    REJECTED = "sua-tin"
    WAITING = "cho-san"
    LOOK = "xem-trang"
    ABSENT = "chua-co"
    SHARED = "dien-thoai"
    DEAD = "mat-gian-hang"


PRODUCT_TURNS = (Turn.RENEW, Turn.REJECTED, Turn.WAITING, Turn.LOOK, Turn.ABSENT)
HOUSEHOLD_TURNS = (Turn.SHARED, Turn.LOOK, Turn.DEAD, Turn.ABSENT)


def is_missing(subject: Subject, on: date) -> QuerySet[Any]:
    """Certified products not seen on both platforms; or living households of a signed frame without a verified account."""
    rows: QuerySet[Any] = subject.marked(on)
    if subject is PRODUCTS:
        return rows.filter(Q(is_certified=True) & ~(Q(is_on_voso=True) & Q(is_on_postmart=True)))
    living = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    return rows.filter(living, is_framed=True, is_verified=False)


def worklist(subject: Subject, viewer: Viewer, on: date) -> QuerySet[Any]:
    """The missing rows in an officer's area with `turn`, and `team_name` and `assignment_id` where somebody has been given
    the row, in a fixed order."""
    rows = is_missing(subject, on).filter(viewer.area(*OFFICERS, unit_field=subject.unit_field))
    rows = rows.annotate(turn=_product_turn(on) if subject is PRODUCTS else _household_turn(on))
    mine = Assignment.objects.filter(**{subject.name: OuterRef("pk")}, ended_at__isnull=True)
    rows = rows.annotate(
        assignment_id=Subquery(mine.values("pk")[:1]),
        team_name=Subquery(mine.values("team__name")[:1]),
        assigned_note=Subquery(mine.values("note")[:1]),
        due_on=Subquery(mine.values("due_on")[:1]),
    )
    ordered: QuerySet[Any] = rows.order_by(subject.unit_field, "pk")
    return ordered


def teams_to_choose(viewer: Viewer) -> QuerySet[Team]:
    """The teams of today in an officer's area."""
    rows = teams_in_force(clock.today()).filter(viewer.area(*OFFICERS, unit_field="commune"))
    return rows.select_related("commune").order_by("commune__folded_name", "name", "pk")


def work_of(viewer: Viewer) -> QuerySet[Assignment]:
    """What has been given to the teams that a person is in today, the soonest due first."""
    if viewer.user_id is None or not viewer.has_role(Role.TEAM_LEAD, Role.TEAM_MEMBER):
        return Assignment.objects.none()
    teams = memberships_in_force(clock.today()).filter(user_id=viewer.user_id).values("team")
    rows = Assignment.objects.filter(team__in=teams, ended_at__isnull=True)
    rows = rows.select_related("team", "product", "product__unit", "household", "household__hamlet")
    return rows.order_by("due_on", "pk")


def _product_turn(on: date) -> Case:
    papers = Certificate.objects.filter(
        holds_on(on), product=OuterRef("pk"), stars__gte=COUNTED_STARS, quality__in=COUNTED_QUALITIES
    )
    lasting = papers.filter(earliest_end__gt=on + timedelta(days=RENEWAL_CLOSES_DAYS))
    files = RenewalFile.objects.filter(certificate__product=OuterRef("pk"), submitted_on__lte=on)
    under_way = files.filter(Q(result_on__isnull=True) | Q(result_on__gt=on))
    on_platforms = _Row.objects.filter(
        listing__presence_links__product=OuterRef("pk"),
        listing__presence_links__ended_at__isnull=True,
        connection__platform__is_simulation=False,
        wanted=True,
    )
    stopped = Q(observed__in=[_Row.Observed.REJECTED, _Row.Observed.SUSPENDED]) | Q(work=_Row.Work.BLOCKED)
    waiting = Q(observed=_Row.Observed.PENDING) | Q(
        work__in=[_Row.Work.QUEUED, _Row.Work.IN_FLIGHT, _Row.Work.OUTCOME_UNKNOWN, _Row.Work.AWAITING_OPERATOR]
    )
    links = PresenceLink.objects.filter(product=OuterRef("pk"), ended_at__isnull=True)
    live = live_pages(on).values("pk")
    unseen = (Q(outside_link__isnull=False) & ~Q(outside_link__in=live)) | (
        Q(listing__on_platforms__link__isnull=False) & ~Q(listing__on_platforms__link__in=live)
    )
    return Case(
        When(~Exists(lasting) & ~Exists(under_way), then=Value(Turn.RENEW.value)),
        When(Exists(on_platforms.filter(stopped)), then=Value(Turn.REJECTED.value)),
        When(Exists(on_platforms.filter(waiting)), then=Value(Turn.WAITING.value)),
        When(Exists(links.filter(unseen)), then=Value(Turn.LOOK.value)),
        default=Value(Turn.ABSENT.value),
        output_field=CharField(),
    )


def _household_turn(on: date) -> Case:
    dead = accounts_on(on).filter(producer__household=OuterRef("pk"), state=State.DEAD)
    return Case(
        When(is_phone_shared=True, then=Value(Turn.SHARED.value)),
        When(is_claimed=True, then=Value(Turn.LOOK.value)),
        When(Exists(dead), then=Value(Turn.DEAD.value)),
        default=Value(Turn.ABSENT.value),
        output_field=CharField(),
    )


SUBJECT_OF = {"san-pham": PRODUCTS, "ho": HOUSEHOLDS}
