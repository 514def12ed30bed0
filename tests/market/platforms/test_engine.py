"""The engine against a real marketplace process: what is wanted gets there once, and what is seen is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.actions import pause_listing, publish_listing, take_stock
from market.listings.events import ListingChanged
from market.listings.models import Listing
from market.orders.actions import release_purchase
from market.platforms.actions import NotAllowed, send_again
from market.platforms.contract import RemoteIds
from market.platforms.engine import claiming, flow, home
from market.platforms.engine.desired import on_listing_changed, on_listings_changed
from market.platforms.engine.documents import settings_of
from market.platforms.engine.flow import flow_of
from market.platforms.engine.look import look_at_due
from market.platforms.engine.push import push_due
from market.platforms.engine.ways import Round
from market.platforms.models import Connection, Flow, PlatformListing
from market.platforms.sandbox.process import Double
from market.platforms.santhu.adapter import SanThuAdapter
from onboarding.accounts.models import Observation, OutsideLink, PlatformAccount
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Consent, Purpose
from tests.market.buying import ordered
from tests.market.conftest import Browser
from tests.market.platforms.engine_tools import Engine
from tests.market.proof import everything
from tests.people import People, make_listing, make_producer, make_shop


@pytest.fixture
def engine(double: Double, listing: Listing, settings: Any) -> Iterator[Engine]:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    yield Engine(listing, double)
    double.plan()


def test_from_the_first_push_to_the_observation(engine: Engine, people: People) -> None:
    assert engine.state == ("absent", "queued")
    engine.push()
    remote, row = engine.remote(), engine.row
    assert (remote["seller_sku"], remote["name"], remote["price_vnd"], remote["quantity"], remote["state"]) == (
        engine.listing.sku,
        "Hạt điều rang",
        50_000,
        10,
        "pending_review",
    )
    assert [len(remote["images"]), remote["images"][0]["sha256"]] == [1, engine.listing.photos.get().photo.sha256]
    assert (engine.state, row.remote_id, row.sent_revision) == (
        ("pending", "idle"),
        str(remote["id"]),
        engine.listing.revision,
    )
    assert (row.attempts, row.last_error, row.reasons, row.leased_until) == (0, "", [], None)
    engine.look()
    assert engine.state == ("pending", "idle")
    assert not Observation.objects.exists(), "sent is not seen"

    engine.double.approve(row.remote_id)
    engine.look()
    address = f"{engine.double.url}/p/{remote['id']}"
    seen = Observation.objects.select_related("link__account").get()
    assert (engine.state, engine.row.url, engine.row.link_id) == (("live", "idle"), address, seen.link_id)
    assert (seen.result, seen.observer, seen.seen_title, seen.seen_price, seen.observed_by_id) == (
        "live",
        "adapter",
        "Hạt điều rang",
        50_000,
        None,
    )
    assert (seen.link.url, seen.link.account.producer_id) == (address, people.producer.pk)
    page = Client().get(reverse("product", args=[engine.listing.slug])).content.decode()
    assert address in page, "buyers see where else it is sold"


def test_sending_the_same_again_writes_nothing(engine: Engine) -> None:
    engine.go_live()
    before = engine.writes()
    PlatformListing.objects.filter(pk=engine.row.pk).update(work="queued")
    engine.push()
    assert (engine.state, engine.writes()) == (("live", "idle"), before)
    PlatformListing.objects.filter(pk=engine.row.pk).update(work="queued", confirmed_offer_hash="other")
    engine.push()
    assert len(engine.writes()) == len(before) + 1, "the measure would have seen a write"


def test_price_and_stock_do_not_reopen_the_review(engine: Engine) -> None:
    engine.go_live()
    before = engine.writes()
    engine.edit(price=65_000)
    take_stock([(engine.listing, 4)])
    assert engine.state == ("live", "queued")
    engine.push()
    assert engine.writes()[len(before) :] == [f"PATCH /api/listings/{engine.row.remote_id}/offer"]
    remote = engine.remote()
    assert (remote["price_vnd"], remote["quantity"], remote["state"]) == (65_000, 6, "on_sale")
    assert engine.state == ("live", "idle")


def test_new_words_are_reviewed_again(engine: Engine) -> None:
    engine.go_live()
    engine.edit(description="Rang củi, không muối.")
    engine.push()
    assert (engine.state, engine.remote()["state"]) == (("pending", "idle"), "pending_review")


def test_a_refusal_reaches_the_seller_and_an_edit_mends_it(engine: Engine, browser: Browser) -> None:
    engine.push()
    engine.double.reject(engine.row.remote_id, ("name", "Thiếu tên vùng."), ("detail", "Chưa có hạn dùng <b>."))
    engine.look()
    assert engine.state == ("rejected", "blocked")
    assert [(reason["field"], reason["remote"]) for reason in engine.row.reasons] == [
        ("title", "Thiếu tên vùng."),
        ("description", "Chưa có hạn dùng <b>."),
    ]
    page = browser("binh").get(reverse("seller_on_platforms", args=[engine.listing.sku])).content.decode()
    assert "Sàn chưa nhận. Hãy sửa các mục sau rồi gửi lại." in page
    assert "Thiếu tên vùng." in page and "Chưa có hạn dùng &lt;b&gt;." in page
    assert not Observation.objects.exists()
    before = engine.writes()
    push_due()
    assert engine.writes() == before, "blocked waits for the seller"

    engine.edit(name="Hạt điều rang Bù Gia Mập")
    assert engine.state == ("rejected", "queued")
    page = browser("binh").get(reverse("seller_on_platforms", args=[engine.listing.sku])).content.decode()
    assert "Sàn chưa nhận" not in page and "Đang gửi lên sàn." in page
    engine.go_live()
    assert engine.row.reasons == []
    assert engine.remote()["name"] == "Hạt điều rang Bù Gia Mập"


def test_what_the_platform_cannot_take_is_never_sent(engine: Engine) -> None:
    engine.edit(description="Dài. " * 799)
    engine.edit(name="Ớt")
    engine.push()
    assert engine.state == ("absent", "blocked")
    assert [reason["field"] for reason in engine.row.reasons] == ["title"]
    assert engine.double.listings() == [] and engine.writes() == []


@pytest.mark.parametrize("kind", ["cut_after", "cut_answer", "truncated", "server_error_after", "cut_before"])
def test_an_answer_lost_on_the_way_makes_no_second_object(engine: Engine, kind: str) -> None:
    engine.double.plan({"method": "POST", "path": "/api/listings", "kind": kind, "calls": [1]})
    engine.push()
    there = [] if kind == "cut_before" else [engine.listing.sku]
    assert [found["seller_sku"] for found in engine.double.listings()] == there
    assert (engine.state, engine.row.attempts) == (("absent", "outcome_unknown"), 1)
    first_look = engine.row.next_try_at
    assert first_look is not None and first_look > clock.now(), "the platform gets a moment before it is asked"
    push_due()
    assert engine.row.attempts == 1
    engine.push()
    assert engine.state == ("pending", "idle")
    assert str(engine.remote()["id"]) == engine.row.remote_id


def test_a_busy_platform_is_given_time_and_no_try_is_used_up(engine: Engine, time_machine: Any) -> None:
    time_machine.move_to("2026-03-01T02:00:00Z", tick=False)
    engine.double.plan({"method": "POST", "path": "/api/listings", "kind": "rate_limited", "retry_after": "90"})
    for _ in range(home.MAX_ATTEMPTS + 2):
        engine.push()
        row = engine.row
        assert (engine.state, row.attempts) == (("absent", "queued"), 0)
        assert row.next_try_at == clock.now() + timedelta(seconds=90)
    time_machine.move_to("2026-03-01T02:01:29Z", tick=False)
    before = len(engine.double.calls())
    push_due()
    assert len(engine.double.calls()) == before
    engine.double.plan()
    time_machine.move_to("2026-03-01T02:01:30Z", tick=False)
    push_due()
    assert engine.state == ("pending", "idle")


def test_a_platform_that_is_down_uses_up_nobodys_tries(engine: Engine) -> None:
    """Nothing that goes this way is answered: that is the breaker's business, and says nothing of the listing."""
    engine.double.plan({"path": "/api/", "kind": "server_error"})
    for _ in range(home.MAX_ATTEMPTS * 2):
        engine.push()
        assert (engine.state, engine.row.attempts) == (("absent", "queued"), 0)
        assert engine.row.next_try_at is not None and engine.row.next_try_at > clock.now() + timedelta(seconds=1)
    assert Flow.objects.get(connection__adapter="santhu").breaker == "open"
    engine.double.plan()
    engine.go_live()


