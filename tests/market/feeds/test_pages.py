"""The page that explains the files, and a seller's own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from core.people.queries import SYSTEM
from market.feeds.actions import follow_notes
from market.goods.models import Category
from market.listings.models import Listing
from market.shops.actions import pause_shop
from market.shops.models import Shop
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Purpose
from tests.people import make_listing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def page(address: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_province_and_the_shops_of_one(listing: Listing, other_shop: Shop) -> None:
    follow_notes()
    code = listing.shop.producer.commune.parent.code
    index = page("/feeds/")
    assert f'href="/feeds/?tinh={code}"' in index and "1 mặt hàng" in index
    assert len(set(re.findall(r'href="(/feeds/tinh/[^"]+)"', index))) == 34 * 3
    shown = page(f"/feeds/?tinh={code}")
    files = re.findall(r'href="(/feeds/[^"?]+/[^"?]+)"', shown)
    assert [each for each in files if "gian-hang" in each] == [
        f"/feeds/gian-hang/{listing.shop.slug}/{name}" for name in ("google.xml", "meta.csv", "san-pham.json")
    ]  # the shop without goods is not named
    assert {each: Client().get(each).status_code for each in files} == dict.fromkeys(files, 200)


def test_a_seller_finds_the_addresses_and_what_is_left_out(listing: Listing, other_shop: Shop, browser: Any) -> None:
    strong = make_listing(listing.shop, name="Rượu nếp")
    Listing.objects.filter(pk=strong.pk).update(category=Category.objects.get(code="ruou"), alcohol=290)
    follow_notes()
    shown = page("/nguoi-ban/gian-hang/tep-hang/", browser("binh"))
    assert "Tệp đang có 1 mặt hàng." in shown and strong.name in shown
    [google] = re.findall(r'id="feed-1">(http[^<]+)<', shown)
    assert google.endswith(f"/feeds/gian-hang/{listing.shop.slug}/google.xml")
    assert shown.count("data-copy=") == 3
    assert f"/{other_shop.slug}/" not in shown
    assert "/nguoi-ban/gian-hang/tep-hang/" in page("/nguoi-ban/gian-hang/", browser("an"))


def test_a_seller_reads_why_the_file_is_empty(listing: Listing, browser: Any) -> None:
    an = browser("an")
    record_consents(producer=listing.shop.producer, answers={Purpose.PLATFORM: False}, means="spoken", by=SYSTEM)
    assert "chưa đồng ý đưa hàng lên sàn khác" in page("/nguoi-ban/gian-hang/tep-hang/", an)
    pause_shop(shop=listing.shop, note_for_buyers="", by=SYSTEM)
    assert "chưa mở hoặc đang nghỉ" in page("/nguoi-ban/gian-hang/tep-hang/", an)
    assert browser("chi").get("/nguoi-ban/gian-hang/tep-hang/").status_code == 302
