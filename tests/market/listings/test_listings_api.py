"""Goods and stock for programs: what a key opens, and that a call which comes twice counts once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from core.kit import clock
from core.people.actions import make_api_token
from core.people.queries import SYSTEM
from market.listings.actions import pause_listing
from market.listings.models import Listing, Promotion, StockMove
from market.shops.models import Shop
from onboarding.producers.actions import add_member
from tests.people import People, make_listing

pytestmark = pytest.mark.django_db


class Caller:
    """A program with somebody's key (or none)."""

    def __init__(self, people: People, name: str = "") -> None:
        key = make_api_token(user=people.users[name], name="bài thử", by=SYSTEM) if name else ""
        self.headers = {"Authorization": f"Bearer {key}"} if name else {}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = Client().generic(
            method, f"/api/v1/{path}", json.dumps(body) if body else "", content_type="application/json",
            headers={**self.headers, **headers},
        )  # fmt: skip
        return answer.status_code, answer.json() if answer.content else None

    def skus(self, path: str) -> list[str]:
        return [row["sku"] for row in self("GET", path)[1]["listings"]]


class TestGoods:
    def test_anybody_reads_what_is_on_sale(self, listing: Listing, people: People) -> None:
        today = clock.today()
        Promotion.objects.create(listing=listing, price=40_000, starts_on=today, ends_on=today, made_at=clock.now())
        status, body = Caller(people)("GET", f"listings/{listing.sku}")
        row = Listing.objects.get()
        assert status == 200 and body == {
            "sku": row.sku, "name": "Hạt điều rang", "variant": "", "main": None, "state": "published",
            "category": "che-bien-rau-qua", "ocop_set": "1.7", "description": "Ngon.", "price": 40_000,
            "usual_price": 50_000, "unit": "kg", "net_weight": 1000, "stock": 10, "shop": row.shop.slug,
            "commune": people.commune.code, "province": people.commune.parent.code,
            "url": body["url"], "photos": body["photos"], "revision": row.revision, "changed_at": body["changed_at"],
        }  # fmt: skip
        assert body["url"].endswith(f"/san-pham/{row.slug}") and len(body["photos"]) == 1

    def test_what_is_not_on_sale_only_its_own_people(self, listing: Listing, other_shop: Shop, people: People) -> None:
        pause_listing(listing=listing, by=people.viewer("an"))
        make_listing(other_shop, name="Tiêu sọ")
        for name in ("", "dung", "chi", "phuong"):
            assert Caller(people, name)("GET", f"listings/{listing.sku}")[0] == 404
            assert listing.sku not in Caller(people, name).skus("listings")
            assert listing.sku not in Caller(people, name).skus("listings?own=true")
        assert Caller(people, "binh")("GET", f"listings/{listing.sku}")[1]["state"] == "paused"
        assert Caller(people, "an").skus("listings?own=true") == [listing.sku]
        assert listing.sku not in Caller(people, "an").skus("listings")

    def test_a_wrong_key_is_told_so(self, listing: Listing, people: People) -> None:
        caller = Caller(people)
        assert caller("GET", "listings", Authorization="Bearer khong-co")[0] == 401
        assert caller("GET", "stock")[0] == 401

    def test_filters(self, listing: Listing, other_shop: Shop, people: People) -> None:
        pepper = make_listing(other_shop, name="Tiêu sọ")
        province = people.commune.parent.code
        caller = Caller(people)
        both = [listing.sku, pepper.sku]
        assert caller.skus("listings") == both
        assert caller.skus(f"listings?shop={other_shop.slug}") == [pepper.sku]
        assert caller.skus("listings?q=tieu+so") == caller.skus("listings?q=TIÊU") == [pepper.sku]
        assert caller.skus("listings?category=nganh-thuc-pham") == both
        assert caller.skus("listings?category=ruou") == caller.skus("listings?category=khong-co") == []
        assert caller.skus(f"listings?unit={people.commune.code}") == caller.skus(f"listings?unit={province}") == both
        assert caller.skus("listings?unit=00000") == []

    @pytest.mark.parametrize("many", [1, 25])
    def test_it_costs_the_same_for_one_and_many(
        self, shop: Shop, people: People, many: int, django_assert_num_queries: Any
    ) -> None:
        for number in range(many):
            make_listing(shop, name=f"Hạt {number}")
        caller = Caller(people)
        with django_assert_num_queries(6):
            assert len(caller.skus("listings")) == many


