"""Orders and payments for programs: whose they are, what of the buyer they tell, and what they cost."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.kit import clock
from core.people.actions import give_grant, make_api_token
from core.people.models import ApiToken, Role, User
from core.people.queries import NOBODY, SYSTEM
from market.listings.models import Listing
from market.orders.actions import (
    ask_return,
    call_off,
    cancel_order,
    deliver_order,
    place_purchase,
    receive_order,
    refuse_return,
    release_purchase,
    send_order,
    take_back,
)
from market.orders.models import Method, Order, Purchase
from market.payments.models import Payment, Refund
from market.shops.models import Shop
from onboarding.producers.actions import add_member
from tests.market.buying import attempt_for, notice, ordered, receiver_near, send_ipn
from tests.market.proof import everything
from tests.people import People, make_listing

SECRETS = ("903111222", "0903 111 222", "12 Lê Lợi", "Lê Thị Mua")


def paid(*wanted: tuple[Listing, int]) -> Purchase:
    purchase = ordered(*wanted)
    assert send_ipn(notice(attempt_for(purchase), vnp_TransactionNo=str(14_226_112 + purchase.pk))) == "00"
    return purchase


def bought(listing: Listing, method: str) -> Order:
    return place_purchase(wanted=[(listing, 1)], receiver=receiver_near(listing), method=method, by=NOBODY).orders.get()


class Program:
    """A program with somebody's key."""

    def __init__(self, user: User) -> None:
        self.headers = {"Authorization": f"Bearer {make_api_token(user=user, name='bài thử', by=SYSTEM)}"}
        ApiToken.objects.update(last_used_at=clock.now() + timedelta(hours=1))  # noting its use would be a query more

    def __call__(self, path: str, **asked: Any) -> tuple[int, Any]:
        answer = Client().get(f"/api/v1/{path}", asked, headers=self.headers)
        return answer.status_code, answer.json()

    def codes(self, path: str, **asked: Any) -> list[str]:
        status, body = self(path, **asked)
        assert status == 200, body
        name = "code" if path == "orders" else "order"
        assert body["count"] == len(body[path])
        return [row[name] for row in body[path]]


@pytest.fixture
def an(people: People, listing: Listing) -> Program:
    return Program(people.users["an"])


@pytest.fixture
def dung(people: People, other_shop: Shop) -> Program:
    return Program(people.users["dung"])


@pytest.fixture
def ngan(db: None) -> Program:
    """The accountant's."""
    user = User.objects.create_user(username="ngan", full_name="Ngân")
    give_grant(user=user, role=Role.ACCOUNTANT, unit=None, given_by=SYSTEM)
    return Program(user)


@pytest.fixture
def pepper(other_shop: Shop) -> Listing:
    """Dũng's."""
    return make_listing(other_shop, name="Tiêu", price=70_000)


