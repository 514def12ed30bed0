"""Which pages count as live on a day: seen live not too long ago, and nothing since took that back.

How long is "not too long" is a dated setting, of a platform or of all (`SeenWithin`). Accounts keep a limit of their own
(`rules.LIMITS`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from core.kit import clock
from core.kit.clock import window
from onboarding.accounts.models import AccountReport, Observation, OutsideLink, Platform, RobotPermission, SeenWithin
from onboarding.accounts.rules import ENDING, USUAL_SEEN_WITHIN

_LIVE, _GONE = Observation.Result.LIVE, Observation.Result.GONE


@dataclass(frozen=True)
class LookLimits:
    """For how many days a page counts as live after it was seen: `of_all`, and by platform id where one has a line of its
    own."""

    of_all: int
    of_platform: dict[int, int]

    def days(self, platform_id: int) -> int:
        """The days of one platform."""
        return self.of_platform.get(platform_id, self.of_all)


def look_limits(on: date) -> LookLimits:
    """The limits in force on a day; before the first line of all platforms, that one. One query."""
    of_all, of_platform = None, dict[int, int]()
    for line in SeenWithin.objects.order_by("since"):
        if line.platform_id is None:
            of_all = line.days if of_all is None or line.since <= on else of_all
        elif line.since <= on:
            of_platform[line.platform_id] = line.days
    return LookLimits(USUAL_SEEN_WITHIN if of_all is None else of_all, of_platform)


def live_links(on: date) -> QuerySet[OutsideLink]:
    """The pages that count as live on a day, whatever was learned later: seen live within the limit of their platform, not
    seen gone since (they, or the shop's own page), in an account that had not ended. Makes one query now, and is one."""
    return OutsideLink.objects.filter(Exists(_live_looks(on, look_limits(on)).filter(link=OuterRef("pk"))))


def is_live(link: OutsideLink, on: date) -> bool:
    """Whether this page counts as live on a day; see `live_links`."""
    return live_links(on).filter(pk=link.pk).exists()


def seen_live_at(link: OutsideLink) -> datetime | None:
    """When the page was last seen live, however long ago; None: never."""
    return last_seen_live([link.pk]).get(link.pk)


def last_seen_live(link_ids: Collection[int]) -> dict[int, datetime]:
    """When each of these pages was last seen live, by its id; never seen ones are left out. One query."""
    looks = Observation.objects.filter(link__in=list(link_ids), result=_LIVE)
    return dict(looks.values_list("link").annotate(at=Max("at")).values_list("link", "at"))


def with_last_look(links: QuerySet[OutsideLink]) -> QuerySet[Any]:
    """The links with `last_look_at`: when anybody or anything last looked, whatever came of it."""
    looks = Observation.objects.filter(link=OuterRef("pk")).order_by("-at", "-pk")
    return links.annotate(last_look_at=Subquery(looks.values("at")[:1]))


def with_last_told(links: QuerySet[OutsideLink]) -> QuerySet[Any]:
    """As `with_last_look`, and `last_told`: what came of that look (result, reason, observer, robot, who, title, price, hash);
    None where nobody has looked."""
    told = JSONObject(
        result="result",
        reason="reason",
        observer="observer",
        robot="robot",
        who="observed_by__full_name",
        title="seen_title",
        price="seen_price",
        hash="evidence_hash",
    )
    looks = Observation.objects.filter(link=OuterRef("pk")).order_by("-at", "-pk")
    seen: QuerySet[Any] = with_last_look(links).annotate(last_told=Subquery(looks.values_list(told)[:1]))
    return seen


def robots_may_look(on: date) -> set[int]:
    """The ids of the platforms whose public pages our robot may look at on that day. One query."""
    lines: Iterable[tuple[int, bool]] = (
        RobotPermission.objects.filter(since__lte=on).order_by("since").values_list("platform_id", "is_granted")
    )
    return {platform_id for platform_id, is_granted in dict(lines).items() if is_granted}


def may_robots_look(platform: Platform, on: date | None = None) -> bool:
    """Whether our robot may look at this platform's public pages on a day (None: today)."""
    return platform.pk in robots_may_look(on or clock.today())


def _live_looks(on: date, limits: LookLimits) -> QuerySet[Observation]:
    end = window(on).end
    fresh = Q(at__gte=window(on, limits.of_all).start) & ~Q(link__platform__in=list(limits.of_platform))
    for platform_id, days in limits.of_platform.items():
        fresh |= Q(link__platform=platform_id, at__gte=window(on, days).start)
    later = Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
    gone = Observation.objects.filter(at__lt=end, result=_GONE)
    ended = AccountReport.objects.filter(
        account=OuterRef("link__account"), at__lt=end, result__in=ENDING, at__gt=OuterRef("at")
    )
    return (
        Observation.objects.filter(fresh, at__lt=end, result=_LIVE)
        .exclude(link__account__closed_on__lte=on)
        .exclude(
            Exists(gone.filter(later, link=OuterRef("link")))
            | Exists(gone.filter(link__account=OuterRef("link__account"), link__kind="shop", at__gt=OuterRef("at")))
            | Exists(ended)
        )
    )
