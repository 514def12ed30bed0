"""The robot that looks at public pages: one request per host and round."""

from __future__ import annotations

from functools import partial

from core.kit import clock
from market.listings.rules import selling_price
from market.platforms.models import PageHost, PlatformListing
from market.platforms.pages.actions import ROBOTS_LAST, give_back, keep_robots, note_look, take_turn
from market.platforms.pages.client import fetch_robots, look_at, origin_of
from market.platforms.pages.judging import Verdict, unclear
from market.platforms.pages.queries import pages_due
from market.platforms.pages.registry import DuePage, PageSource, page_sources
from market.platforms.pages.robots import RobotRules, rules_for
from onboarding.accounts.models import Observation

CONSIDERED = 500
ASK_AGAIN = 3600.0  # seconds, where robots.txt could not be read


def look_at_pages() -> int:
    """The periodic job: for each host with a page that is due, read its robots.txt (once a day) or look at one page;
    returns how many pages were looked at."""
    urls = [
        url
        for source in page_sources()
        for url in source.rows().values_list(f"{source.link}__url", flat=True)[:CONSIDERED]
    ]
    return sum(_visit(origin) for origin in dict.fromkeys(origin_of(url) for url in urls))


def _page_of_listing(row: PlatformListing) -> DuePage:
    assert row.link is not None
    # The simulated platform runs on this machine; real ones never do.
    is_ours = row.connection.platform.is_simulation
    return DuePage(row.link, row.listing.full_name, selling_price(row.listing), partial(note_look, row), is_ours)


LISTINGS = PageSource(pages_due, "link", _page_of_listing)


def _visit(origin: str) -> int:
    host = take_turn(origin)
    if host is None:
        return 0
    delay = 0.0
    try:
        # Read after the turn was taken: another worker may just have been there.
        page = _due_at(origin)
        if page is None:
            return 0
        if host.robots_at is None or host.robots_at < clock.now() - ROBOTS_LAST:
            delay = _read_robots(host, page)
            return 0
        rules = rules_for(host.robots_text)
        delay = rules.delay
        page.note(_verdict(host, page, rules))
        return 1
    finally:
        give_back(host, delay)


def _due_at(origin: str) -> DuePage | None:
    for source in page_sources():
        row = source.rows().filter(**{f"{source.link}__url__startswith": f"{origin}/"}).first()
        if row is not None:
            return source.page_of(row)
    return None


def _read_robots(host: PageHost, page: DuePage) -> float:
    """Seconds until the next request: nobody looks at a page before the host's wishes are known."""
    found = fetch_robots(host.origin, allow_private=page.is_ours)
    if found.is_unknown:
        return ASK_AGAIN
    keep_robots(host, found)
    return rules_for(host.robots_text).delay


def _verdict(host: PageHost, page: DuePage, rules: RobotRules) -> Verdict:
    if host.is_closed:
        return unclear(Observation.Reason.FORBIDDEN)
    return look_at(page.link.url, rules, title=page.title, price=page.price, allow_private=page.is_ours)