class TestOrders:
    def test_one_of_two_shops_is_told_of_its_own_part(
        self, people: People, an: Program, dung: Program, listing: Listing, pepper: Listing
    ) -> None:
        purchase = paid((listing, 3), (pepper, 1))
        mine, theirs = purchase.orders.order_by("pk")
        [row] = an("orders")[1]["orders"]
        times = {name: row.pop(name) for name in ("placed_at", "accepted_at", "changed_at")}
        assert all(times.values())
        assert row == {
            "code": mine.code, "purchase": purchase.code, "shop": mine.shop.slug, "state": "to_pack", "method": "vnpay",
            "is_paid": True, "goods": 150_000, "fee": 0, "total": 150_000,
            "lines": [{
                "sku": listing.sku, "name": "Hạt điều rang", "unit": "kg", "price": 50_000, "quantity": 3, "sum": 150_000,
            }],
            "receiver": {"commune": people.commune.code, "province": people.commune.parent.code, "phone": "090… …222"},
            "carrier": "", "tracking": "", "reason": "", "packed_at": None, "sent_at": None, "delivered_at": None,
            "return_at": None, "ended_at": None, "url": f"http://localhost:8000/nguoi-ban/don-hang/{mine.code}",
        } | {"url": row["url"]}  # fmt: skip
        assert row["url"].endswith(f"/nguoi-ban/don-hang/{mine.code}")
        assert (an.codes("orders"), dung.codes("orders")) == ([mine.code], [theirs.code])
        assert an(f"orders/{theirs.code}")[0] == dung(f"orders/{mine.code}")[0] == an("orders/khong-co")[0] == 404
        assert not [word for word in SECRETS if word in json.dumps(an("orders")[1], ensure_ascii=False)]

    def test_nobody_else_sees_any(
        self, people: People, an: Program, dung: Program, ngan: Program, listing: Listing
    ) -> None:
        code = paid((listing, 1)).orders.get().code
        assert Program(people.users["binh"]).codes("orders") == [code], "he helps in the shop"
        for other in (dung, ngan, *(Program(people.users[name]) for name in ("chi", "phuong", "hanh", "buu"))):
            assert other.codes("orders") == [] and other(f"orders/{code}")[0] == 404
        assert Client().get("/api/v1/orders").status_code == Client().get("/api/v1/payments").status_code == 401

    def test_a_key_brings_no_shop_that_came_later(self, people: People, listing: Listing, time_machine: Any) -> None:
        """Who became somebody's helper after the key was made has to make a new one."""
        code = paid((listing, 1)).orders.get().code
        chi = Program(people.users["chi"])
        time_machine.move_to(clock.now() + timedelta(days=1))
        add_member(user=people.users["chi"], producer=people.producer, right="helper", by=SYSTEM, how="bài thử")
        assert chi.codes("orders") == chi.codes("payments") == [] and chi(f"orders/{code}")[0] == 404
        assert Program(people.users["chi"]).codes("orders") == [code]

    def test_name_and_address_while_the_parcel_needs_them(self, people: People, an: Program, listing: Listing) -> None:
        order, seller = paid((listing, 1)).orders.get(), people.viewer("an")
        known = an(f"orders/{order.code}")[1]["receiver"]
        assert known["name"] == "Lê Thị Mua" and known["address"].startswith("12 Lê Lợi, ")
        assert known["phone"] == "090… …222"
        receive_order(order=send_order(order=order, by=seller))
        known = an(f"orders/{order.code}")[1]["receiver"]
        assert (known["name"], known["address"], known["phone"]) == ("", "", "090… …222")

    def test_what_waits_for_vnpay_is_nobodys(self, an: Program, listing: Listing) -> None:
        waits = ordered((listing, 1))
        gone = ordered((listing, 1))
        release_purchase(gone)
        assert an.codes("orders") == an.codes("payments") == []
        assert an(f"orders/{waits.orders.get().code}")[0] == an(f"payments/{waits.orders.get().code}")[0] == 404

    def test_filters_narrow(self, people: People, an: Program, listing: Listing, pepper: Listing) -> None:
        add_member(user=people.users["an"], producer=pepper.shop.producer, right="helper", by=SYSTEM, how="bài thử")
        an = Program(people.users["an"])
        mine, cash = paid((listing, 1)).orders.get(), bought(listing, Method.CASH)
        other = paid((pepper, 1)).orders.get()
        call_off(order=mine)
        assert an.codes("orders") == [mine.code, cash.code, other.code], "all producers that the key may act for"
        assert an.codes("orders", state="cancelled") == [mine.code]
        assert an.codes("orders", method="cash") == an.codes("payments", method="cash") == [cash.code]
        assert an.codes("orders", shop=pepper.shop.slug) == an.codes("payments", shop=pepper.shop.slug) == [other.code]
        assert [
            an(path)[0] for path in ("orders?state=x", "orders?page=0", "payments?state=x", "payments?method=x")
        ] == [422] * 4

    def test_who_follows_hears_of_every_step(
        self, people: People, an: Program, listing: Listing, time_machine: Any
    ) -> None:
        order, seller = paid((listing, 1)).orders.get(), people.viewer("an")
        other = bought(listing, Method.CASH)
        steps: list[Any] = [
            lambda: send_order(order=order, by=seller),
            lambda: ask_return(order=order, reason="Đổi ý."),
            lambda: refuse_return(order=order, by=seller, reason="Hàng đã mở."),
            lambda: ask_return(order=order, reason="Mốc."),
            lambda: refuse_return(order=order, by=seller, reason="Không thấy mốc."),
            lambda: ask_return(order=order, reason="Ảnh đây."),
            lambda: take_back(order=order, by=seller, back_on_shelf=False),
        ]
        time_machine.move_to(clock.now())
        for step in steps:
            time_machine.shift(timedelta(minutes=1))
            since = clock.now()
            assert an.codes("orders", changed_since=since.isoformat()) == []
            time_machine.shift(timedelta(minutes=1))
            step()
            order.refresh_from_db()
            assert an.codes("orders", changed_since=since.isoformat()) == [order.code]
            said = datetime.fromisoformat(an(f"orders/{order.code}")[1]["changed_at"])
            assert said >= since
        time_machine.shift(timedelta(minutes=1))
        since = clock.now()
        time_machine.shift(timedelta(minutes=1))
        call_off(order=other)
        assert an.codes("orders", changed_since=since.isoformat()) == [other.code]
        assert an.codes("orders", changed_since=since.replace(tzinfo=None).isoformat()) == [other.code], "UTC"