class TestStock:
    def test_read_with_its_revision(self, listing: Listing, people: People) -> None:
        row = Listing.objects.get()
        seen = {"sku": row.sku, "stock": 10, "reserved": 0, "revision": row.revision}
        assert Caller(people, "binh")("GET", f"stock/{row.sku}") == (200, seen)
        assert Caller(people, "an")("GET", "stock")[1] == {"count": 1, "page": 1, "pages": 1, "stock": [seen]}

    def test_set_at_the_revision_one_has_seen(self, listing: Listing, people: People) -> None:
        an, revision = Caller(people, "an"), Listing.objects.get().revision
        match = {"If-Match": f'"{revision}"'}
        assert an("PUT", f"stock/{listing.sku}", {"stock": 4}, **match)[1]["stock"] == 4
        assert an("PUT", f"stock/{listing.sku}", {"stock": 9}, **match)[0] == 412
        assert an("PUT", f"stock/{listing.sku}", {"stock": 9}, **{"If-Match": "x"})[0] == 412
        assert an("PUT", f"stock/{listing.sku}", {"stock": 9})[0] == 428
        assert Listing.objects.get().stock == 4

    def test_a_call_that_comes_twice_counts_once(self, listing: Listing, people: People) -> None:
        an, key = Caller(people, "an"), {"Idempotency-Key": "don-7"}
        move = {"kind": "in", "quantity": 5}
        for _ in range(2):
            assert an("POST", f"stock/{listing.sku}/moves", move, **key)[1]["stock"] == 15
        assert an("POST", f"stock/{listing.sku}/moves", move | {"quantity": 6}, **key)[0] == 409
        assert an("POST", f"stock/{listing.sku}/moves", move)[0] == 428
        assert Listing.objects.get().stock == 15

    def test_a_number_set_again_by_its_key_does_not_undo_what_was_sold(self, listing: Listing, people: People) -> None:
        an, key = Caller(people, "an"), {"Idempotency-Key": "dem-1"}
        assert an("PUT", f"stock/{listing.sku}", {"stock": 10}, **key)[0] == 200
        Listing.objects.update(stock=7)
        assert an("PUT", f"stock/{listing.sku}", {"stock": 10}, **key)[1]["stock"] == 7
        assert an("PUT", f"stock/{listing.sku}", {"stock": 11}, **key)[0] == 409

    def test_a_key_is_for_one_thing_only(self, listing: Listing, shop: Shop, people: People) -> None:
        an, other, key = Caller(people, "an"), make_listing(shop, name="Điều sống"), {"Idempotency-Key": "don-8"}
        move = {"kind": "in", "quantity": 5}
        assert an("POST", f"stock/{listing.sku}/moves", move, **key)[0] == 200
        assert an("POST", f"stock/{other.sku}/moves", move, **key)[0] == 409
        assert an("PUT", f"stock/{other.sku}", {"stock": 3}, **key)[0] == 409
        assert an("POST", f"stock/{listing.sku}/moves", move, **key)[1]["stock"] == 15
        assert list(Listing.objects.order_by("pk").values_list("stock", flat=True)) == [15, 10]

    def test_two_people_may_use_the_same_word(self, listing: Listing, people: People) -> None:
        move, key = {"kind": "in", "quantity": 1}, {"Idempotency-Key": "1"}
        for name in ("an", "binh"):
            assert Caller(people, name)("POST", f"stock/{listing.sku}/moves", move, **key)[0] == 200
        assert Listing.objects.get().stock == 12

    @pytest.mark.parametrize(
        ("body", "status"),
        [({"kind": "lost", "quantity": 11, "reason": "dập"}, 422), ({"kind": "lost", "quantity": 1}, 422),
         ({"kind": "in", "quantity": 0}, 422), ({"kind": "sold", "quantity": 1}, 422), ({"kind": "in"}, 422)],
    )  # fmt: skip
    def test_nonsense_changes_nothing(
        self, listing: Listing, people: People, body: dict[str, Any], status: int
    ) -> None:
        before = StockMove.objects.count()
        key = {"Idempotency-Key": "x"}
        assert Caller(people, "an")("POST", f"stock/{listing.sku}/moves", body, **key)[0] == status
        assert Listing.objects.get().stock == 10 and StockMove.objects.count() == before

    def test_a_key_brings_no_producer_that_came_after_it(
        self, listing: Listing, other_shop: Shop, people: People
    ) -> None:
        other = make_listing(other_shop, name="Tiêu sọ")
        an = Caller(people, "an")
        add_member(user=people.users["an"], producer=other_shop.producer, right="helper", by=SYSTEM, how="bài thử")
        assert [row["sku"] for row in an("GET", "stock")[1]["stock"]] == [listing.sku]
        body, key = {"stock": 1}, {"Idempotency-Key": "1"}
        assert an("PUT", f"stock/{other.sku}", body, **key)[0] == 404
        assert Listing.objects.get(pk=other.pk).stock == 10
        later = Caller(people, "an")
        assert [row["sku"] for row in later("GET", "stock")[1]["stock"]] == [listing.sku, other.sku]

    def test_others_find_nothing_to_change(self, listing: Listing, other_shop: Shop, people: People) -> None:
        move, key = {"kind": "in", "quantity": 1}, {"Idempotency-Key": "1"}
        for name in ("dung", "chi", "phuong", "buu"):
            caller = Caller(people, name)
            assert caller("GET", f"stock/{listing.sku}")[0] == 404
            assert caller("PUT", f"stock/{listing.sku}", {"stock": 1}, **key)[0] == 404
            assert caller("POST", f"stock/{listing.sku}/moves", move, **key)[0] == 404
            assert caller("GET", "stock")[1]["stock"] == []
        assert Listing.objects.get().stock == 10
