"""Sizes of the same goods: each its own SKU, price and stock; what they share is written once."""

from __future__ import annotations

import pytest

from core.files.actions import store_photo
from core.files.pipeline import render
from core.people.queries import SYSTEM
from market.listings.actions import ListingFacts, WrongFacts, pause_listing, write_listing
from market.listings.models import Listing
from market.listings.rules import price_by_measure, price_per_kg, price_per_litre
from market.shops.actions import confirm_maker
from market.shops.models import Shop
from onboarding.papers.models import Paper
from onboarding.producers.models import Producer
from tests.market.listings.test_listing_actions import facts
from tests.market.proof import everything
from tests.people import People, jpeg, make_producer


def size(variant: str, **changes: object) -> ListingFacts:
    return facts(**{"variant_name": variant, "price": 170_000, "net_weight": 1000, "stock": 2, **changes})


@pytest.fixture
def main(people: People, shop: Shop) -> Listing:
    photo = store_photo(render(jpeg()), by=people.viewer("an"))
    words = facts(variant_name="500 ml", ingredients="Cá cơm, muối", storage_note="Để nơi mát")
    return write_listing(shop=shop, facts=words, photos=[photo], by=people.viewer("an"))


def test_a_size_has_its_own_price_and_stock_and_the_shared_words(people: People, shop: Shop, main: Listing) -> None:
    an = people.viewer("an")
    wrong_words = size("1 lít", name="Tên khác", description="Khác.", ingredients="Khác")
    big = write_listing(shop=shop, facts=wrong_words, photos=[], by=an, main=main)
    big.refresh_from_db()
    assert (big.main, big.variant_name, big.price, big.stock, big.net_weight) == (main, "1 lít", 170_000, 2, 1000)
    assert (big.name, big.description, big.ingredients) == (main.name, main.description, main.ingredients)
    assert big.sku != main.sku and big.slug.startswith("mam-phan-thiet-1-lit-")
    assert list(big.photos.values_list("photo_id")) == list(main.photos.values_list("photo_id"))
    assert big.full_name == "Mắm Phan Thiết, 1 lít"


def test_what_is_shared_goes_through_to_every_size(people: People, shop: Shop, main: Listing) -> None:
    an = people.viewer("an")
    big = write_listing(shop=shop, facts=size("1 lít"), photos=[], by=an, main=main)
    paper = Paper.objects.create(
        producer=shop.producer, kind="food_safety", number="1", issuer="Sở", issued_on="2026-01-01",
        recorded_at=main.made_at,
    )  # fmt: skip
    other = store_photo(render(jpeg(colour="#224466")), by=an)
    words = facts(name="Mắm nhĩ", warning="Mặn", season_from=11, season_to=2, papers=(paper,), price=1000, stock=9)
    write_listing(shop=shop, facts=words, photos=[other], by=an, listing=main)
    before = big.revision
    big.refresh_from_db()
    assert (big.name, big.warning, big.season_from, big.season_to) == ("Mắm nhĩ", "Mặn", 11, 2)
    assert (big.price, big.stock, big.variant_name) == (170_000, 2, "1 lít"), "its own stays its own"
    assert list(big.papers.all()) == [paper]
    assert [row.photo for row in big.photos.all()] == [other]
    assert big.revision == before + 1


def test_a_size_pauses_alone(people: People, shop: Shop, main: Listing) -> None:
    big = write_listing(shop=shop, facts=size("1 lít"), photos=[], by=people.viewer("an"), main=main)
    for each in (main, big):
        Listing.objects.filter(pk=each.pk).update(state="published")
    pause_listing(listing=big, by=people.viewer("an"))
    assert dict(Listing.objects.values_list("variant_name", "state")) == {"500 ml": "published", "1 lít": "paused"}


def test_two_sizes_of_one_name_are_refused(people: People, shop: Shop, main: Listing) -> None:
    an = people.viewer("an")
    write_listing(shop=shop, facts=size("1 lít"), photos=[], by=an, main=main)
    before = everything()
    for name in ("1 lít", ""):
        with pytest.raises(WrongFacts, match="variant_name"):
            write_listing(shop=shop, facts=size(name), photos=[], by=an, main=main)
    assert everything() == before


def test_a_size_of_a_size_or_of_another_shop_is_not_there(
    people: People, shop: Shop, other_shop: Shop, main: Listing
) -> None:
    big = write_listing(shop=shop, facts=size("1 lít"), photos=[], by=SYSTEM, main=main)
    before = everything()
    for where, of in ((shop, big), (other_shop, main)):
        with pytest.raises(Listing.DoesNotExist):
            write_listing(shop=where, facts=size("5 lít"), photos=[], by=SYSTEM, main=of)
    assert everything() == before


def test_a_maker_and_papers_belong_to_the_shop(people: People, shop: Shop, main: Listing) -> None:
    stranger: Producer = make_producer("Hộ Lạ", people.hamlet)
    paper = Paper.objects.create(
        producer=stranger, kind="vietgap", number="1", issuer="Sở", issued_on="2026-01-01", recorded_at=main.made_at
    )
    before = everything()
    for field, wrong in (("maker", facts(maker=stranger)), ("papers", facts(papers=(paper,)))):
        with pytest.raises(WrongFacts, match=field):
            write_listing(shop=shop, facts=wrong, photos=[], by=people.viewer("an"), listing=main)
    assert everything() == before
    asked = shop.makers.create(producer=stranger, valid_from="2026-01-01")
    with pytest.raises(WrongFacts, match="maker"):  # they have not said yes
        write_listing(shop=shop, facts=facts(maker=stranger), photos=[], by=people.viewer("an"), listing=main)
    confirm_maker(maker=asked, by=people.viewer("chi"))
    write_listing(
        shop=shop, facts=facts(maker=stranger, papers=(paper,)), photos=[], by=people.viewer("an"), listing=main
    )
    assert Listing.objects.get(pk=main.pk).maker == stranger


@pytest.mark.parametrize(
    ("unit", "grams", "millilitres", "kilogram", "litre", "shown"),
    [
        ("kg", None, None, 85_000, None, None),
        ("kg", 500, None, 85_000, None, None),  # sold by the kilogram: what one weighs does not change the price
        ("100g", None, None, 850_000, None, (850_000, "kg")),
        ("bottle", 500, None, 170_000, None, (170_000, "kg")),
        ("bottle", 500, 330, 170_000, 257_576, (257_576, "lít")),
        ("litre", None, None, None, 85_000, None),
        ("fruit", None, None, None, None, None),
        ("box", 300, None, 283_333, None, (283_333, "kg")),
    ],
)
def test_the_price_of_a_measure(
    unit: str, grams: int | None, millilitres: int | None, kilogram: int | None, litre: int | None, shown: object
) -> None:
    listing = Listing(price=85_000, unit=unit, net_weight=grams, net_volume=millilitres)
    assert (price_per_kg(listing), price_per_litre(listing), price_by_measure(listing)) == (kilogram, litre, shown)
    assert price_per_kg(listing, 0) == (None if kilogram is None else 0)