class TestPayments:
    def test_the_shop_sees_its_part_and_who_handles_money_the_whole(
        self, people: People, an: Program, dung: Program, ngan: Program, listing: Listing, pepper: Listing
    ) -> None:
        purchase = paid((listing, 1), (pepper, 1))
        mine, theirs = purchase.orders.order_by("pk")
        cancel_order(order=mine, by=people.viewer("an"), reason="Hết hàng.")
        [row] = an("payments")[1]["payments"]
        assert row.pop("placed_at") and row.pop("paid_at")
        assert row == {
            "order": mine.code, "purchase": purchase.code, "shop": mine.shop.slug, "method": "vnpay", "state": "succeeded",
            "amount": 50_000, "refunded": 0, "refunding": 50_000,
        }  # fmt: skip
        assert dung.codes("payments") == [theirs.code] and dung(f"payments/{mine.code}")[0] == 404
        assert ngan.codes("payments") == [mine.code, theirs.code]
        one = an(f"payments/{mine.code}")[1]
        assert one["charges"] is None and [(each["amount"], each["state"]) for each in one["refunds"]] == [
            (50_000, "ready")
        ]
        assert "120000" not in json.dumps(one), "what the other shop's goods cost is not An's to know"
        known = ngan(f"payments/{theirs.code}")[1]
        assert known["refunds"] == [] and [
            (each["amount"], each["refunded"], each["is_extra"], each["transaction"]) for each in known["charges"]
        ] == [(120_000, 50_000, False, str(14_226_112 + purchase.pk))]
        Refund.objects.update(state="succeeded", sent_at=clock.now(), finished_at=clock.now())
        one = an(f"payments/{mine.code}")[1]
        assert (one["refunded"], one["refunding"]) == (50_000, 0)
        Refund.objects.update(state="failed")
        one = an(f"payments/{mine.code}")[1]
        assert (one["refunded"], one["refunding"]) == (0, 0)

    def test_an_auditor_reads_and_other_staff_do_not(self, people: People, listing: Listing) -> None:
        code = paid((listing, 1)).orders.get().code
        kiem = User.objects.create_user(username="kiem", full_name="Kiểm")
        give_grant(user=kiem, role=Role.AUDITOR, unit=None, given_by=SYSTEM)
        assert Program(kiem).codes("payments") == [code] and Program(kiem).codes("orders") == []
        for name in ("chi", "phuong", "hanh", "buu"):
            assert Program(people.users[name]).codes("payments") == []
            assert Program(people.users[name])(f"payments/{code}")[0] == 404

    def test_money_that_came_too_late_goes_back_whole(self, ngan: Program, listing: Listing, pepper: Listing) -> None:
        purchase = ordered((listing, 1), (pepper, 1))
        attempt = attempt_for(purchase)
        attempt.state, attempt.finished_at = "failed", clock.now()
        attempt.save()
        assert release_purchase(purchase)
        assert ngan.codes("payments", state="canceled") == [order.code for order in purchase.orders.order_by("pk")]
        assert send_ipn(notice(attempt)) == "00"
        rows = ngan("payments")[1]["payments"]
        assert [(row["state"], row["amount"], row["refunding"]) for row in rows] == [
            ("succeeded", 50_000, 50_000), ("succeeded", 70_000, 70_000),
        ]  # fmt: skip

    def test_money_the_shop_takes_itself(self, people: People, an: Program, listing: Listing) -> None:
        seller, cash, off = people.viewer("an"), bought(listing, Method.CASH), bought(listing, Method.CASH)
        call_off(order=off)

        def said() -> list[tuple[str, bool, int]]:
            rows = an("payments")[1]["payments"]
            for row in rows:
                assert row["order"] in an.codes("payments", state=row["state"])
            return [(row["state"], row["paid_at"] is not None, row["refunded"]) for row in rows]

        assert said() == [("waiting", False, 0), ("canceled", False, 0)]
        deliver_order(order=send_order(order=cash, by=seller), by=seller)
        assert said() == [("succeeded", True, 0), ("canceled", False, 0)]
        ask_return(order=cash, reason="Mốc.")
        take_back(order=cash, by=seller, back_on_shelf=False)
        assert said() == [("succeeded", True, 50_000), ("canceled", False, 0)]
        assert an.codes("payments", state="processing") == []

    def test_who_follows_hears_of_refunds(self, ngan: Program, listing: Listing, time_machine: Any) -> None:
        purchase = paid((listing, 1))
        other = paid((listing, 1))
        call_off(order=purchase.orders.get())
        time_machine.move_to(clock.now() + timedelta(minutes=2))
        since = clock.now()
        assert ngan.codes("payments", changed_since=since.isoformat()) == []
        time_machine.shift(timedelta(minutes=2))
        Refund.objects.update(state="succeeded", sent_at=clock.now(), finished_at=clock.now())
        assert ngan.codes("payments", changed_since=since.isoformat()) == [purchase.orders.get().code]
        assert Payment.objects.count() == 2 and other.orders.get().code in ngan.codes("payments")


@pytest.mark.parametrize("number", [1, 25])
def test_what_they_cost(an: Program, ngan: Program, listing: Listing, number: int) -> None:
    Listing.objects.update(stock=100)
    for _ in range(number):
        order = bought(listing, Method.CASH)
    cost = []
    before = everything()
    for program, path in ((an, "orders"), (an, f"orders/{order.code}"), (an, "payments"), (ngan, "payments")):
        program(path)
        with CaptureQueriesContext(connection) as queries:
            status, body = program(path)
        assert status == 200 and body.get("count", number) == number
        cost.append(len(queries))
    # Two find the key and its grants. A page: its count, its rows, their lines and what those were of; or the refunds.
    assert cost == [6, 5, 5, 5]
    assert everything() == before
