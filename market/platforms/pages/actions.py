"""Taking turns on hosts, and writing down what was seen."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from core.kit import clock
from core.people.queries import SYSTEM
from market.platforms.contract import adapter_for
from market.platforms.engine.documents import settings_of
from market.platforms.engine.look import mark_removed
from market.platforms.models import PageHost, PlatformListing
from market.platforms.pages.client import VERSION, RobotsFile
from market.platforms.pages.judging import Verdict
from market.platforms.pages.queries import SECOND_LOOK, was_missing
from onboarding.accounts.actions import observe
from onboarding.accounts.models import Observation, OutsideLink

PAUSE = 10.0  # seconds between two requests to one host, at least
LEASE = timedelta(minutes=2)  # longer than any look lasts
ROBOTS_LAST = timedelta(days=1)


def take_turn(origin: str) -> PageHost | None:
    """The host, for one request; None while somebody is there or was just now. Give it back with `give_back`."""
    now = clock.now()
    host, made = PageHost.objects.get_or_create(origin=origin, defaults={"free_at": now + LEASE})
    if made or PageHost.objects.filter(pk=host.pk, free_at__lte=now).update(free_at=now + LEASE):
        return host
    return None


def give_back(host: PageHost, delay: float) -> None:
    """The request is over; the next one may follow after `delay` seconds, and not before our own pause."""
    PageHost.objects.filter(pk=host.pk).update(free_at=clock.now() + timedelta(seconds=max(delay, PAUSE)))


def keep_robots(host: PageHost, found: RobotsFile) -> None:
    """What its robots.txt says, for a day."""
    host.robots_text, host.is_closed, host.robots_at = found.text.replace("\x00", ""), found.is_closed, clock.now()
    host.save(update_fields=["robots_text", "is_closed", "robots_at"])


@transaction.atomic
def note_seen(link: OutsideLink, verdict: Verdict) -> Verdict:
    """Add what our robot saw at a page, and return what that means: missing a second time, hours after the first, it is gone;
    missing once or unclear, nothing is concluded."""
    if verdict.reason == Observation.Reason.MISSING and was_missing(link, clock.now() - SECOND_LOOK):
        verdict = Verdict(Observation.Result.GONE)
    observe(
        link=link,
        result=verdict.result,
        observer=Observation.Observer.ROBOT,
        robot=VERSION,
        reason=verdict.reason,
        seen_title=verdict.title,
        seen_price=verdict.price,
        by=SYSTEM,
    )
    return verdict


@transaction.atomic
def note_look(row: PlatformListing, verdict: Verdict) -> None:
    """Add what our robot saw at the page of this listing. Seen live, it is live; gone, its people are asked what to do (where
    the platform tells us itself, its word comes first)."""
    assert row.link is not None
    verdict = note_seen(row.link, verdict)
    if adapter_for(row.connection.adapter).capabilities(settings_of(row.connection)).reads_back:
        return
    if verdict.result == Observation.Result.LIVE:
        PlatformListing.objects.filter(pk=row.pk, observed=PlatformListing.Observed.LIVE).update(seen_at=clock.now())
    elif verdict.result == Observation.Result.GONE:
        mark_removed(row)
