"""The robot at work: real pages of real servers, once per look, politely, and never more than was seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.models import Listing
from market.platforms.models import PageHost, PlatformListing
from market.platforms.pages import client
from market.platforms.pages.actions import note_look, take_turn
from market.platforms.pages.jobs import look_at_pages
from market.platforms.pages.judging import Verdict, unclear
from market.platforms.sandbox.process import Double
from onboarding.accounts.actions import claim_account, claim_link, observe, set_robots_may_look
from onboarding.accounts.live_pages import is_live
from onboarding.accounts.models import Observation, Platform
from onboarding.accounts.rules import evidence_hash
from tests.market.platforms.engine_tools import Engine
from tests.market.platforms.pages.small_server import Reply, SmallServer, small_server
from tests.people import People

PAGE = "<h1>Hạt điều rang</h1><p>{} đ / gói</p>"
GOOD = Reply(PAGE.format("50.000").encode())
SHOP = Reply("<h1>Vườn nhà An</h1><ul><li>Hạt điều rang, 50.000 đ / gói</li></ul>".encode())


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with small_server() as found:
        yield found


def put(listing: Listing, url: str, code: str = "santhu") -> PlatformListing:
    """The listing is live on a platform, at this page; nobody has opened it yet."""
    platform = Platform.objects.get(code=code)
    account = claim_account(platform=platform, producer=listing.shop.producer, by=SYSTEM)
    row = listing.on_platforms.get(connection__platform=platform)
    row.link = claim_link(account=account, url=url, by=SYSTEM)
    row.observed, row.work, row.offer_work = "live", "idle", "idle"
    row.save()
    return row


@pytest.fixture
def row(listing: Listing, server: SmallServer) -> PlatformListing:
    server.pages["/p/1"] = GOOD
    return put(listing, f"{server.url}/p/1")


def free() -> None:
    PageHost.objects.update(free_at=clock.now() - timedelta(seconds=1))


def rounds(count: int = 2) -> int:
    """So many rounds, with the pause between two requests over: the first reads robots.txt."""
    looked = 0
    for _ in range(count):
        free()
        looked += look_at_pages()
    return looked


def seen() -> list[tuple[str, str, str, int | None]]:
    return list(Observation.objects.order_by("pk").values_list("result", "reason", "seen_title", "seen_price"))


def test_a_page_with_our_goods_is_live(row: PlatformListing, server: SmallServer) -> None:
    assert rounds() == 1
    assert seen() == [("live", "", "Hạt điều rang", 50_000)]
    found = Observation.objects.get()
    assert (found.observer, found.robot, found.observed_by, found.link) == ("robot", "LenSan/1.0", None, row.link)
    assert found.evidence_hash == evidence_hash(found)
    assert is_live(found.link, clock.today())
    assert server.paths == ["/robots.txt", "/p/1"]
    assert {agent for _, agent in server.asked} == {"LenSan/1.0 (+http://127.0.0.1:8000/)"}


def test_one_look_one_observation_and_the_next_when_it_is_old(row: PlatformListing, server: SmallServer) -> None:
    assert rounds(4) == 1
    with time_machine.travel(clock.now() + timedelta(days=9, hours=23)):
        assert rounds() == 0
    with time_machine.travel(clock.now() + timedelta(days=10, hours=1)):
        assert rounds(3) == 1
    assert [each[0] for each in seen()] == ["live", "live"]
    assert server.paths == ["/robots.txt", "/p/1", "/robots.txt", "/p/1"]


def test_what_a_person_saw_needs_no_robot(row: PlatformListing, server: SmallServer, people: People) -> None:
    observe(link=row.link, result="live", observer="adapter", robot="santhu", by=SYSTEM)
    observe(link=row.link, result="live", observer="person", by=people.viewer("buu"))
    assert rounds() == 0
    assert server.asked == []


def test_ten_seconds_lie_between_two_requests(row: PlatformListing, server: SmallServer) -> None:
    start = clock.now()
    with time_machine.travel(start, tick=False) as time:
        assert look_at_pages() == 0
        for seconds in (1, 8):
            time.shift(seconds)
            assert look_at_pages() == 0
        assert server.paths == ["/robots.txt"]
        time.shift(1)
        assert look_at_pages() == 1
    assert server.paths == ["/robots.txt", "/p/1"]


def test_a_longer_delay_is_obeyed(row: PlatformListing, server: SmallServer) -> None:
    server.pages["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 60", headers={"Content-Type": "text/plain"})
    with time_machine.travel(clock.now(), tick=False) as time:
        look_at_pages()
        time.shift(59)
        assert look_at_pages() == 0
        time.shift(1)
        assert look_at_pages() == 1
        assert PageHost.objects.get().free_at == clock.now() + timedelta(seconds=60)


def test_nobody_else_is_there_meanwhile(row: PlatformListing, server: SmallServer) -> None:
    host = take_turn(server.url)
    assert host is not None and take_turn(server.url) is None
    assert look_at_pages() == 0 and server.asked == []


def test_robots_that_are_not_wanted_stay_away(row: PlatformListing, server: SmallServer) -> None:
    server.pages["/robots.txt"] = Reply(b"User-agent: LenSan\nDisallow: /p/")
    assert rounds() == 1
    assert seen() == [("uncheckable", "forbidden", "", None)]
    assert server.paths == ["/robots.txt"]


def test_wishes_that_cannot_be_read_are_asked_for_again(row: PlatformListing, server: SmallServer) -> None:
    server.pages["/robots.txt"] = Reply(status=503)
    with time_machine.travel(clock.now(), tick=False) as time:
        assert look_at_pages() == 0
        time.shift(3599)
        assert look_at_pages() == 0
        assert (seen(), server.paths) == ([], ["/robots.txt"])
        server.pages["/robots.txt"] = Reply(status=403)
        time.shift(1)
        look_at_pages()
        time.shift(10)
        assert look_at_pages() == 1
    assert (seen(), server.paths) == ([("uncheckable", "forbidden", "", None)], ["/robots.txt"] * 2)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(PAGE.format("51.000").encode()), ("uncheckable", "price", "Hạt điều rang", 51_000)),
        (Reply(status=404), ("uncheckable", "missing", "", None)),
        (Reply(status=410), ("uncheckable", "missing", "", None)),
        (Reply("<h1>Không tìm thấy sản phẩm</h1>".encode()), ("uncheckable", "no_goods", "", None)),
        (Reply(status=302, headers={"Location": "/"}), ("uncheckable", "moved", "", None)),
        (Reply(status=302, headers={"Location": "/gian-hang/an"}), ("uncheckable", "moved", "", None)),
        (Reply(status=500), ("uncheckable", "answer", "", None)),
        (Reply(b"x" * 2_000_001), ("uncheckable", "too_large", "", None)),
        (Reply(b"{}", headers={"Content-Type": "application/json"}), ("uncheckable", "not_html", "", None)),
        (Reply(b"<input type=password>"), ("uncheckable", "login", "", None)),
        (Reply(b"<div id=app></div><script src=a.js></script>"), ("uncheckable", "script", "", None)),
        (Reply(status=302, headers={"Location": "https://khac.vn/"}), ("uncheckable", "moved", "", None)),
        (Reply(status=302, headers={"Location": "file:///etc/passwd"}), ("uncheckable", "moved", "", None)),
        (Reply(status=302, headers={"Location": "/p/1"}), ("uncheckable", "moved", "", None)),
        (Reply(status=302, headers={"Location": "/dang-nhap"}), ("uncheckable", "forbidden", "", None)),
        (Reply(status=301, headers={"Location": "/p/moi"}), ("live", "", "Hạt điều rang", 50_000)),
        (Reply(GOOD.body, drip_seconds=1.5), ("uncheckable", "unreachable", "", None)),
    ],
)
def test_what_is_said_of_each_answer(
    row: PlatformListing, server: SmallServer, reply: Reply, expected: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PATIENCE", 0.5)
    monkeypatch.setattr(client, "CONNECTING", 0.2)
    server.pages |= {"/": GOOD, "/gian-hang/an": SHOP, "/p/1": reply, "/p/moi": GOOD}
    server.pages |= {"/robots.txt": Reply(b"User-agent: *\nDisallow: /dang-nhap")}
    before = PlatformListing.objects.values().get(pk=row.pk)
    assert rounds() == 1
    assert seen() == [expected]
    assert PlatformListing.objects.values().get(pk=row.pk) == before, "the platform's own word comes first here"


def test_a_platform_whose_terms_nobody_read_is_left_alone(
    row: PlatformListing, server: SmallServer, people: People
) -> None:
    set_robots_may_look(
        platform=row.connection.platform,
        since=clock.today(),
        is_granted=False,
        ground="Thử tắt",
        by=people.viewer("buu"),
    )
    assert rounds() == 0
    assert (server.asked, seen(), PageHost.objects.count()) == ([], [], 0)


def test_a_real_platform_never_leads_into_our_own_network(
    listing: Listing, server: SmallServer, people: People
) -> None:
    Platform.objects.filter(code="voso").update(link_pattern="")
    row = put(listing, f"{server.url}/p/1", "voso")
    set_robots_may_look(
        platform=row.connection.platform, since=clock.today(), is_granted=True, ground="Thử", by=people.viewer("buu")
    )
    assert rounds() == 0
    assert (server.asked, seen()) == ([], [])


def test_what_a_robot_saw_of_a_sheet_platform(listing: Listing) -> None:
    row = put(listing, "https://voso.vn/hat-dieu-p7.html", "voso")
    for verdict in (unclear("price", "Hạt điều rang", 1), unclear("unreachable")):
        note_look(row, verdict)
    row.refresh_from_db()
    assert (row.observed, row.work, row.seen_at) == ("live", "idle", None), "unclear is not gone"
    note_look(row, Verdict("live", "", "Hạt điều rang", 50_000))
    row.refresh_from_db()
    assert row.seen_at is not None
    note_look(row, Verdict("gone"))
    row.refresh_from_db()
    assert (row.observed, row.work, row.cause) == ("absent", "dead", "NotFound")
    assert row.last_error == "Tin không còn trên sàn. Hãy chọn đăng lại hoặc ngừng bán ở sàn này."
    assert [each[0] for each in seen()] == ["uncheckable", "uncheckable", "live", "gone"]


def test_the_pages_of_the_simulated_marketplace(double: Double, listing: Listing, settings: Any) -> None:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    engine = Engine(listing, double)
    engine.go_live()
    assert rounds() == 1
    page = Observation.objects.get(observer="robot")
    assert (page.result, page.seen_title, page.seen_price) == ("live", "Hạt điều rang", 50_000)
    double.suspend(engine.row.remote_id)
    with time_machine.travel(clock.now() + timedelta(days=11)):
        assert rounds(3) == 1
    assert seen()[-1][:2] == ("uncheckable", "missing")
    with time_machine.travel(clock.now() + timedelta(days=11, hours=7)):
        assert rounds(3) == 1
    assert seen()[-1][0] == "gone"


def looks(row: PlatformListing, server: SmallServer, *then: tuple[float, Reply]) -> list[str]:
    """What is said of looks at these hours with these answers: the result, or why nothing was concluded."""
    start, before = clock.now(), len(seen())
    for hours, reply in then:
        server.pages["/p/1"] = reply
        with time_machine.travel(start + timedelta(hours=hours)):
            rounds()
    return [reason or result for result, reason, *_ in seen()[before:]]


NO_PAGE = Reply(status=404)


def test_one_missing_page_is_not_gone(row: PlatformListing, server: SmallServer) -> None:
    assert looks(row, server, (0, NO_PAGE), (1, NO_PAGE), (5.9, NO_PAGE)) == ["missing"], "no second look too soon"
    assert looks(row, server, (6.1, NO_PAGE)) == ["gone"]


def test_what_came_back_starts_anew(row: PlatformListing, server: SmallServer) -> None:
    assert looks(row, server, (0, NO_PAGE), (7, GOOD)) == ["missing", "live"]
    with time_machine.travel(clock.now() + timedelta(hours=7)):  # in the evening that is another day
        assert is_live(Observation.objects.first().link, clock.today())  # type: ignore[union-attr]
    eleven_days = 11 * 24
    assert looks(row, server, (eleven_days, NO_PAGE), (eleven_days + 7, NO_PAGE)) == ["missing", "gone"]


def test_trouble_between_two_looks_settles_nothing(row: PlatformListing, server: SmallServer) -> None:
    said = looks(row, server, (0, GOOD), (241, NO_PAGE), (248, Reply(status=503)), (255, NO_PAGE))
    assert said == ["live", "missing", "answer", "gone"]


def test_a_page_missing_once_still_counts(row: PlatformListing, server: SmallServer) -> None:
    assert looks(row, server, (0, GOOD), (241, NO_PAGE)) == ["live", "missing"]
    link = Observation.objects.first().link  # type: ignore[union-attr]
    assert is_live(link, (clock.now() + timedelta(hours=242)).date())
