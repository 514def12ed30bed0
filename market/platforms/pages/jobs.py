"""The robot that looks at public pages: one request per host and round."""

from __future__ import annotations

from core.kit import clock
from market.listings.rules import selling_price
from market.platforms.models import PageHost, PlatformListing
from market.platforms.pages.actions import ROBOTS_LAST, give_back, keep_robots, note_look, take_turn
from market.platforms.pages.client import fetch_robots, look_at, origin_of
from market.platforms.pages.judging import Verdict, unclear
from market.platforms.pages.queries import pages_due
from market.platforms.pages.robots import RobotRules, rules_for
from onboarding.accounts.models import Observation

CONSIDERED = 500
ASK_AGAIN = 3600.0  # seconds, where robots.txt could not be read


def look_at_pages() -> int:
    """The periodic job: for each host with a page that is due, read its robots.txt (once a day) or look at one page;
    returns how many pages were looked at."""
    urls = pages_due().values_list("link__url", flat=True)[:CONSIDERED]
    return sum(_visit(origin) for origin in dict.fromkeys(origin_of(url) for url in urls))


def _visit(origin: str) -> int:
    host = take_turn(origin)
    if host is None:
        return 0
    delay = 0.0
    try:
        # Read after the turn was taken: another worker may just have been there.
        row = pages_due().filter(link__url__startswith=f"{origin}/").first()
        if row is None:
            return 0
        if host.robots_at is None or host.robots_at < clock.now() - ROBOTS_LAST:
            delay = _read_robots(host, row)
            return 0
        rules = rules_for(host.robots_text)
        delay = rules.delay
        note_look(row, _verdict(host, row, rules))
        return 1
    finally:
        give_back(host, delay)


def _read_robots(host: PageHost, row: PlatformListing) -> float:
    """Seconds until the next request: nobody looks at a page before the host's wishes are known."""
    found = fetch_robots(host.origin, allow_private=_is_ours(row))
    if found.is_unknown:
        return ASK_AGAIN
    keep_robots(host, found)
    return rules_for(host.robots_text).delay


def _verdict(host: PageHost, row: PlatformListing, rules: RobotRules) -> Verdict:
    assert row.link is not None
    if host.is_closed:
        return unclear(Observation.Reason.FORBIDDEN)
    title, price = row.listing.full_name, selling_price(row.listing)
    return look_at(row.link.url, rules, title=title, price=price, allow_private=_is_ours(row))


def _is_ours(row: PlatformListing) -> bool:
    """The simulated platform runs on this machine; real ones never do."""
    return row.connection.platform.is_simulation
