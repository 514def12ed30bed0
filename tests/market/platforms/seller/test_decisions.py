"""A seller decides where to sell; what follows is queued with the decision, and everybody else changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.models import Listing
from market.platforms.actions import NotAllowed, send_again
from market.platforms.models import Connection, PlatformListing
from market.platforms.queries import states_of
from market.platforms.sandbox.process import Double
from market.platforms.seller.actions import sell_there
from onboarding.accounts.actions import claim_account, claim_link, observe
from onboarding.accounts.models import Platform
from tests.market.conftest import Browser
from tests.market.platforms.engine_tools import Engine
from tests.market.proof import everything
from tests.people import People


@pytest.fixture
def engine(double: Double, listing: Listing, settings: Any) -> Iterator[Engine]:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    Connection.objects.exclude(adapter="santhu").update(is_enabled=False)
    PlatformListing.objects.exclude(connection__adapter="santhu").delete()
    yield Engine(listing, double)
    double.plan()


def sentence(listing: Listing) -> tuple[str, str]:
    (state,) = states_of(listing)
    return state.kind, state.sentence


def test_off_takes_it_down_and_on_puts_it_up_again(engine: Engine, browser: Browser, people: People) -> None:
    engine.go_live()
    an, listing = browser("an"), engine.listing
    page = reverse("seller_on_platforms", args=[listing.sku])
    assert "Không bán ở sàn này" in an.get(page).text and "Đã thấy trên sàn lúc" in an.get(page).text
    an.post(reverse("seller_platform_off", args=[listing.sku, "santhu"]))
    assert (engine.row.is_off, engine.row.wanted, engine.row.work, engine.row.priority) == (True, False, "queued", 0)
    assert sentence(listing) == ("wait", "Đang gỡ khỏi sàn.")
    engine.push()
    assert engine.double.listings() == []
    assert sentence(listing) == ("info", "Bạn không bán ở sàn này.")
    engine.edit(description="Rang củi, giòn hơn.")
    assert (engine.row.wanted, sentence(listing)[0]) == (False, "wait"), "an edit does not put it up again"
    engine.push()
    assert "Bán lại ở sàn này" in an.get(page).text
    an.post(reverse("seller_platform_on", args=[listing.sku, "santhu"]))
    engine.push()
    engine.double.approve(engine.row.remote_id)
    engine.look()
    assert sentence(listing) == ("good", "Đã lên sàn.")
    words = AuditEntry.objects.filter(action__startswith="listing.platform_").order_by("pk")
    assert [(entry.action, entry.actor_id, entry.object_label) for entry in words] == [
        ("listing.platform_off", people.users["an"].pk, f"listing:{listing.pk}"),
        ("listing.platform_on", people.users["an"].pk, f"listing:{listing.pk}"),
    ]


def test_who_may_not_decide_changes_nothing(listing: Listing, people: People, browser: Browser) -> None:
    connection = Connection.objects.get(platform__code="voso")
    before = everything()
    for name in ("dung", "chi", "phuong", "buu"):
        with pytest.raises(NotAllowed):
            sell_there(listing=listing, connection=connection, is_off=True, by=people.viewer(name))
        for url in ("seller_platform_off", "seller_platform_on"):
            assert browser(name).post(reverse(url, args=[listing.sku, "voso"])).status_code == 404
    assert browser("an").post(reverse("seller_platform_off", args=[listing.sku, "khong-co"])).status_code == 404
    assert browser("an").get(reverse("seller_platform_off", args=[listing.sku, "voso"])).status_code == 405
    assert everything() == before


def test_deciding_twice_is_deciding_once(listing: Listing, people: People) -> None:
    connection, an = Connection.objects.get(platform__code="voso"), people.viewer("an")
    sell_there(listing=listing, connection=connection, is_off=True, by=an)
    before = everything()
    sell_there(listing=listing, connection=connection, is_off=True, by=an)
    assert everything() == before


def test_off_before_it_ever_went_there(listing: Listing, people: People) -> None:
    connection = Connection.objects.get(platform__code="voso")
    PlatformListing.objects.filter(connection=connection).delete()
    sell_there(listing=listing, connection=connection, is_off=True, by=people.viewer("an"))
    row = PlatformListing.objects.get(connection=connection)
    assert (row.is_off, row.wanted, row.work, row.offer_work) == (True, False, "idle", "idle")
    sell_there(listing=listing, connection=connection, is_off=False, by=people.viewer("an"))
    row.refresh_from_db()
    assert (row.is_off, row.wanted, row.work) == (False, True, "queued")


def test_removed_there_it_is_posted_again_or_given_up(engine: Engine, browser: Browser) -> None:
    engine.go_live()
    engine.double.control("POST", "reset")
    PlatformListing.objects.update(seen_at=clock.now() - timedelta(hours=7))
    engine.look()
    an, listing, words = (
        browser("an"),
        engine.listing,
        "Tin không còn trên sàn. Bạn chọn đăng lại hay thôi bán ở sàn này.",
    )
    page = an.get(reverse("seller_on_platforms", args=[listing.sku])).text
    assert sentence(listing) == ("bad", words)
    assert all(each in page for each in (words, "Đăng lại", "Thôi bán ở sàn này", "Lần cuối thấy trên sàn hôm nay."))
    an.post(reverse("seller_platform_off", args=[listing.sku, "santhu"]))
    engine.push()
    assert sentence(listing) == ("info", "Bạn không bán ở sàn này.")
    assert engine.double.listings() == []
    an.post(reverse("seller_platform_on", args=[listing.sku, "santhu"]))
    engine.push()
    assert len(engine.double.listings()) == 1


def test_again_moves_each_lane_that_stopped(listing: Listing) -> None:
    row = listing.on_platforms.get(connection__platform__code="voso")
    stopped = {"work": "idle", "offer_work": "dead", "offer_error": "x", "offer_cause": "y", "offer_attempts": 6}
    PlatformListing.objects.filter(pk=row.pk).update(observed="live", sent_revision=1, **stopped)
    send_again(row=row, by=SYSTEM)
    row.refresh_from_db()
    assert (row.work, row.sent_revision) == ("idle", 1), "the words are there already"
    assert (row.offer_work, row.offer_error, row.offer_cause, row.offer_attempts) == ("queued", "", "", 0)
    PlatformListing.objects.filter(pk=row.pk).update(work="dead", offer_work="idle")
    send_again(row=row, by=SYSTEM)
    row.refresh_from_db()
    assert (row.work, row.offer_work, row.sent_revision) == ("queued", "idle", 0)


def test_a_platforms_words_stay_words(listing: Listing, browser: Browser) -> None:
    reasons = [{"field": "title", "message": "Sửa tên.", "remote": "<script>alert(1)</script>"}]
    listing.on_platforms.filter(connection__platform__code="voso").update(
        observed="rejected", work="blocked", reasons=reasons, seen_at=clock.now()
    )
    page = browser("an").get(reverse("seller_on_platforms", args=[listing.sku])).text
    assert "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page
    edit = reverse("seller_listing_edit", args=[listing.sku])
    assert f'href="{edit}#id_name"' in page and "Sửa mục «Tên sản phẩm»" in page
    assert 'id="id_name"' in browser("an").get(edit).text


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_costs_the_same_for_every_number_of_platforms(
    listing: Listing, django_assert_num_queries: Any, size: int
) -> None:
    rows = list(listing.on_platforms.select_related("connection__platform")[:size])
    for number, row in enumerate(rows):
        Platform.objects.update(link_pattern="")
        row.connection.platform.refresh_from_db()
        account = claim_account(platform=row.connection.platform, producer=listing.shop.producer, by=SYSTEM)
        row.link = claim_link(account=account, url=f"https://san{number}.vn/p/1", by=SYSTEM)
        row.observed, row.work = "live", "idle"
        row.save()
        observe(link=row.link, result="live", observer="adapter", by=SYSTEM)
    listing.on_platforms.exclude(pk__in=[row.pk for row in rows]).delete()
    with django_assert_num_queries(6):
        states = states_of(listing)
    assert [state.kind for state in states].count("good") == size
