"""What is on sale stays fit for sale: the law is asked at every change, not only at publishing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from core.files.actions import store_photo
from core.files.models import Photo
from core.files.pipeline import render
from core.kit import clock
from market.goods.models import Category
from market.listings.actions import NotReady, pause_listing, publish_listing, write_listing
from market.listings.models import Listing, Promotion
from market.listings.promotions.actions import make_promotion
from market.listings.queries import goods_for_sale, with_promotions
from market.listings.rules import selling_price
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.market.listings.test_listing_actions import facts
from tests.market.listings.test_sent_twice import fields
from tests.market.listings.test_variants import size
from tests.market.proof import everything
from tests.people import People, jpeg

CURE = "Chữa khỏi ung thư, thay thế thuốc chữa bệnh."


@pytest.fixture
def photos(people: People) -> list[Photo]:
    return [store_photo(render(jpeg()), by=people.viewer("an"))]


@pytest.fixture
def main(people: People, shop: Shop, photos: list[Photo]) -> Listing:
    made = write_listing(shop=shop, facts=facts(variant_name="500 ml"), photos=photos, by=people.viewer("an"))
    return publish_listing(listing=made, by=people.viewer("an"))


def test_on_sale_nothing_is_written_that_could_not_be_put_on_sale(
    people: People, shop: Shop, main: Listing, photos: list[Photo]
) -> None:
    an, before = people.viewer("an"), everything()
    for wrong, shown, field in (
        (facts(description=CURE), photos, "description"),
        (facts(), [], "photos"),
        (facts(description=""), photos, "description"),
    ):
        with pytest.raises(NotReady) as refusal:
            write_listing(shop=shop, facts=wrong, photos=shown, by=an, listing=main)
        assert {item.field for item in refusal.value.missing} == {field}
    assert everything() == before
    write_listing(shop=shop, facts=facts(stock=0), photos=photos, by=an, listing=main)
    pause_listing(listing=main, by=an)
    write_listing(shop=shop, facts=facts(description=CURE), photos=[], by=an, listing=main)
    with pytest.raises(NotReady):
        publish_listing(listing=main, by=an)


def test_a_size_on_sale_holds_its_main_one_to_the_law(
    people: People, shop: Shop, main: Listing, photos: list[Photo]
) -> None:
    an = people.viewer("an")
    big = write_listing(shop=shop, facts=size("1 lít"), photos=[], by=an, main=main)
    publish_listing(listing=big, by=an)
    pause_listing(listing=main, by=an)
    before = everything()
    with pytest.raises(NotReady):
        write_listing(shop=shop, facts=facts(description=CURE), photos=photos, by=an, listing=main)
    assert everything() == before
    pause_listing(listing=big, by=an)
    write_listing(shop=shop, facts=facts(description=CURE), photos=photos, by=an, listing=main)
    assert not goods_for_sale().exists()


def test_the_form_says_why_and_keeps_what_was_typed(main: Listing, photos: list[Photo], browser: Browser) -> None:
    before = everything()
    sent = fields(description=CURE, price="91.000", stock="3", stock_seen="3", kept=str(photos[0].pk))
    answer = browser("an").post(reverse("seller_listing_edit", args=[main.sku]), sent)
    form = answer.context["form"]
    assert answer.status_code == 200 and "description" in form.errors
    assert (form["description"].value(), form["price"].value()) == (CURE, "91.000")
    assert answer.context["kept"] == str(photos[0].pk)
    assert everything() == before


class TestPromotions:
    @pytest.fixture
    def strong(self) -> Category:
        return Category.objects.get(code="ruou")

    def promoted(self, listing: Listing, people: People, first: int) -> Promotion:
        today = clock.today()
        return make_promotion(
            listing=listing, price=20_000, starts_on=today + timedelta(first), ends_on=today + timedelta(first + 3),
            by=people.viewer("an"),
        )  # fmt: skip

    def test_they_end_when_the_goods_become_what_may_not_be_promoted(
        self, people: People, shop: Shop, main: Listing, photos: list[Photo], strong: Category
    ) -> None:
        an = people.viewer("an")
        pause_listing(listing=main, by=an)
        big = write_listing(shop=shop, facts=size("1 lít"), photos=[], by=an, main=main)
        running, ahead, of_size = (
            self.promoted(main, people, 0), self.promoted(main, people, 9), self.promoted(big, people, 0)
        )  # fmt: skip
        write_listing(shop=shop, facts=facts(price=90_000), photos=photos, by=an, listing=main)
        assert not Promotion.objects.filter(cancelled_at__isnull=False).exists(), "another price ends none"
        write_listing(shop=shop, facts=facts(category=strong, alcohol=400), photos=photos, by=an, listing=main)
        for each in (running, ahead, of_size):
            each.refresh_from_db()
            assert each.cancelled_at is not None
        assert selling_price(Listing.objects.get(pk=main.pk)) == 85_000

    def test_none_is_shown_where_the_law_has_changed_since(
        self, people: People, main: Listing, strong: Category
    ) -> None:
        self.promoted(main, people, 0)
        assert selling_price(with_promotions(Listing.objects.all()).get(pk=main.pk)) == 20_000
        Listing.objects.update(category=strong, alcohol=400)
        for found in (Listing.objects.get(pk=main.pk), with_promotions(Listing.objects.all()).get(pk=main.pk)):
            assert selling_price(found) == found.price == 85_000