def test_a_listing_that_fails_while_others_get_answers_is_parked(engine: Engine) -> None:
    engine.double.plan({"path": "/api/", "kind": "server_error"})
    for attempt in range(1, home.MAX_ATTEMPTS + 1):
        engine.push()
        flow.note_success(Flow.objects.get(connection__adapter="santhu"))  # somebody else's call
        assert engine.row.attempts == attempt - 1
    engine.push()
    assert engine.state == ("absent", "dead")


def test_what_alone_fails_is_tried_six_times_then_a_person_decides(engine: Engine, people: People) -> None:
    engine.double.plan({"method": "GET", "path": "/api/media", "kind": "server_error"})
    for attempt in range(1, home.MAX_ATTEMPTS):
        engine.push()
        assert (engine.state, engine.row.attempts) == (("absent", "queued"), attempt)
        waiting = (engine.row.next_try_at or clock.now()) - clock.now()
        assert timedelta(seconds=2**attempt * 0.7) < waiting < timedelta(seconds=2**attempt * 1.3)
    engine.push()
    assert engine.state == ("absent", "dead")
    engine.double.plan()
    take_stock([(engine.listing, 1)])
    engine.push()
    assert engine.double.listings() == [], "a sale does not wake what a person has to look at"
    before = everything()
    for name in ("dung", "chi", "buu"):
        with pytest.raises(NotAllowed):
            send_again(row=engine.row, by=people.viewer(name))
    assert everything() == before
    send_again(row=engine.row, by=people.viewer("binh"))
    engine.push()
    assert (engine.state, engine.row.attempts) == (("pending", "idle"), 0)


