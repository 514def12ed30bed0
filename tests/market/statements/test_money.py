"""The producer's money: held, owed, paid out, taken directly; month by month, for its own people only."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from core.kit import clock
from core.people.queries import NOBODY, SYSTEM
from market.ledger.accounts import BANK, HELD, owed_to
from market.ledger.actions import write_entry
from market.ledger.models import LedgerEntry
from market.listings.models import Listing
from market.orders.actions import (
    ask_return,
    cancel_order,
    deliver_order,
    place_purchase,
    receive_order,
    send_order,
    take_back,
)
from market.orders.models import Method, Order
from market.payments.actions import refund_by_hand, request_refund, withdraw_refund
from market.payments.models import Charge, Refund
from market.payments.sources import sources_of
from market.shops.actions import set_bank_account
from market.shops.models import Shop
from market.statements.queries import Standing, months_of, standing_of, statement_of
from onboarding.producers.actions import add_member
from onboarding.producers.models import Producer
from tests.market.buying import attempt_for, notice, ordered, receiver_near, send_ipn
from tests.market.conftest import Browser
from tests.market.payments.till import accountant
from tests.people import People, make_listing, make_producer

MONEY = "/nguoi-ban/tien/"


def paid(*wanted: tuple[Listing, int]) -> list[Order]:
    purchase = ordered(*wanted)
    assert send_ipn(notice(attempt_for(purchase))) == "00"
    return list(purchase.orders.order_by("pk"))


def paid_out(producer: Producer, amount: int, key: str = "payout:1") -> None:
    with transaction.atomic():
        write_entry("paid_out", debit=owed_to(producer.pk), credit=BANK, amount=amount, subject="payout:1", key=key)


def moves(producer: Producer) -> list[tuple[str, int, int, int]]:
    month = clock.today().replace(day=1)
    return [(line.kind.value, line.through, line.owed, line.direct) for line in statement_of(producer, month).lines]


def test_what_an_accountant_gave_back_of_an_order_under_way_is_not_held_for_its_shop(
    people: People, listing: Listing
) -> None:
    order = paid((listing, 2))[0]
    charge = Charge.objects.get(payment=order.purchase.payment)
    (source,) = sources_of(charge)
    refund = refund_by_hand(
        charge=charge,
        source=source.key,
        amount=30_000,
        reason="Thiếu hàng.",
        request_id="a" * 32,
        by=accountant("ngan"),
    )
    assert standing_of(people.producer) == Standing(70_000, 1, 0, 0, 0)
    withdraw_refund(refund=refund, by=accountant("tam"))
    assert standing_of(people.producer) == Standing(100_000, 1, 0, 0, 0)


def test_where_the_money_is_at_every_step(people: People, listing: Listing, other_shop: Shop) -> None:
    an, producer = people.viewer("an"), people.producer
    assert standing_of(producer) == Standing(0, 0, 0, 0, 0)
    mine, _ = paid((listing, 2), (make_listing(other_shop, name="Tiêu", price=70_000), 1))
    other = paid((listing, 1))[0]
    assert standing_of(producer) == Standing(150_000, 2, 0, 0, 0)
    assert standing_of(other_shop.producer) == Standing(70_000, 1, 0, 0, 0)
    cancel_order(order=other, by=an, reason="Hết hàng.")
    assert standing_of(producer) == Standing(100_000, 1, 0, 0, 0), "what goes back to the buyer is held for nobody"
    receive_order(order=send_order(order=mine, by=an))
    assert standing_of(producer) == Standing(0, 0, 100_000, 0, 0)
    paid_out(producer, 80_000)
    assert standing_of(producer) == Standing(0, 0, 20_000, 80_000, 0)
    ask_return(order=mine, reason="Mốc.")
    take_back(order=Order.objects.get(pk=mine.pk), by=an, back_on_shelf=False)
    assert standing_of(producer) == Standing(0, 0, -80_000, 80_000, 0)
    assert standing_of(producer).debt == 80_000
    receiver = receiver_near(listing)
    cash = place_purchase(wanted=[(listing, 1)], receiver=receiver, method=Method.CASH, by=NOBODY).orders.get()
    deliver_order(order=send_order(order=cash, by=an), by=an)
    assert standing_of(producer) == Standing(0, 0, -80_000, 80_000, 50_000)
    assert moves(producer) == [
        ("earned", 100_000, 100_000, 0), ("paid_out", -80_000, 20_000, 0), ("refund_asked", -100_000, -80_000, 0),
        ("direct", 0, -80_000, 50_000),
    ]  # fmt: skip
    assert moves(other_shop.producer) == []
    held = sum(standing_of(each).held for each in (producer, other_shop.producer))
    book = sum(entry.amount * ((entry.credit == HELD) - (entry.debit == HELD)) for entry in LedgerEntry.objects.all())
    assert held == book == 70_000, "what is held for producers is what the book holds"


def test_what_is_asked_back_before_it_came_stays_held(people: People, listing: Listing) -> None:
    order = paid((listing, 1))[0]
    send_order(order=order, by=people.viewer("an"))
    ask_return(order=order, reason="Đổi ý.")
    assert standing_of(people.producer).held == 50_000
    take_back(order=order, by=people.viewer("an"), back_on_shelf=True)
    assert standing_of(people.producer) == Standing(0, 0, 0, 0, 0)


def test_what_an_accountant_gives_back_by_hand_is_not_held(people: People, listing: Listing) -> None:
    order = paid((listing, 2))[0]
    refund = request_refund(
        charge=Charge.objects.get(), amount=30_000, account=HELD, subject=f"shop_order:{order.pk}", reason="Một túi rách."
    )  # fmt: skip
    assert standing_of(people.producer).held == 70_000
    Refund.objects.filter(pk=refund.pk).update(state="withdrawn", finished_at=refund.made_at)
    assert standing_of(people.producer).held == 100_000


def test_a_month_begins_with_what_the_last_one_left(people: People, listing: Listing, time_machine: Any) -> None:
    an, producer = people.viewer("an"), people.producer
    # Half past midnight in Vietnam is still the month before in UTC.
    time_machine.move_to(datetime(2027, 1, 31, 23, 59, tzinfo=clock.VIETNAM))
    receive_order(order=send_order(order=paid((listing, 2))[0], by=an))
    time_machine.move_to(datetime(2027, 2, 1, 0, 30, tzinfo=clock.VIETNAM))
    receive_order(order=send_order(order=paid((listing, 1))[0], by=an))
    paid_out(producer, 120_000)
    months = months_of(producer)
    assert [f"{month:%Y-%m}" for month in months] == ["2027-02", "2027-01"]
    february, january = (statement_of(producer, month) for month in months)
    assert (january.opening, january.came, january.went, january.closing) == (0, 100_000, 0, 100_000)
    assert (february.opening, february.came, february.went, february.closing) == (100_000, 50_000, 120_000, 30_000)
    time_machine.move_to(datetime(2027, 4, 2, tzinfo=clock.VIETNAM))
    assert len(months_of(producer)) == 4
    empty = statement_of(producer, months_of(producer)[0])
    assert (empty.opening, empty.lines, empty.closing) == (30_000, [], 30_000)


def test_the_page_says_it(people: People, listing: Listing, browser: Browser) -> None:
    an, producer = people.viewer("an"), people.producer
    order = paid((listing, 2))[0]
    page = browser("an").get(MONEY).content.decode()
    assert "100.000\u00a0đ" in page and "1 đơn. Giao xong thì tiền là của bạn." in page and "chưa có tiền ra" in page
    receive_order(order=send_order(order=order, by=an))
    paid_out(producer, 80_000)
    page = browser("an").get(MONEY).content.decode()
    assert f"/nguoi-ban/don-hang/{order.code}" in page and "+100.000\u00a0đ" in page and "-80.000\u00a0đ" in page
    assert "đang nợ lại" not in page
    ask_return(order=order, reason="Mốc.")
    take_back(order=order, by=an, back_on_shelf=False)
    assert "Bạn đang nợ lại 80.000\u00a0đ" in browser("an").get(MONEY).content.decode()
    assert f'href="{MONEY}"' in browser("an").get("/nguoi-ban/").content.decode()
    assert f'href="{MONEY}"' in browser("an").get("/nguoi-ban/don-hang/").content.decode()


def test_nobody_else_reads_it(people: People, listing: Listing, other_shop: Shop, browser: Browser) -> None:
    receive_order(order=send_order(order=paid((listing, 2))[0], by=people.viewer("an")))
    assert "100.000" in browser("binh").get(MONEY).content.decode(), "he works in the shop"
    for name in ("dung", "chi", "phuong", "hanh", "buu"):
        assert "100.000" not in browser(name).get(MONEY).content.decode()
        assert browser(name).get(f"{MONEY}so.csv").status_code == (200 if name == "dung" else 404)
    asked = {"nha": people.producer.pk}
    assert [browser("dung").get(path, asked).status_code for path in (MONEY, f"{MONEY}so.csv")] == [404, 404]
    assert "100.000" not in browser("dung").get(f"{MONEY}so.csv").content.decode()
    assert Client().get(MONEY)["location"].startswith("/dang-nhap/")
    assert browser("an").get(f"{MONEY}so.exe").status_code == 404


def test_who_acts_for_a_producer_reads_it_while_working_for_it(
    people: People, listing: Listing, other_shop: Shop, browser: Browser
) -> None:
    receive_order(order=send_order(order=paid((listing, 2))[0], by=people.viewer("an")))
    add_member(user=people.users["dung"], producer=people.producer, right="acting", by=SYSTEM, how="bài thử")
    dung = browser("dung")
    assert "100.000" not in dung.get(MONEY).content.decode(), "his own shop's comes first"
    dung.post(f"/lam-thay/{people.producer.pk}/chon/")
    page = dung.get(MONEY).content.decode()
    assert "100.000" in page and "Bạn đang làm thay cho" in page


def test_an_owner_of_two_chooses(people: People, listing: Listing, browser: Browser) -> None:
    second = make_producer("Hộ Nguyễn Văn An hai", people.hamlet)
    add_member(user=people.users["an"], producer=second, right="owner", by=SYSTEM, how="bài thử")
    paid_out(second, 12_345)
    an = browser("an")
    assert "12.345" not in an.get(MONEY).content.decode()
    assert "12.345" in an.get(MONEY, {"nha": second.pk}).content.decode()


def test_the_files_add_up_and_run_nothing(people: People, listing: Listing, browser: Browser) -> None:
    order = paid((listing, 2))[0]
    receive_order(order=send_order(order=order, by=people.viewer("an")))
    paid_out(people.producer, 130_000)
    month = f"{clock.today():%Y-%m}"
    answer = browser("an").get(f"{MONEY}so.csv", {"thang": month})
    assert answer["Content-Disposition"] == f'attachment; filename="tien-ban-hang-{month}.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[1:] for row in rows[1:]] == [
        ["Đầu tháng", "", "", "", "0", "", ""],
        ["Đã giao xong, tiền là của bạn", order.code, "100000", "", "100000", "", ""],
        ["Chuyển vào tài khoản ngân hàng của bạn", "", "", "130000", "-30000", "", ""],
        ["Cuối tháng", "", "100000", "130000", "-30000", "", ""],
    ]
    book = CalamineWorkbook.from_filelike(io.BytesIO(browser("an").get(f"{MONEY}so.xlsx").content))
    [heading, *cells] = book.get_sheet_by_index(0).to_python()
    assert heading[3] == "Vào qua Lên Sàn (đ)"
    assert [row[5] for row in cells] == [0, 100_000, -30_000, -30_000], "numbers, not words"


@pytest.mark.parametrize("number", [1, 25])
def test_what_it_costs(people: People, listing: Listing, browser: Browser, number: int) -> None:
    Listing.objects.update(stock=100)
    for _ in range(number):
        receive_order(order=send_order(order=paid((listing, 1))[0], by=people.viewer("an")))
    an = browser("an")
    an.get(MONEY)
    with CaptureQueriesContext(connection) as queries:
        page = an.get(MONEY)
    assert page.status_code == 200 and len(page.context["lines"]) == number
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 15


def test_who_is_owed_and_has_no_bank_account_reads_what_is_missing(
    people: People, listing: Listing, browser: Browser
) -> None:
    an, missing = browser("an"), "Gian hàng chưa có tài khoản ngân hàng"
    order = paid((listing, 2))[0]
    assert missing not in an.get(MONEY).content.decode(), "nothing is owed yet"
    receive_order(order=send_order(order=order, by=people.viewer("an")))
    assert missing in an.get(MONEY).content.decode()
    holder = {"bank_bin": "970436", "account": "0011012345678", "holder": "NGUYEN VAN AN"}
    set_bank_account(shop=listing.shop, by=people.viewer("an"), **holder)
    assert missing not in an.get(MONEY).content.decode()
