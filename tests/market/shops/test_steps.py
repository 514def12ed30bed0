"""The five steps: what each writes, what it refuses, and that the bank account is An's alone to change."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from core.audit.models import AuditEntry
from core.events.registry import Event
from core.kit.numbers import NotABankAccount
from market.goods.models import Category
from market.shops.actions import (
    NoAccount,
    NotYourProducer,
    OnlyTheOwner,
    Sending,
    change_shop,
    set_bank_account,
    set_delivery,
    set_main_goods,
    set_place,
    set_ways_to_pay,
    start_shop,
)
from market.shops.banks import bank_name, banks
from market.shops.models import DeliveryRule, Shop
from market.shops.queries import checklist
from tests.market.proof import everything
from tests.people import People, fill_steps

ACCOUNT: dict[str, Any] = {"bank_bin": "970405", "account": "4800 2050 12345", "holder": "NGUYEN VAN AN"}


def last_changes(shop: Shop) -> Any:
    entry = AuditEntry.objects.filter(object_label=f"shop:{shop.pk}").latest("pk")
    return entry.action, json.loads(entry.detail.text)


def missing(shop: Shop) -> dict[str, str]:
    return {state.step.value: state.missing for state in checklist(Shop.objects.get(pk=shop.pk)) if not state.is_done}


def test_the_checklist_grows_step_by_step(people: People) -> None:
    an = people.viewer("an")
    shop = start_shop(producer=people.producer, name="Vườn anh An", by=an)
    assert missing(shop) == {
        "noi-ban": "Chưa có nơi lấy hàng.",
        "mat-hang": "Chưa chọn mặt hàng chính.",
        "tra-tien": "Chưa chọn cách nhận tiền.",
        "giao-hang": "Chưa có nơi giao hàng nào.",
    }
    set_delivery(shop=shop, sendings=[Sending("province", 20_000, 300_000, 1, 2)], by=an)
    set_place(shop=shop, pickup_address="Nhà số 1", place_note="cạnh chợ", hours="", by=an)
    assert set(missing(shop)) == {"mat-hang", "tra-tien"}
    fill_steps(shop, an)
    assert missing(shop) == {}
    Shop.objects.filter(pk=shop.pk).update(takes_transfer=True)
    assert missing(shop) == {"tra-tien": "Nhận chuyển khoản cần số tài khoản của chủ."}


def test_where_goods_are_fetched_is_encrypted_and_not_in_the_trail(people: People, shop: Shop) -> None:
    set_place(
        shop=shop, pickup_address="12 đường Lê Lợi", place_note="cạnh chợ", hours="7–18 giờ", by=people.viewer("binh")
    )
    row = Shop.objects.get()
    assert (row.pickup_address, row.place_note, row.hours) == ("12 đường Lê Lợi", "cạnh chợ", "7–18 giờ")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pickup_address FROM market_shop")
        assert "Lê Lợi" not in cursor.fetchone()[0]
    assert last_changes(shop) == (
        "shop.changed",
        {"đường đến": ["", "cạnh chợ"], "giờ bán": ["", "7–18 giờ"], "nơi lấy hàng": ["đã có", "đã ghi mới"]},
    )


def test_what_and_how_to_deliver_replace_what_was_there(people: People, shop: Shop) -> None:
    an = people.viewer("an")
    goods = [Category.objects.get(code="mat-ong"), Category.objects.get(code="tra")]
    set_main_goods(shop=shop, categories=goods, by=an)
    assert set(shop.main_goods.all()) == set(goods)
    assert last_changes(shop)[1] == {
        "mặt hàng chính": ["Chế biến từ rau, củ, quả, hạt", "Mật ong và nông sản thô khác; Trà (chè)"]
    }
    set_delivery(
        shop=shop, sendings=[Sending("commune", 0, None, 0, 1), Sending("country", 35_000, 500_000, 2, 5)], by=an
    )
    assert list(DeliveryRule.objects.order_by("zone").values_list("zone", "fee", "free_from", "days_from", "days_to")) == [
        ("commune", 0, None, 0, 1), ("country", 35_000, 500_000, 2, 5),
    ]  # fmt: skip
    assert last_changes(shop)[1] == {
        "giao trong xã": ["không giao", "0\u00a0đ, 0–1 ngày"],
        "giao các tỉnh khác": ["0\u00a0đ, 2–5 ngày", "35.000\u00a0đ, miễn phí từ 500.000\u00a0đ, 2–5 ngày"],
    }


def test_saving_the_same_writes_nothing(people: People, shop: Shop, heard: list[Event]) -> None:
    an = people.viewer("an")
    set_bank_account(shop=shop, by=an, **ACCOUNT)
    before = everything()
    change_shop(shop=shop, name=shop.name, story=shop.story, by=an)
    set_bank_account(shop=shop, by=an, **ACCOUNT)
    fill_steps(shop, an)
    assert everything() == before and heard == []


def test_the_account_is_encrypted_masked_and_in_the_trail_by_its_end(people: People, shop: Shop) -> None:
    set_bank_account(shop=shop, by=people.viewer("an"), **ACCOUNT)
    row = Shop.objects.get()
    assert (row.bank_bin, row.bank_account, row.bank_holder) == ("970405", "4800205012345", "NGUYEN VAN AN")
    with connection.cursor() as cursor:
        cursor.execute("SELECT bank_account, bank_holder FROM market_shop")
        raw = "".join(cursor.fetchone())
    assert "12345" not in raw and "NGUYEN" not in raw
    assert last_changes(shop) == ("shop.bank_changed", {"tài khoản": ["", "Agribank … …345"]})
    set_bank_account(shop=shop, by=people.viewer("an"), **ACCOUNT | {"bank_bin": "970436", "account": "0071000999888"})
    assert last_changes(shop)[1] == {"tài khoản": ["Agribank … …345", "Vietcombank … …888"]}


def test_only_an_changes_the_account(people: People, shop: Shop, other_shop: Shop) -> None:
    before = everything()
    with pytest.raises(OnlyTheOwner):
        set_bank_account(shop=shop, by=people.viewer("binh"), **ACCOUNT)
    for name in ("dung", "chi", "hanh", "phuong", "buu"):
        with pytest.raises(NotYourProducer):
            set_bank_account(shop=shop, by=people.viewer(name), **ACCOUNT)
    assert everything() == before


def test_a_wrong_account_and_an_unknown_bank_are_refused(people: People, shop: Shop) -> None:
    before = everything()
    with pytest.raises(NotABankAccount):
        set_bank_account(shop=shop, by=people.viewer("an"), **ACCOUNT | {"account": "12"})
    with pytest.raises(KeyError):
        set_bank_account(shop=shop, by=people.viewer("an"), **ACCOUNT | {"bank_bin": "000000"})
    assert everything() == before


def test_transfers_need_an_account(people: People, shop: Shop) -> None:
    binh, before = people.viewer("binh"), everything()
    with pytest.raises(NoAccount):
        set_ways_to_pay(shop=shop, cash=False, transfer=True, vnpay=False, by=binh)
    assert everything() == before
    set_bank_account(shop=shop, by=people.viewer("an"), **ACCOUNT)
    set_ways_to_pay(shop=shop, cash=True, transfer=True, vnpay=False, by=binh)
    assert Shop.objects.values_list("takes_cash", "takes_transfer", "takes_vnpay").get() == (True, True, False)
    assert last_changes(shop)[1] == {"chuyển khoản": ["không", "có"], "VNPAY": ["có", "không"]}


def test_dung_writes_no_step_of_ans_shop(people: People, shop: Shop, other_shop: Shop) -> None:
    dung, before = people.viewer("dung"), everything()
    for step in (
        lambda: set_place(shop=shop, pickup_address="x", place_note="", hours="", by=dung),
        lambda: set_main_goods(shop=shop, categories=[], by=dung),
        lambda: set_ways_to_pay(shop=shop, cash=False, transfer=False, vnpay=False, by=dung),
        lambda: set_delivery(shop=shop, sendings=[], by=dung),
    ):
        with pytest.raises(NotYourProducer):
            step()
    assert everything() == before


def test_the_banks() -> None:
    found = banks()
    assert len(found) == 57 and all(len(each) == 6 and each.isdecimal() for each in found)
    assert (bank_name("970405"), bank_name("123456")) == ("Agribank", "123456")
