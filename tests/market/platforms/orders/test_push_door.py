"""The door at which platforms knock: only the platform gets in, once for each event, and only with hints (23)."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.kit import clock
from market.listings.models import Listing
from market.platforms.engine.look import look_at_due
from market.platforms.models import Connection, PlatformFeed, PlatformListing, PlatformOrder, PlatformPush
from market.platforms.orders.actions import feed_of
from market.platforms.orders.jobs import HINTS_KEPT_FOR, forget_old_hints, import_due
from market.platforms.orders.views import BYTES_AT_MOST
from market.platforms.sandbox.process import Double
from tests.market.platforms.engine_tools import Engine
from tests.market.proof import everything

pytestmark = pytest.mark.django_db
ORDER = {"kind": "order.changed", "subject": "DH-1", "id": "e-1"}


@pytest.fixture
def santhu(double: Double, settings: Any) -> Connection:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    found = Connection.objects.select_related("platform").get(adapter="santhu")
    feed = feed_of(found)
    feed.due_at = clock.now() + timedelta(minutes=5)
    feed.save()
    return found


def knock(connection: Connection, message: tuple[dict[str, str], bytes], **more: Any) -> Any:
    headers, raw = message
    address = reverse("platform_push", args=[PlatformFeed.objects.get(connection=connection).push_token])
    client = Client(enforce_csrf_checks=True)
    return client.post(address, data=raw, content_type="application/json", headers=headers, **more)


def is_due(connection: Connection) -> bool:
    return PlatformFeed.objects.get(connection=connection).due_at <= clock.now()


def test_a_hint_brings_the_reading_forward_and_its_body_is_not_believed(santhu: Connection, double: Double) -> None:
    double.order(id="DH-2", status="shipped")
    assert import_due() == 0
    answer = knock(santhu, double.pushed({**ORDER, "subject": "DH-9"}))
    assert (answer.status_code, answer.json(), answer.cookies) == (200, {"new": 1}, {})
    assert import_due() == 1
    assert list(PlatformOrder.objects.values_list("remote_id", "status")) == [("DH-2", "shipped")]
    push = PlatformPush.objects.get()
    assert (push.event_id, push.kind, len(push.digest)) == ("e-1", "order", 64)


def test_the_same_event_again_does_nothing(santhu: Connection, double: Double) -> None:
    message = double.pushed(ORDER)
    knock(santhu, message)
    PlatformFeed.objects.update(due_at=clock.now() + timedelta(minutes=5))
    before = everything()
    for again in (message, double.pushed(ORDER), double.pushed({**ORDER, "kind": "listing.changed"})):
        assert (knock(santhu, again).status_code, knock(santhu, again).json()) == (200, {"new": 0})
    assert everything() == before and not is_due(santhu)


def test_several_hints_out_of_order_unknown_and_twice_in_one_message(santhu: Connection, double: Double) -> None:
    events = [
        {**ORDER, "id": "e-3", "at": "2026-03-01T12:00:00+07:00"},
        {"kind": "shop.painted", "subject": "", "id": "e-2", "at": "2020-03-01T12:00:00+07:00"},
        {**ORDER, "id": "e-3"},
    ]
    assert knock(santhu, double.pushed(*events)).json() == {"new": 2}
    assert set(PlatformPush.objects.values_list("event_id", "kind")) == {("e-3", "order"), ("e-2", "unknown")}


def test_a_hint_that_nobody_knows_asks_for_nothing(santhu: Connection, double: Double) -> None:
    knock(santhu, double.pushed({"kind": "shop.painted", "subject": "DH-1"}))
    assert not is_due(santhu)


@pytest.mark.parametrize("fault", ["bad_signature", "altered", "stale"])
def test_what_is_not_the_platforms_changes_nothing_and_is_not_logged(
    santhu: Connection, double: Double, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret_words = {**ORDER, "subject": "BI-MAT-0912345678"}
    message = double.pushed(ORDER, secret_words, fault=fault)
    before = everything()
    assert knock(santhu, message).status_code == 400
    assert everything() == before
    assert "BI-MAT" not in caplog.text and "PushRefused" in caplog.text


HOSTILE = [b"", b"{", b"\xff\xfe\x00", b"null", b"[]", b'{"events": 1}', b"[" * 5000, b'{"events": [{"id": null}]}']


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bodies_are_refused_signed_or_not(
    santhu: Connection, double: Double, raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything()
    assert knock(santhu, ({}, raw)).status_code == 400
    assert knock(santhu, (signed(double.key, raw), raw)).status_code == 400, "signed, but not as documented"
    assert everything() == before


def signed(key: str, raw: bytes) -> dict[str, str]:
    """A signature like the platform's, over anything."""

    secret, sent = hashlib.sha256(f"push:{key}".encode()).hexdigest().encode(), str(int(clock.now().timestamp()))
    right = hmac.new(secret, sent.encode() + b"." + raw, hashlib.sha256).hexdigest()
    return {"X-SanThu-Time": sent, "X-SanThu-Signature": f"v1={right}"}


