"""Whose word it takes: phones that buyers see, an agreement, the account that money goes to."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from core.messages.models import Message
from core.people.actions import make_person
from core.people.queries import NOBODY, SYSTEM, viewer_for
from market.shops.actions import OnlyTheOwner, set_bank_account, start_shop
from market.shops.models import Shop
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Consent
from onboarding.producers.actions import add_member
from onboarding.producers.applications.actions import apply, confirm
from onboarding.producers.models import Producer
from tests.market.conftest import Browser
from tests.market.proof import everything
from tests.onboarding.producers.applying import facts_of
from tests.people import People, fill_steps, make_producer, shop_for

SHOP = "/nguoi-ban/gian-hang/"
PHONE = "+84912345678"
ACCOUNT: dict[str, Any] = {"bank_bin": "970405", "account": "4800205012345", "holder": "NGUYEN VAN AN"}
BANK = {"bank": "970405", "account": "4800205012345", "again": "4800205012345", "holder": "Nguyễn Văn An"}


def proved(client: Client) -> Client:
    """With a password given just now."""
    session = client.session
    session["account_authentication_methods"] += [{"method": "password", "at": time.time()}]
    session.save()
    return client


def company(people: People, **ticked: bool) -> Shop:
    """Bà Năm asks for her company, the commune confirms, she opens its shop."""
    nam = make_person(full_name="Bà Năm", phone=PHONE, by=NOBODY)
    asked = apply(applicant=nam, facts=facts_of(people, kind="company", **ticked))
    return shop_for(confirm(application=asked, by=people.viewer("chi")), "Công ty Năm", viewer_for(nam))


def page_of(shop: Shop) -> str:
    return str(Client().get(f"/gian-hang/{shop.slug}").content.decode())


def test_buyers_see_no_phone_that_nobody_agreed_to_show(people: People) -> None:
    shop = company(people)
    html = page_of(shop)
    assert PHONE not in html and "telephone" not in html
    assert not Consent.objects.filter(producer=shop.producer).exists(), "silence is recorded as nothing"
    client = Client()
    client.force_login(shop.producer.memberships.get().user)
    place = {"pickup_address": "Nhà số 1"}
    assert "091… …678" in client.get(f"{SHOP}buoc/noi-ban/").content.decode()
    client.post(f"{SHOP}buoc/noi-ban/", place | {"shows_phone": "on"})
    assert PHONE in page_of(shop)
    client.post(f"{SHOP}buoc/noi-ban/", place)
    assert PHONE not in page_of(shop)
    said = Consent.objects.filter(producer=shop.producer, purpose="contact").order_by("pk")
    assert list(said.values_list("given", "means")) == [(True, "online"), (False, "online")]


def test_what_the_applicant_ticked_is_their_own_word(people: People) -> None:
    shop = company(people, shows_phone=True)
    assert PHONE in page_of(shop)
    said = Consent.objects.get(producer=shop.producer, purpose="contact")
    owner = shop.producer.memberships.get().user
    assert (said.given, said.means, said.recorded_by) == (True, "online", owner)


def test_a_helper_says_nothing_about_the_phone(people: People, shop: Shop, browser: Browser) -> None:
    Producer.objects.filter(pk=people.producer.pk).update(phone=PHONE)
    binh, before = browser("binh"), Consent.objects.count()
    assert "shows_phone" not in binh.get(f"{SHOP}buoc/noi-ban/").content.decode()
    binh.post(f"{SHOP}buoc/noi-ban/", {"pickup_address": "Nhà số 2", "shows_phone": "on"})
    assert Consent.objects.count() == before and Shop.objects.get().pickup_address == "Nhà số 2"


def acted_for(people: People) -> Shop:
    """Hạnh acts in everything for a household that said no and has no log-in."""
    ly = make_producer("Hộ Lý", people.hamlet)
    record_consents(producer=ly, answers={"publication": False}, means="paper", by=SYSTEM)
    add_member(user=people.users["hanh"], producer=ly, right="acting", by=SYSTEM, how="bài thử")
    hanh = people.viewer("hanh")
    return fill_steps(start_shop(producer=ly, name="Nhà Lý", by=hanh), hanh)


def test_who_acts_for_a_household_neither_agrees_nor_says_where_money_goes(people: People, browser: Browser) -> None:
    shop, hanh = acted_for(people), proved(browser("hanh"))
    before = everything()
    hanh.post(f"{SHOP}chuyen/mo/", {"agree": "on"})
    assert hanh.post(f"{SHOP}tai-khoan/", BANK).status_code == 403
    assert "giấy có chữ ký của chủ hộ" in hanh.get(f"{SHOP}tai-khoan/").content.decode()
    assert 'name="agree"' not in hanh.get(SHOP).content.decode()
    with pytest.raises(OnlyTheOwner):
        set_bank_account(shop=shop, by=people.viewer("hanh"), **ACCOUNT)
    assert everything() == before


def test_an_officer_writes_the_account_of_a_household_without_a_log_in(people: People) -> None:
    shop = acted_for(people)
    set_bank_account(shop=shop, by=people.viewer("chi"), **ACCOUNT)
    assert Shop.objects.get().bank_account == "4800205012345"
    add_member(user=people.users["chi"], producer=shop.producer, right="acting", by=SYSTEM, how="bài thử")
    before = everything()
    with pytest.raises(OnlyTheOwner):
        set_bank_account(shop=shop, by=people.viewer("chi"), **ACCOUNT | {"account": "4800205099999"})
    assert everything() == before


def test_another_account_asks_for_a_fresh_proof_and_everybody_is_told(
    people: People, shop: Shop, browser: Browser
) -> None:
    an, before = browser("an"), everything()
    answer = an.post(f"{SHOP}tai-khoan/", BANK)
    assert (answer.status_code, answer["location"]) == (302, "/tai-khoan/xac-nhan/?next=/tai-khoan/")
    assert everything() == before and not Message.objects.filter(kind="shop.bank_changed").exists()
    proved(an).post(f"{SHOP}tai-khoan/", BANK)
    told = Message.objects.filter(kind="shop.bank_changed").order_by("user_id")
    assert [message.user for message in told] == [people.users["an"], people.users["binh"]]
    assert all("4800205012345" not in message.text and "…345" in message.text for message in told)
    set_bank_account(shop=shop, by=people.viewer("an"), **ACCOUNT)
    assert told.count() == 2, "the same again is no news"
