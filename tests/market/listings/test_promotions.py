"""Promotions: made by whom, when, never two at once; and the day that brings them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.utils import IntegrityError
from django.urls import reverse

from core.events.registry import Event
from core.kit import clock
from market.goods.models import Category
from market.listings.actions import NotYourShop
from market.listings.events import ListingChanged
from market.listings.models import Listing, PriceChange, Promotion
from market.listings.promotions.actions import PromotionRefused, end_promotion, make_promotion
from market.listings.promotions.jobs import announce_turning_promotions
from market.listings.rules import selling_price
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.people import People

pytestmark = pytest.mark.django_db


def day(number: int) -> date:
    return clock.today() + timedelta(number)


def made(listing: Listing, people: People, first: int, last: int, price: int = 40_000, who: str = "an") -> Promotion:
    return make_promotion(listing=listing, price=price, starts_on=day(first), ends_on=day(last), by=people.viewer(who))


class TestMaking:
    def test_today_it_is_the_price_and_everybody_is_told(
        self, listing: Listing, people: People, heard: list[Event]
    ) -> None:
        promotion = made(listing, people, 0, 3, who="binh")
        assert (selling_price(listing), promotion.made_by) == (40_000, people.users["binh"])
        assert heard == [ListingChanged(listing.pk)]

    @pytest.mark.parametrize(
        ("first", "last", "price", "field"),
        [(-1, 2, 40_000, "starts_on"), (2, 1, 40_000, "ends_on"), (0, 400, 40_000, "ends_on"), (0, 1, 50_000, "price"),
         (0, 1, 999, "price"), (0, 1, 60_000, "price")],
    )  # fmt: skip
    def test_what_makes_no_sense_is_refused_at_its_field(
        self, listing: Listing, people: People, first: int, last: int, price: int, field: str
    ) -> None:
        with pytest.raises(PromotionRefused) as refused:
            made(listing, people, first, last, price)
        assert refused.value.field == field and not Promotion.objects.exists()

    @pytest.mark.parametrize(("first", "last"), [(3, 5), (1, 3), (5, 9), (4, 4), (1, 9)])
    def test_two_never_overlap(self, listing: Listing, people: People, first: int, last: int) -> None:
        made(listing, people, 3, 5)
        with pytest.raises(PromotionRefused):
            made(listing, people, first, last)
        assert Promotion.objects.count() == 1

    def test_side_by_side_they_may_stand(self, listing: Listing, people: People) -> None:
        made(listing, people, 3, 5)
        made(listing, people, 1, 2)
        made(listing, people, 6, 6)
        assert Promotion.objects.count() == 3

    def test_what_may_not_be_advertised_may_not_be_promoted(self, listing: Listing, people: People) -> None:
        Listing.objects.update(category=Category.objects.get(code="ruou-gao-nep"), alcohol=390)
        with pytest.raises(PromotionRefused, match=r"^Luật không cho khuyến mại hàng này\.$"):
            made(listing, people, 0, 1)
        Listing.objects.update(alcohol=120)
        assert made(listing, people, 0, 1).pk

    def test_strangers_make_and_end_none(self, listing: Listing, people: People) -> None:
        promotion = made(listing, people, 0, 3)
        for name in ("dung", "chi", "phuong"):
            with pytest.raises(NotYourShop):
                made(listing, people, 5, 6, who=name)
            with pytest.raises(NotYourShop):
                end_promotion(promotion=promotion, by=people.viewer(name))
        assert selling_price(listing) == 40_000 and Promotion.objects.count() == 1

    def test_the_database_refuses_what_gets_round_the_action(self, listing: Listing, people: People) -> None:
        first = made(listing, people, 3, 5)
        with pytest.raises(IntegrityError), transaction.atomic():
            Promotion.objects.create(listing=listing, price=1000, starts_on=day(5), ends_on=day(7), made_at=clock.now())
        Promotion.objects.filter(pk=first.pk).update(cancelled_at=clock.now())
        Promotion.objects.create(listing=listing, price=1000, starts_on=day(5), ends_on=day(7), made_at=clock.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            Promotion.objects.filter(pk=first.pk).update(cancelled_at=None)
        Promotion.objects.filter(pk=first.pk).update(cancelled_at=None, ends_on=day(4))


class TestEnding:
    def test_one_that_runs_ends_with_yesterday(self, listing: Listing, people: People) -> None:
        promotion = made(listing, people, 0, 3)
        Promotion.objects.update(starts_on=day(-2))
        assert end_promotion(promotion=promotion, by=people.viewer("an")).ends_on == day(-1)
        assert selling_price(listing) == 50_000

    @pytest.mark.parametrize("first", [0, 2])
    def test_one_that_has_not_begun_before_today_never_was(self, listing: Listing, people: People, first: int) -> None:
        promotion = made(listing, people, first, 3)
        assert end_promotion(promotion=promotion, by=people.viewer("an")).cancelled_at is not None
        assert selling_price(listing) == selling_price(listing, day(2)) == 50_000
        made(listing, people, 0, 3)  # the days are free again

    def test_one_that_is_over_stays(self, listing: Listing, people: People, heard: list[Event]) -> None:
        promotion = made(listing, people, 0, 3)
        Promotion.objects.update(starts_on=day(-5), ends_on=day(-2))
        heard.clear()
        assert end_promotion(promotion=promotion, by=people.viewer("an")).ends_on == day(-2)
        assert heard == []


class TestTheDay:
    @pytest.mark.parametrize(
        ("first", "last", "told"),
        [(0, 5, True), (-2, 5, True), (-3, 5, False), (-9, 0, False), (-9, -1, True), (-9, -3, True), (-9, -4, False),
         (1, 5, False)],
    )  # fmt: skip
    def test_what_begins_or_ended_is_told(
        self, listing: Listing, heard: list[Event], first: int, last: int, told: bool
    ) -> None:
        Promotion.objects.create(
            listing=listing, price=1000, starts_on=day(first), ends_on=day(last), made_at=clock.now()
        )
        heard.clear()
        assert announce_turning_promotions() == int(told)
        assert heard == [ListingChanged(listing.pk)] * told

    def test_a_cancelled_one_is_not(self, listing: Listing, people: People, heard: list[Event]) -> None:
        end_promotion(promotion=made(listing, people, 0, 3), by=people.viewer("an"))
        heard.clear()
        assert (announce_turning_promotions(), heard) == (0, [])


class TestPages:
    def test_made_shown_and_ended(self, listing: Listing, browser: Browser, people: People) -> None:
        client, address = browser("an"), reverse("seller_prices", args=[listing.sku])
        answer = client.post(address, {"price": "40.000", "starts_on": f"{day(0)}", "ends_on": f"{day(2)}"})
        assert answer.status_code == 302
        page = client.get(address).content.decode()
        assert "40.000\u00a0đ" in page and "Đang áp dụng." in page
        promotion = Promotion.objects.get()
        assert client.post(reverse("seller_promotion_end", args=[promotion.pk])).status_code == 302
        assert selling_price(listing) == 50_000

    def test_a_refusal_stands_at_its_field(self, listing: Listing, browser: Browser) -> None:
        address = reverse("seller_prices", args=[listing.sku])
        page = browser("an").post(address, {"price": "60.000", "starts_on": f"{day(0)}", "ends_on": f"{day(2)}"})
        assert "thấp hơn giá bán 50.000" in page.content.decode() and "60.000" in page.content.decode()

    def test_the_price_and_who_changed_it(self, listing: Listing, people: People, browser: Browser) -> None:
        PriceChange.objects.create(listing=listing, price=45_000, by_id=people.users["binh"].pk, at=clock.now())
        page = browser("an").get(reverse("seller_prices", args=[listing.sku])).content.decode()
        assert page.index("45.000\u00a0đ") and "Binh" in page

    def test_strong_drink_offers_no_form(self, listing: Listing, browser: Browser) -> None:
        Listing.objects.update(category=Category.objects.get(code="ruou-gao-nep"), alcohol=390)
        page = browser("an").get(reverse("seller_prices", args=[listing.sku])).content.decode()
        assert "Luật không cho quảng cáo" in page and 'name="starts_on"' not in page
        assert "hãy ghi độ cồn" not in page, "it is recorded"
        Listing.objects.update(alcohol=None)
        page = browser("an").get(reverse("seller_prices", args=[listing.sku])).content.decode()
        assert "Luật không cho quảng cáo" in page and "hãy ghi độ cồn" in page

    def test_the_neighbour_finds_nothing(
        self, listing: Listing, people: People, other_shop: Shop, browser: Browser
    ) -> None:
        promotion = made(listing, people, 0, 3)
        assert browser("dung").get(reverse("seller_prices", args=[listing.sku])).status_code == 404
        assert browser("dung").post(reverse("seller_promotion_end", args=[promotion.pk])).status_code == 404
        assert selling_price(listing) == 40_000