def test_a_message_that_is_too_large_is_not_read(santhu: Connection, double: Double) -> None:
    before = everything()
    large = json.dumps({"events": [], "padding": "x" * BYTES_AT_MOST}).encode()
    assert knock(santhu, (signed(double.key, large), large)).status_code == 413
    many = json.dumps({"events": [{**ORDER, "at": "2026-03-01T12:00:00Z"}] * 101}).encode()
    assert len(many) < BYTES_AT_MOST and knock(santhu, (signed(double.key, many), many)).status_code == 400
    assert everything() == before


def test_another_connections_door_a_door_of_nobody_and_a_closed_one(santhu: Connection, double: Double) -> None:
    voso = Connection.objects.get(adapter="voso")
    feed_of(voso)
    message = double.pushed(ORDER)
    before = everything()
    assert knock(voso, message).status_code == 404, "a sheet takes none"
    headers, raw = message
    address = reverse("platform_push", args=["khong-co"])
    assert Client().post(address, data=raw, content_type="application/json", headers=headers).status_code == 404
    assert Client().get(reverse("platform_push", args=["khong-co"])).status_code == 405
    assert everything() == before
    Connection.objects.filter(pk=santhu.pk).update(is_enabled=False)
    assert knock(santhu, message).status_code == 404
    assert not PlatformPush.objects.exists()


def test_another_sellers_key_opens_nothing(santhu: Connection, double: Double) -> None:
    Connection.objects.filter(pk=santhu.pk).update(credentials=json.dumps({"key": "another"}))
    assert knock(santhu, double.pushed(ORDER)).status_code == 400
    assert not PlatformPush.objects.exists()


def test_a_hint_about_a_listing_has_it_read_back_now(santhu: Connection, double: Double, listing: Listing) -> None:
    engine = Engine(listing, double)
    engine.go_live()
    assert look_at_due() == 0, "live ones are looked at every six hours"
    double.suspend(engine.row.remote_id)
    knock(santhu, double.pushed({"kind": "listing.changed", "subject": "999999"}))
    assert look_at_due() == 0 and engine.state == ("live", "idle")
    knock(santhu, double.pushed({"kind": "listing.changed", "subject": engine.row.remote_id}))
    assert engine.state == ("live", "idle"), "the body says nothing that is believed"
    assert look_at_due() == 1 and engine.state == ("suspended", "idle")
    seen = engine.row
    assert seen.seen_at is not None and seen.hinted_at is not None and seen.seen_at >= seen.hinted_at
    PlatformListing.objects.filter(pk=seen.pk).update(next_try_at=clock.now() + timedelta(hours=1))
    assert look_at_due() == 0, "once"


def test_a_listing_that_is_being_worked_on_is_left_alone(santhu: Connection, double: Double, listing: Listing) -> None:
    engine = Engine(listing, double)
    engine.go_live()
    engine.due(work="in_flight")
    before = list(PlatformListing.objects.values())
    knock(santhu, double.pushed({"kind": "listing.changed", "subject": engine.row.remote_id}))
    assert list(PlatformListing.objects.values()) == before


def test_old_hints_are_forgotten(santhu: Connection, double: Double) -> None:
    knock(santhu, double.pushed(ORDER, {**ORDER, "id": "e-2"}))
    PlatformPush.objects.filter(event_id="e-1").update(received_at=clock.now() - HINTS_KEPT_FOR - timedelta(hours=1))
    assert forget_old_hints() == 1
    assert list(PlatformPush.objects.values_list("event_id", flat=True)) == ["e-2"]