def test_removed_there_is_said_and_not_made_again(engine: Engine, browser: Browser) -> None:
    engine.go_live()
    SanThuAdapter().withdraw(settings_of(engine.row.connection), RemoteIds(engine.row.remote_id), "by-hand")
    PlatformListing.objects.update(seen_at=clock.now() - timedelta(hours=7))
    engine.look()
    assert engine.state == ("absent", "dead")
    assert list(Observation.objects.order_by("pk").values_list("result", flat=True)) == ["live", "gone"]
    engine.edit(price=70_000)
    engine.push()
    assert engine.double.listings() == []
    address = reverse("seller_on_platforms", args=[engine.listing.sku])
    an = browser("an")
    assert "Tin không còn trên sàn." in an.get(address).content.decode()
    an.post(reverse("seller_send_again", args=[engine.listing.sku, engine.row.pk]))
    engine.push()
    assert engine.state == ("pending", "idle") and engine.remote()["price_vnd"] == 70_000


@pytest.mark.parametrize("live", [False, True])
def test_pausing_takes_it_down_and_publishing_brings_it_back(engine: Engine, people: People, live: bool) -> None:
    engine.go_live() if live else engine.push()
    pause_listing(listing=engine.listing, by=people.viewer("an"))
    engine.push()
    assert (engine.double.listings(), engine.state, engine.row.remote_id, engine.row.url) == (
        [],
        ("absent", "idle"),
        "",
        "",
    )
    publish_listing(listing=engine.listing, by=people.viewer("an"))
    engine.push()
    assert (engine.state, engine.remote()["state"]) == (("pending", "idle"), "pending_review")


def test_pausing_after_a_lost_answer_leaves_nothing_behind(engine: Engine, people: People) -> None:
    engine.double.plan({"method": "POST", "path": "/api/listings", "kind": "cut_after", "calls": [1]})
    engine.push()
    pause_listing(listing=engine.listing, by=people.viewer("an"))
    engine.push()
    assert (engine.double.listings(), engine.state) == ([], ("absent", "idle"))


