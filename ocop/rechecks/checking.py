"""The drawn pages that our robot may look at: it asks each once in the window (a missing page twice, hours apart, as everywhere)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from core.kit import clock
from market.platforms.pages.actions import note_seen
from market.platforms.pages.judging import Verdict
from market.platforms.pages.queries import SECOND_LOOK
from market.platforms.pages.registry import DuePage, PageSource
from ocop.rechecks.drawing import LAST_DAY
from ocop.rechecks.models import RecheckLook, RecheckPage
from onboarding.accounts.live_pages import robots_may_look
from onboarding.accounts.models import Observation, OutsideLink

_MISSING = Observation.Reason.MISSING
# It asks one page of a host at a time, and a host may shut it out; people still have two weeks then.
ROBOT_COMES_WITHIN = timedelta(days=5)


def open_pages() -> QuerySet[RecheckPage]:
    """Drawn pages of which nobody knows yet what became, also because a person could not tell, while there is time and while it matters: a row of which one page is there
    has survived."""
    result = RecheckLook.Result
    said = Q(result=result.THERE) | Q(conclusion__result=result.THERE)
    there = RecheckLook.objects.filter(said, page__item=OuterRef("item"))
    unclear = Q(look__result=result.UNCLEAR, look__looked_by__isnull=False, look__conclusion__isnull=True)
    rows = RecheckPage.objects.filter(
        Q(look__isnull=True) | unclear, item__draw__on__gte=clock.today() - timedelta(days=LAST_DAY)
    )
    return rows.filter(~Exists(there))


def with_robot(pages: QuerySet[RecheckPage]) -> QuerySet[Any]:
    """The pages with `robot_at` and `robot_reason`: when our robot looked last since the draw, and why nothing was concluded."""
    looks = Observation.objects.filter(
        link=OuterRef("link"), observer=Observation.Observer.ROBOT, at__gte=OuterRef("item__draw__drawn_at")
    ).order_by("-at", "-pk")
    return pages.annotate(robot_at=Subquery(looks.values("at")[:1]), robot_reason=Subquery(looks.values("reason")[:1]))


def robots_part() -> Q:
    """The condition "our robot may look at it": a product's page of a known name on a platform that allows it, in an open account."""
    allowed = robots_may_look(clock.today())
    return Q(
        link__platform__in=allowed,
        link__kind=OutsideLink.Kind.PRODUCT,
        account__closed_on__isnull=True,
    ) & ~Q(name="")


def pages_for_robot() -> QuerySet[Any]:
    """Drawn pages that wait for our robot, the longest unseen first. Makes a query now, and is one."""
    again = Q(robot_reason=_MISSING, robot_at__lt=clock.now() - SECOND_LOOK)
    due = with_robot(open_pages().filter(robots_part(), look__isnull=True)).filter(Q(robot_at=None) | again)
    return due.select_related("link__account").order_by(F("robot_at").asc(nulls_first=True), "pk")


def pages_for_people() -> QuerySet[Any]:
    """Drawn pages that wait for a person: somebody could not tell (then for another person), our robot may not look there, looked and could not tell, or has not come (again) for days. Makes
    a query now, and is one."""
    told = Q(robot_at__isnull=False) & ~Q(robot_reason=_MISSING)
    long_ago = clock.now() - ROBOT_COMES_WITHIN
    kept_waiting = Q(robot_at=None, item__draw__drawn_at__lt=long_ago) | Q(robot_reason=_MISSING, robot_at__lt=long_ago)
    return with_robot(open_pages()).filter(
        Q(look__isnull=False) | Q(link__isnull=True) | ~robots_part() | told | kept_waiting
    )


def page_of(page: RecheckPage) -> DuePage:
    """What should stand on the page: the name under which it was counted. Its price may have changed since."""
    assert page.link is not None
    return DuePage(page.link, page.name, None, partial(_note, page.link))


def _note(link: OutsideLink, verdict: Verdict) -> None:
    note_seen(link, verdict)


DRAWN_PAGES = PageSource(pages_for_robot, "link", page_of, has_deadline=True)
