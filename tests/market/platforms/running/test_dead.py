"""What stopped: grouped by cause, sent again one by one or as a group, only once and only those."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditEntry
from core.desk.registry import todos_for
from core.jobs.models import Job
from core.kit import clock
from market.listings.models import Listing
from market.platforms.models import Connection, PlatformListing
from market.platforms.running.actions import dead
from market.platforms.running.actions.dead import redrive, send_group_again, send_one_again
from market.platforms.running.queries.dead import Drive, dead_groups, drive_of
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.market.proof import everything
from tests.people import People, make_listing

pytestmark = pytest.mark.django_db
PAGE, GROUP = "/san/tin-dung/", "/san/tin-dung/santhu/content/"
CAUSE = "Conflict:two_objects"


def santhu() -> Connection:
    return Connection.objects.get(adapter="santhu")


def row(listing: Listing, adapter: str = "santhu") -> PlatformListing:
    return PlatformListing.objects.get(listing=listing, connection__adapter=adapter)


def stop(listing: Listing, cause: str = CAUSE, adapter: str = "santhu", lane: str = "content") -> PlatformListing:
    """As the engine leaves a listing that it has given up."""
    found = row(listing, adapter)
    prefix, error = ("", "last_error") if lane == "content" else ("offer_", "offer_error")
    values = {f"{prefix}work": "dead", f"{prefix}cause": cause, f"{prefix}attempts": 6, error: f"Vì {cause}."}
    PlatformListing.objects.filter(pk=found.pk).update(operation_at=clock.now() - timedelta(minutes=1), **values)
    return row(listing, adapter)


@pytest.fixture
def stopped(shop: Shop) -> list[Listing]:
    """Five for one cause, one for another, one in the other lane, one on another platform."""
    found = [make_listing(shop, name=f"Tiêu {number}") for number in range(8)]
    PlatformListing.objects.update(work="idle", offer_work="idle")
    for listing in found[:5]:
        stop(listing)
    stop(found[5], "Permanent")
    stop(found[6], "Permanent", lane="offer")
    stop(found[7], adapter="voso")
    return found


def test_groups_are_by_connection_lane_and_cause(stopped: list[Listing], people: People, browser: Browser) -> None:
    old = clock.now() - timedelta(days=3)
    PlatformListing.objects.filter(pk=row(stopped[3]).pk).update(waiting_since=old)
    groups = dead_groups()
    assert [(group.code, group.lane, group.cause, group.count) for group in groups] == [
        ("santhu", "content", CAUSE, 5),
        ("santhu", "content", "Permanent", 1),
        ("santhu", "offer", "Permanent", 1),
        ("voso", "content", CAUSE, 1),
    ]
    assert (groups[0].words, groups[0].oldest, groups[0].example) == (
        "Trên sàn có hai tin cùng mã của ta",
        old,
        f"Vì {CAUSE}.",
    )
    page = browser("buu").get(PAGE).content.decode()
    assert "Gửi lại tất cả" in page and "5 tin" in page and "3 ngày" in page
    (todo,) = todos_for(people.viewer("buu"))
    assert (todo.sentence, todo.url) == ("8 tin bị dừng, cần người xem.", PAGE)


def test_a_group_goes_again_and_nothing_else(stopped: list[Listing], people: People, browser: Browser) -> None:
    others = [stop(stopped[5], "Permanent"), row(stopped[6]), row(stopped[7], "voso")]
    before = list(PlatformListing.objects.filter(pk__in=[each.pk for each in others]).order_by("pk").values())
    client = browser("buu")
    assert "Tiêu 0" in client.get(GROUP, {"vi": CAUSE}).content.decode()
    answer = client.post(GROUP + "gui-lai/", {"vi": CAUSE}, follow=True)
    assert "Đã đưa 5 tin vào hàng đợi" in answer.content.decode()
    for listing in stopped[:5]:
        again = row(listing)
        assert (again.work, again.attempts, again.cause, again.last_error, again.confirmed_hash) == (
            "queued",
            0,
            "",
            "",
            "",
        )
        assert again.next_try_at is not None and again.waiting_since is not None
    assert list(PlatformListing.objects.filter(pk__in=[each.pk for each in others]).order_by("pk").values()) == before
    buu = people.users["buu"].pk
    assert AuditEntry.objects.filter(action="connection.redriven", actor_id=buu).count() == 1
    assert AuditEntry.objects.filter(action="listing.sent_again", actor_id=buu).count() == 5
    assert not Job.objects.filter(name="platforms.redrive").exists()
    answer = client.post(GROUP + "gui-lai/", {"vi": CAUSE}, follow=True)
    assert "không còn tin nào" in answer.content.decode()
    assert AuditEntry.objects.filter(action="connection.redriven").count() == 1
    assert "không còn tin nào" in client.get(GROUP, {"vi": CAUSE}).content.decode()


def test_a_long_group_goes_on_in_the_background(
    stopped: list[Listing], people: People, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead, "AT_ONCE", 2)
    client = browser("buu")
    answer = client.post(GROUP + "gui-lai/", {"vi": CAUSE}, follow=True)
    assert "Đã đưa 2 tin" in answer.content.decode() and "2/5" in answer.content.decode()
    assert drive_of(santhu(), "content", CAUSE) == Drive(2, 5)
    # One that has stopped again since is not sent a second time, also when the job is run twice.
    first = row(stopped[0])
    PlatformListing.objects.filter(pk=first.pk).update(
        work="dead", cause=CAUSE, operation_at=clock.now() + timedelta(seconds=1)
    )
    job = Job.objects.get(name="platforms.redrive")
    for _ in range(2):
        redrive(job.arguments)
    assert [row(listing).work for listing in stopped[:5]] == ["dead", "queued", "queued", "queued", "queued"]
    assert AuditEntry.objects.filter(action="listing.sent_again").count() == 5
    assert drive_of(santhu(), "content", CAUSE) == Drive(5, 5)
    # Asking once more meanwhile makes no second job.
    send_group_again(connection=santhu(), lane="content", cause=CAUSE, by=people.viewer("buu"))
    assert Job.objects.filter(name="platforms.redrive").count() == 1


def test_one_by_one(stopped: list[Listing], people: People, browser: Browser) -> None:
    client, one = browser("buu"), row(stopped[1])
    address = f"{GROUP}{one.pk}/gui-lai/"
    assert "Tiêu 1" in client.post(address, {"vi": CAUSE}, follow=True).content.decode()
    assert [row(listing).work for listing in stopped[:3]] == ["dead", "queued", "dead"]
    assert not send_one_again(row=one, lane="content", by=people.viewer("buu"))
    assert AuditEntry.objects.filter(action="listing.sent_again").count() == 1
    assert client.post(f"/san/tin-dung/voso/content/{one.pk}/gui-lai/", {"vi": CAUSE}).status_code == 404


def test_a_price_for_what_was_removed_takes_the_words_along(stopped: list[Listing], people: People) -> None:
    gone, there = stopped[6], stopped[5]
    PlatformListing.objects.filter(pk=row(there).pk).update(
        work="idle", offer_work="dead", remote_id="7", confirmed_hash="x", confirmed_offer_hash="y"
    )
    for listing in (gone, there):
        assert send_one_again(row=row(listing), lane="offer", by=people.viewer("buu"))
    assert (row(gone).work, row(gone).offer_work, row(gone).offer_cause) == ("queued", "queued", "")
    assert (row(there).work, row(there).offer_work, row(there).confirmed_hash) == ("idle", "queued", "x")
    assert row(there).confirmed_offer_hash == ""


def test_only_the_operator_sends_again(stopped: list[Listing], people: People, browser: Browser) -> None:
    before, one = everything(), row(stopped[0])
    for who in ("an", "chi", "phuong"):
        client = browser(who)
        assert client.get(PAGE).status_code == client.get(GROUP, {"vi": CAUSE}).status_code == 404
        assert client.post(GROUP + "gui-lai/", {"vi": CAUSE}).status_code == 404
        assert client.post(f"{GROUP}{one.pk}/gui-lai/", {"vi": CAUSE}).status_code == 404
        with pytest.raises(PermissionError):
            send_group_again(connection=santhu(), lane="content", cause=CAUSE, by=people.viewer(who))
        with pytest.raises(PermissionError):
            send_one_again(row=one, lane="content", by=people.viewer(who))
    assert everything() == before


def test_an_unknown_lane_or_cause_is_nothing(stopped: list[Listing], browser: Browser) -> None:
    client = browser("buu")
    assert client.get("/san/tin-dung/santhu/work/").status_code == 404
    page = client.get(GROUP, {"vi": "<script>alert(1)</script>"}).content.decode()
    assert "không còn tin nào" in page and "<script>alert" not in page


@pytest.mark.parametrize(("address", "queries"), [(PAGE, 6), (f"{GROUP}?vi=Permanent", 8)])
def test_pages_cost_the_same_at_25_rows(shop: Shop, browser: Browser, address: str, queries: int) -> None:
    client = browser("buu")
    stop(make_listing(shop, name="Tiêu"), "Permanent")
    client.get(address)
    with CaptureQueriesContext(database) as one:
        client.get(address)
    for number in range(24):
        stop(make_listing(shop, name=f"Tiêu {number}"), "Permanent")
    with CaptureQueriesContext(database) as many:
        client.get(address)
    assert (len(one), len(many)) == (queries, queries)