def while_sending(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Let something happen once, after the platform took the content and before its answer is home."""
    real, pending = home.bring_home, [happens]

    def bring_home(*arguments: Any, **options: Any) -> Any:
        if pending:
            pending.pop()()
        return real(*arguments, **options)

    monkeypatch.setattr(home, "bring_home", bring_home)


def test_a_late_worker_is_shut_out(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def another_worker_takes_over() -> None:
        engine.due(leased_until=clock.now() - timedelta(seconds=1))
        push_due()
        assert engine.state == ("pending", "idle")
        PlatformListing.objects.filter(pk=engine.row.pk).update(observed="live", url="https://moi.example/p/1")

    while_sending(monkeypatch, another_worker_takes_over)
    engine.push()
    assert engine.state == ("live", "idle"), "what the late one brings home is dropped"
    assert (engine.row.url, engine.row.fence) == ("https://moi.example/p/1", 2)
    assert str(engine.remote()["id"]) == engine.row.remote_id


def test_an_edit_in_the_middle_of_sending_is_sent_next(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    while_sending(monkeypatch, lambda: engine.edit(name="Hạt điều rang muối"))
    engine.push()
    assert (engine.remote()["name"], engine.state) == ("Hạt điều rang", ("pending", "queued"))
    engine.push()
    assert (engine.remote()["name"], engine.state) == ("Hạt điều rang muối", ("pending", "idle"))
    assert engine.row.sent_revision == Listing.objects.get().revision


def test_work_left_by_a_dead_worker_is_picked_up_when_its_lease_ends(engine: Engine, time_machine: Any) -> None:
    time_machine.move_to("2026-03-01T02:00:00Z", tick=False)
    connection = engine.row.connection
    way = Round().way(connection, flow_of(connection))
    ((claimed, task),) = claiming.claim(way, 10)
    assert engine.state == ("absent", "in_flight")
    assert (claimed.operation, claimed.operation_hash) == (task.operation, task.document.content_hash)
    assert (engine.row.operation, engine.row.operation_hash) == (task.operation, task.document.content_hash)
    assert claiming.claim(way, 10) == [], "what is leased is claimed once"
    time_machine.move_to("2026-03-01T02:02:00Z", tick=False)
    push_due()
    assert engine.double.calls() == []
    time_machine.move_to("2026-03-01T02:02:01Z", tick=False)
    push_due()
    assert engine.state == ("pending", "idle")
    engine.remote()


def test_without_the_consent_nothing_is_queued_until_it_is_given(
    people: People, double: Double, settings: Any, browser: Browser
) -> None:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    answers = {Purpose.PLATFORM: False}
    record_consents(producer=people.producer, answers=answers, means=Consent.Means.SPOKEN, by=SYSTEM)
    shop = make_shop(people)
    listing = make_listing(shop)
    assert not PlatformListing.objects.exists()
    assert push_due() == 0 and double.calls() == []
    an, address = browser("an"), reverse("seller_on_platforms", args=[listing.sku])
    assert "Bạn chưa đồng ý gửi thông tin cho các sàn" in an.get(address).content.decode()
    before = everything()
    assert browser("dung").post(reverse("seller_agree_platforms", args=[listing.sku])).status_code == 404
    browser("binh").post(reverse("seller_agree_platforms", args=[listing.sku]))
    assert everything() == before, "a helper agrees to nothing"
    an.post(reverse("seller_agree_platforms", args=[listing.sku]))
    queued = PlatformListing.objects.values_list("connection__adapter", "work", "wanted")
    assert sorted(queued) == [("postmart", "queued", True), ("santhu", "queued", True), ("voso", "queued", True)]
    push_due()
    assert [found["seller_sku"] for found in double.listings()] == [listing.sku]


def test_a_withdrawn_consent_takes_it_down_with_the_next_change(engine: Engine, people: People) -> None:
    engine.go_live()
    answers = {Purpose.PLATFORM: False}
    record_consents(producer=people.producer, answers=answers, means=Consent.Means.SPOKEN, by=SYSTEM)
    engine.edit(price=51_000)
    engine.push()
    assert (engine.double.listings(), engine.state) == ([], ("absent", "idle"))


def test_a_page_already_counted_for_another_producer_is_no_evidence(engine: Engine, people: People) -> None:
    """The marketplace lost its memory and gives an old number to An's listing."""
    engine.push()
    other = make_producer("Hộ Khác", people.hamlet)
    account = PlatformAccount.objects.create(
        platform=engine.row.connection.platform, producer=other, claimed_at=clock.now()
    )
    address = f"{engine.double.url}/p/{engine.row.remote_id}"
    OutsideLink.objects.create(platform=account.platform, account=account, url=address, claimed_at=clock.now())
    second = Engine(make_listing(engine.listing.shop, name="Điều sống"), engine.double)
    second.push()
    for found in engine.double.listings():
        engine.double.approve(str(found["id"]))
    engine.due()
    second.due()
    assert look_at_due() == 2
    assert engine.state == second.state == ("live", "idle")
    assert (engine.row.link, Observation.objects.count()) == (None, 1)
    assert second.row.link is not None, "the one behind it is looked at as well"


def test_goods_given_back_are_offered_again(engine: Engine) -> None:
    engine.go_live()
    order = ordered((engine.listing, 4))
    engine.push()
    assert engine.remote()["quantity"] == 6
    assert release_purchase(order) is True
    engine.push()
    assert engine.remote()["quantity"] == 10


def test_a_closed_shop_is_off_every_platform(engine: Engine) -> None:
    engine.go_live()
    shop = engine.listing.shop
    type(shop).objects.filter(pk=shop.pk).update(state="paused")
    on_listing_changed(ListingChanged(engine.listing.pk))
    engine.push()
    assert (engine.double.listings(), engine.state) == ([], ("absent", "idle"))


def test_several_told_at_once_are_wished_like_each_alone(engine: Engine, people: People) -> None:
    engine.go_live()
    shop = engine.listing.shop
    fresh = make_listing(shop, name="Hàng mới")
    PlatformListing.objects.filter(listing=fresh).delete()
    paused = make_listing(shop, name="Nghỉ bán")
    Listing.objects.filter(pk=paused.pk).update(state="paused")
    never = make_listing(shop, name="Chưa từng bán")
    PlatformListing.objects.filter(listing=never).delete()
    Listing.objects.filter(pk=never.pk).update(state="paused")
    PlatformListing.objects.filter(listing=engine.listing, connection__adapter="santhu").update(work="in_flight")
    on_listings_changed([ListingChanged(each.pk) for each in (never, paused, fresh, engine.listing)])
    rows = PlatformListing.objects.filter(connection__adapter="santhu").order_by("listing_id")
    told = {row.listing_id: (row.wanted, row.work) for row in rows}
    assert told == {engine.listing.pk: (True, "in_flight"), fresh.pk: (True, "queued"), paused.pk: (False, "queued")}
    assert PlatformListing.objects.filter(listing=fresh).count() == Connection.objects.filter(is_enabled=True).count()


def test_taking_consent_back_takes_the_listing_down_and_ends_the_evidence(engine: Engine, people: People) -> None:
    engine.go_live()
    record_consents(producer=people.producer, answers={"platform": False}, means="online", by=people.viewer("an"))
    assert (engine.row.wanted, engine.row.work) == (False, "queued")
    engine.push()
    assert engine.state == ("absent", "idle")
    assert engine.double.listings() == []
    assert list(Observation.objects.order_by("pk").values_list("result", "observer")) == [
        ("live", "adapter"),
        ("gone", "adapter"),
    ]
    record_consents(producer=people.producer, answers={"platform": True}, means="online", by=people.viewer("an"))
    assert (engine.row.wanted, engine.row.work) == (True, "queued")


def test_a_suspension_ends_the_evidence_once(engine: Engine) -> None:
    engine.go_live()
    engine.double.suspend(engine.row.remote_id)
    PlatformListing.objects.update(seen_at=clock.now() - timedelta(hours=7))
    engine.look()
    engine.look()
    assert engine.row.observed == "suspended"
    assert list(Observation.objects.order_by("pk").values_list("result", flat=True)) == ["live", "gone"]


def test_a_sale_does_not_send_a_refused_listing_to_review_again(engine: Engine) -> None:
    engine.push()
    engine.double.reject(engine.row.remote_id, ("name", "Tên chưa rõ"))
    engine.look()
    assert engine.state == ("rejected", "blocked")
    before = engine.writes()
    take_stock([(engine.listing, 1)])
    engine.push()
    assert (engine.state, engine.writes()) == (("rejected", "blocked"), before)
    assert engine.row.reasons != []
