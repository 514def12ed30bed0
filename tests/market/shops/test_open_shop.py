"""An opens a shop; nobody else opens it for him, and it is opened once."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.events.registry import Event
from core.people.queries import NOBODY, SYSTEM
from market.shops.actions import AlreadyOpen, NotYourProducer, PublicationNotAgreed, change_shop, open_shop
from market.shops.events import ShopChanged
from market.shops.models import Shop
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Consent, Purpose
from tests.market.conftest import Browser
from tests.market.proof import everything, trail
from tests.people import People, make_producer

SHOP_PAGE = reverse("seller_shop")


def agree_to_publication(people: People, answer: bool) -> None:
    answers = {Purpose.PUBLICATION: answer}
    record_consents(producer=people.producer, answers=answers, means=Consent.Means.SPOKEN, by=SYSTEM)


@pytest.mark.parametrize("name", ["an", "binh"])
def test_an_and_his_helper_may_open_the_shop(people: People, heard: list[Event], name: str) -> None:
    before = len(trail())
    shop = open_shop(producer=people.producer, name="Vườn anh An", story="Rang củi.", by=people.viewer(name))
    row = Shop.objects.values("pk", "producer_id", "slug", "name", "story", "state", "is_demo").get()
    assert row == {
        "pk": shop.pk,
        "producer_id": people.producer.pk,
        "slug": "vuon-anh-an",
        "name": "Vườn anh An",
        "story": "Rang củi.",
        "state": "open",
        "is_demo": False,
    }
    assert heard == [ShopChanged(shop.pk)]
    assert trail(before) == [("shop.opened", people.users[name].pk, f"shop:{shop.pk}")]


def test_no_neighbour_and_no_officer_opens_it_for_him(people: People, heard: list[Event]) -> None:
    before = everything()
    for viewer in (*map(people.viewer, ["dung", "chi", "hanh", "phuong", "buu"]), NOBODY):
        with pytest.raises(NotYourProducer):
            open_shop(producer=people.producer, name="Vườn anh An", story="", by=viewer)
    assert everything() == before
    assert heard == []


def test_without_the_consent_to_be_shown_there_is_no_shop(people: People, heard: list[Event]) -> None:
    agree_to_publication(people, False)
    before = everything()
    with pytest.raises(PublicationNotAgreed):
        open_shop(producer=people.producer, name="Vườn anh An", story="", by=people.viewer("an"))
    assert everything() == before
    assert heard == []


def test_the_second_opening_finds_the_first(people: People, shop: Shop, heard: list[Event]) -> None:
    before = everything()
    with pytest.raises(AlreadyOpen) as refusal:
        open_shop(producer=people.producer, name="Tên khác", story="Khác", by=people.viewer("binh"))
    assert refusal.value.shop == shop
    assert everything() == before
    assert heard == []


def test_each_shop_has_an_address_of_its_own(people: People) -> None:
    names = ["Vườn An", "Vườn Án", "vườn  an!", "Vườn An Bình", "★★★", "🍯"]
    slugs = []
    for number, name in enumerate(names):
        producer = make_producer(f"Hộ {number}", people.hamlet)
        slugs.append(open_shop(producer=producer, name=name, story="", by=SYSTEM).slug)
    assert slugs == ["vuon-an", "vuon-an-2", "vuon-an-3", "vuon-an-binh", "gian-hang", "gian-hang-2"]


def test_dung_does_not_rename_ans_shop(people: People, shop: Shop, other_shop: Shop, heard: list[Event]) -> None:
    before = everything()
    with pytest.raises(NotYourProducer):
        change_shop(shop=shop, name="Của Dũng", story="", by=people.viewer("dung"))
    assert everything() == before
    assert heard == []


def test_the_page_opens_the_shop_and_leads_to_the_first_product(people: People, browser: Browser) -> None:
    answer = browser("an").post(SHOP_PAGE, {"name": "  Vườn   anh An ", "story": "Rang củi."})
    assert (answer.status_code, answer["Location"]) == (302, reverse("seller_listing_new"))
    assert list(Shop.objects.values_list("producer_id", "name", "slug")) == [
        (people.producer.pk, "Vườn anh An", "vuon-anh-an")
    ]


def test_the_page_asks_who_has_not_agreed_yet(people: People, browser: Browser) -> None:
    agree_to_publication(people, False)
    an = browser("an")
    assert 'name="agree"' in an.get(SHOP_PAGE).content.decode()
    before = everything()
    refused = an.post(SHOP_PAGE, {"name": "Vườn anh An", "story": "Rang củi."})
    assert refused.context["form"].errors == {
        "agree": ["Gian hàng chỉ mở được khi bạn đồng ý. Bạn có thể rút lại bất cứ lúc nào."]
    }
    assert "Rang củi." in refused.content.decode(), "a refused form loses nothing"
    assert everything() == before

    an.post(SHOP_PAGE, {"name": "Vườn anh An", "story": "", "agree": "on"})
    assert Shop.objects.count() == 1
    last = Consent.objects.order_by("pk").values_list("purpose", "given", "means", "recorded_by_id").last()
    assert last == ("publication", True, "online", people.users["an"].pk)


def test_who_has_no_producer_opens_nothing_on_the_page(people: People, browser: Browser) -> None:
    persons = [browser(name) for name in ("dung", "chi", "phuong")]
    before = everything()
    for person in persons:
        answer = person.post(SHOP_PAGE, {"name": "Vườn anh An", "story": "", "agree": "on"})
        assert (answer.status_code, answer["Location"]) == (302, reverse("seller_home"))
    assert everything() == before


def test_saving_again_changes_the_words_and_keeps_the_address(browser: Browser, shop: Shop) -> None:
    browser("binh").post(SHOP_PAGE, {"name": "Điều rang củi", "story": "Hai đời."})
    assert list(Shop.objects.values_list("slug", "name", "story")) == [("vuon-anh-an", "Điều rang củi", "Hai đời.")]
