"""How many queries a page costs, as literals: the same for one listing as for twenty-five. Public pages: tests/budgets."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, Site

from market.listings.models import Listing, ListingBadge
from market.shops.models import Shop
from market.storefront.models import HomePage
from tests.market.conftest import Browser
from tests.market.listings.test_listing_actions import badge
from tests.people import make_listing


@pytest.fixture(params=[1, 25])
def goods(shop: Shop, request: pytest.FixtureRequest) -> list[Listing]:
    """One or twenty-five published listings, each with a photo and a badge."""
    first = make_listing(shop)
    made = [first]
    for number in range(1, request.param):
        copy = Listing.objects.get(pk=first.pk)
        copy.pk, copy.sku, copy.slug = None, f"LS-{number}", f"hat-dieu-{number}"
        copy.save()
        row = first.photos.get()
        row.pk, row.listing = None, copy
        row.save()
        made.append(copy)
    for listing in made:
        ListingBadge.objects.create(listing=listing, **vars(badge(f"MA{listing.pk}")))
    return made


def cost(browser: Client, address: str) -> int:
    browser.get(address)  # the second visit counts: caches are warm, as they are in a living server
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(address)
    assert answer.status_code == 200
    assert "Hạt điều rang" in answer.content.decode()
    return len([query for query in queries if "SAVEPOINT" not in query["sql"]])


def test_seller_list(goods: list[Listing], browser: Browser) -> None:
    # One counts unread messages for the page head, three ask whom the person works for (shop, list, line on top).
    assert cost(browser("an"), reverse("seller_listings")) == 14


def test_home(goods: list[Listing]) -> None:
    home = HomePage(title="Lên Sàn", slug="trang-dau", promise="Nông sản có gốc", introduction="Mua thẳng.")
    Page.objects.get(depth=1).add_child(instance=home)
    Site.objects.update(root_page=home)
    assert cost(Client(), "/") == 12
