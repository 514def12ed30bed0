"""Product and shop pages: who finds what at an address, and what stands on it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.kit import clock
from core.places.models import Unit
from market.listings.models import Listing, Promotion
from market.listings.queries import goods_for_sale, goods_on_show
from market.shops.models import Shop
from market.storefront.queries import cards_of
from onboarding.papers.models import Paper
from tests.people import make_listing


def page(address: str, status: int = 200) -> str:
    answer = Client().get(address)
    assert answer.status_code == status
    return answer.content.decode()


def product(listing: Listing, status: int = 200) -> str:
    return page(reverse("product", args=[listing.slug]), status)


def size(main: Listing, name: str, price: int, **more: object) -> Listing:
    """A size of a good, published and in stock."""
    copy = Listing.objects.get(pk=main.pk)
    copy.pk, copy.main, copy.variant_name, copy.price = None, main, name, price
    copy.sku, copy.slug = f"{main.sku}{len(name)}"[:20], f"{main.slug}-{len(name)}"
    for field, value in more.items():
        setattr(copy, field, value)
    copy.save()
    return copy


def test_one_card_for_all_sizes_of_a_good(listing: Listing) -> None:
    small = size(listing, "gói 200 g", 12_000, net_weight=200)
    large = size(listing, "hộp quà hai cân", 95_000, net_weight=2000)
    assert list(goods_on_show()) == [listing]
    assert list(goods_for_sale().order_by("pk")) == [listing, small, large]
    (card,) = cards_of(goods_on_show())
    assert (card.price, card.sizes, card.url) == ("12.000\u00a0đ", 3, reverse("product", args=[listing.slug]))
    shelf = page(reverse("shop", args=[listing.shop.slug]))
    assert "từ <strong>12.000\u00a0đ</strong>" in shelf
    assert "Có 3 quy cách" in shelf


def test_where_the_main_size_is_not_for_sale_the_first_other_one_stands_for_the_good(listing: Listing) -> None:
    first, second = size(listing, "gói 200 g", 12_000), size(listing, "hộp quà", 95_000)
    listing.state = Listing.State.PAUSED
    listing.save()
    assert list(goods_on_show()) == [first]
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/san-pham/{first.slug}">' in product(second)


def test_sizes_lead_to_each_other_and_to_one_canonical_address(listing: Listing) -> None:
    small = size(listing, "gói 200 g", 12_000)
    html = product(small)
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/san-pham/{listing.slug}">' in html
    assert f'<a href="/san-pham/{listing.slug}">' in html
    assert f'<a href="/san-pham/{small.slug}" aria-current="page">' in html


def test_what_was_taken_down_is_nowhere(listing: Listing) -> None:
    listing.taken_down_at = timezone.now()
    listing.save()
    assert list(goods_for_sale()) == list(goods_on_show()) == []
    html = product(listing, 410)
    assert "Hàng này không còn được bày ở đây." in html
    assert listing.name not in html, "the name may be what was wrong"
    assert "50.000" not in html
    assert listing.slug not in page(reverse("shop", args=[listing.shop.slug]))
    assert listing.slug not in page("/sitemap-san-pham.xml")


@pytest.mark.parametrize("state", [Listing.State.DRAFT, Listing.State.PAUSED])
def test_what_is_not_published_helps_to_search(listing: Listing, state: str) -> None:
    listing.state = state
    listing.save()
    html = product(listing, 404)
    assert 'href="/tim-kiem?q=hat%20dieu%20rang"' in html
    assert "50.000" not in html


def test_a_resting_shop_shows_its_goods_without_a_basket(listing: Listing) -> None:
    assert reverse("change_basket") in product(listing)
    Shop.objects.update(state=Shop.State.PAUSED, pause_note="Nghỉ mùa mưa, mở lại 1/9.")
    assert list(goods_for_sale()) == []
    for html in (product(listing), page(reverse("shop", args=[listing.shop.slug]))):
        assert "Nghỉ mùa mưa, mở lại 1/9." in html
        assert reverse("change_basket") not in html
    shop = page(reverse("shop", args=[listing.shop.slug]))
    assert listing.name in shop
    assert "Hàng mua được khi gian hàng mở lại" in shop and "Đang bán" not in shop


def test_closed_shops_say_so_and_drafts_are_not_there(listing: Listing) -> None:
    address = reverse("shop", args=[listing.shop.slug])
    Shop.objects.update(state=Shop.State.CLOSED)
    for html in (page(address, 410), product(listing, 410)):
        assert listing.shop.name not in html and listing.name not in html, "they may no longer agree to be named"
    assert "đã đóng cửa" in page(address, 410)
    Shop.objects.update(state=Shop.State.DRAFT)
    assert listing.shop.name not in page(address, 404)
    product(listing, 404)


def test_everything_a_buyer_asks(listing: Listing) -> None:
    today = clock.today()
    Listing.objects.update(
        net_weight=200, unit="bag", ingredients="Hạt điều, muối", shelf_life_days=180, season_from=11, season_to=2,
        warning="Có hạt, người dị ứng không dùng.", storage_note="Nơi khô ráo",
    )  # fmt: skip
    Promotion.objects.create(
        listing=listing, price=40_000, starts_on=today, ends_on=date(2030, 5, 9), made_at=timezone.now()
    )
    html = product(listing)
    for words in (
        "40.000\u00a0đ", "<del", "50.000\u00a0đ", "Giá giảm đến hết ngày 09/05/2030.", "Tính ra 200.000\u00a0đ/kg.", "Còn 10 túi.",
        "Hạt điều, muối", "180 ngày (6 tháng) kể từ ngày làm ra", "Tháng 11 đến tháng 2 năm sau",
        "Có hạt, người dị ứng không dùng.", "Nơi khô ráo", "Hộ Nguyễn Văn An (hộ sản xuất)",
    ):  # fmt: skip
        assert words in html, words


def test_the_place_is_said_shown_and_called_as_it_was(listing: Listing) -> None:
    commune: Unit = listing.shop.producer.commune
    html = product(listing)
    assert f"{commune}, {commune.parent}" in html
    assert "Trước 1/7/2025" in html
    assert '<svg class="small-map"' in html
    assert "small-map-here" in html


def test_alcohol_is_for_adults_only(listing: Listing) -> None:
    assert "18 tuổi" not in product(listing)
    Listing.objects.update(alcohol=295)
    html = product(listing)
    assert "Chỉ bán cho người từ đủ 18 tuổi." in html
    assert "29,5\u00a0% cồn" in html


def test_papers_in_force_stand_there_without_numbers_that_may_be_personal(listing: Listing) -> None:
    today, now = clock.today(), timezone.now()
    facts = (
        ("vietgap", "VG-68-001", today, None),
        ("business", "079099012345", None, None),
        ("test_slip", "PHIEU-CU", today - timedelta(days=1), None),
        ("organic", "RUT-LAI", None, now),
    )
    for kind, number, until, withdrawn in facts:
        listing.papers.add(
            Paper.objects.create(
                producer=listing.shop.producer,
                kind=kind,
                number=number,
                issuer="Sở Nông nghiệp",
                issued_on=today - timedelta(days=9),
                valid_until=until,
                recorded_at=now,
                withdrawn_at=withdrawn,
            )
        )
    html = product(listing)
    assert "VG-68-001" in html and "Giấy đăng ký kinh doanh" in html
    for hidden in ("079099012345", "PHIEU-CU", "RUT-LAI"):
        assert hidden not in html


def test_pages_of_a_shop_have_addresses_of_their_own(listing: Listing) -> None:
    for number in range(24):
        make_listing(listing.shop, name=f"Hàng {number}")
    address = reverse("shop", args=[listing.shop.slug])
    whole = f"http://127.0.0.1:8000{address}"
    assert f'<link rel="canonical" href="{whole}">' in page(f"{address}?page=1&utm=x")
    html = page(f"{address}?page=2")
    assert f'<link rel="canonical" href="{whole}?page=2">' in html
    assert f'<link rel="prev" href="{whole}">' in html
