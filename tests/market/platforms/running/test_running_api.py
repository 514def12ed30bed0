"""Platforms, connections and where goods are, for programs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.kit import clock
from core.people.actions import make_api_token
from core.people.models import ApiToken
from core.people.queries import SYSTEM
from market.listings.models import Listing
from market.platforms.engine.flow import flow_of
from market.platforms.models import Connection, Flow, PlatformListing
from market.shops.models import Shop
from onboarding.accounts.models import Platform
from tests.people import People, make_listing

pytestmark = pytest.mark.django_db
PLATFORMS, CONNECTIONS, STATES = (
    "/api/v1/platforms",
    "/api/v1/platforms/connections",
    "/api/v1/platforms/listings",
)


def ask(people: People, name: str, address: str, **asked: Any) -> HttpResponse:
    key = make_api_token(user=people.users[name], name="thử", by=SYSTEM)
    # Noting a key's use would be a query of its own.
    ApiToken.objects.update(last_used_at=clock.now() + timedelta(hours=1))
    return Client().get(address, asked, headers={"authorization": f"Bearer {key}"})  # type: ignore[return-value]


def test_everybody_may_know_the_platforms() -> None:
    Platform.objects.filter(code="voso").update(
        valid_from=date(2019, 7, 1), successor=Platform.objects.get(code="postmart")
    )
    found = Client().get(PLATFORMS).json()
    assert (found["count"], found["page"], found["pages"]) == (3, 1, 1)
    assert [row["code"] for row in found["platforms"]] == ["postmart", "santhu", "voso"]
    assert found["platforms"][2] == {
        "code": "voso", "name": "VoSo", "operator": "Viettel Post", "valid_from": "2019-07-01", "valid_to": None,
        "successor": "postmart", "counts_for_target": True, "is_simulation": False,
    }  # fmt: skip
    assert (found["platforms"][1]["is_simulation"], found["platforms"][1]["counts_for_target"]) == (True, False)


def test_connections_are_for_operators_and_hold_no_secret(listing: Listing, people: People) -> None:
    santhu = Connection.objects.get(adapter="santhu")
    santhu.credentials, santhu.stopped = '{"key": "rat-bi-mat-1234"}', "key"
    santhu.save()
    Flow.objects.filter(pk=flow_of(santhu).pk).update(rate_limit=2, day=clock.today(), calls_on_day=3, breaker="open")
    PlatformListing.objects.filter(connection=santhu).update(offer_work="dead")
    answer = ask(people, "buu", CONNECTIONS)
    assert b"bi-mat" not in answer.content
    rows = {row["platform"]: row for row in answer.json()["connections"]}  # type: ignore[attr-defined]
    found = rows["santhu"]
    assert found.pop("sentence").startswith("Sàn không nhận khóa nữa")
    assert found == {
        "platform": "santhu", "by_sheets": False, "enabled": True, "stopped": "key", "breaker": "open", "waiting": 1,
        "dead": 1, "rate": 2.0, "calls_today": 3, "daily_limit": None, "authorised_at": None, "last_success_at": None,
        "last_failure_at": None,
    }  # fmt: skip
    assert (rows["voso"]["by_sheets"], rows["voso"]["rate"], rows["voso"]["dead"]) == (True, None, 0)
    for who in ("an", "chi", "phuong", "hanh"):
        assert ask(people, who, CONNECTIONS).status_code == 404
    assert Client().get(CONNECTIONS).status_code == 401


def test_states_of_ones_own_goods_and_of_ones_area(listing: Listing, other_shop: Shop, people: People) -> None:
    other = make_listing(other_shop, name="Tiêu sọ")
    PlatformListing.objects.filter(listing=listing, connection__adapter="santhu").update(
        observed="rejected", work="idle", offer_work="idle", url="https://santhu.example/1", seen_at=clock.now(),
        reasons=[{"field": "title", "message": "Tên quá dài.", "remote": "<b>bí mật</b>"}],
    )  # fmt: skip
    PlatformListing.objects.filter(listing=listing, connection__adapter="voso").update(
        observed="live", work="idle", offer_work="idle", url="https://voso.vn/a-p1.html"
    )

    def skus(who: str, **asked: str) -> set[str]:
        answer = ask(people, who, STATES, **asked)
        assert answer.status_code == 200, answer.content
        return {row["sku"] for row in answer.json()["states"]}  # type: ignore[attr-defined]

    assert skus("an") == skus("binh") == {listing.sku}
    assert skus("dung") == {other.sku} and skus("dung", sku=listing.sku) == set()
    assert skus("chi") == skus("phuong") == skus("buu") == {listing.sku, other.sku}
    assert skus("hanh") == set()
    assert Client().get(STATES).status_code == 401
    [row] = ask(people, "an", STATES, platform="santhu").json()["states"]  # type: ignore[attr-defined]
    assert row.pop("seen_at") is not None
    assert row == {
        "sku": listing.sku, "platform": "santhu", "desired": "on", "observed": "rejected", "work": "idle",
        "offer_work": "idle", "sentence": "Sàn chưa nhận. Hãy sửa các mục sau rồi gửi lại.",
        "reasons": [{"field": "title", "message": "Tên quá dài."}], "url": "",
    }  # fmt: skip
    [live] = ask(people, "an", STATES, observed="live").json()["states"]  # type: ignore[attr-defined]
    assert (live["platform"], live["url"], live["reasons"]) == ("voso", "https://voso.vn/a-p1.html", [])
    assert ask(people, "an", STATES, observed="khac").status_code == 422


@pytest.mark.parametrize("size", [1, 25])
def test_states_cost_the_same(shop: Shop, people: People, size: int) -> None:
    for number in range(size):
        make_listing(shop, name=f"Tiêu {number}")
    key = make_api_token(user=people.users["an"], name="thử", by=SYSTEM)
    ApiToken.objects.update(last_used_at=clock.now() + timedelta(hours=1))
    with CaptureQueriesContext(database) as queries:
        found = Client().get(STATES, headers={"authorization": f"Bearer {key}"}).json()
    assert (found["count"], len(queries)) == (3 * size, 4)
