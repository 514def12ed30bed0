"""What a seller sees before anything is sent, and what differs from what was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from market.listings.models import Listing
from market.platforms.models import Connection, PlatformListing, SheetColumns
from market.platforms.sandbox.process import Double
from market.platforms.seller.previews import Preview, preview_of
from market.platforms.shown_fields import LABELS
from market.platforms.voso.layout import LAYOUT
from tests.market.conftest import Browser
from tests.market.platforms.engine_tools import Engine
from tests.market.proof import everything


@pytest.fixture
def engine(double: Double, listing: Listing, settings: Any) -> Iterator[Engine]:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    yield Engine(listing, double)
    double.plan()


def preview(listing: Listing, code: str = "santhu") -> Preview:
    return preview_of(
        Listing.objects.get(pk=listing.pk), Connection.objects.select_related("platform").get(platform__code=code)
    )


def values(found: Preview) -> dict[str, str]:
    return {line.name: line.value for line in found.lines}


def changes(found: Preview) -> dict[str, tuple[str, str]]:
    return {line.name: (line.before, line.value) for line in found.lines if line.is_changed}


def test_before_the_first_time_every_field_is_shown(engine: Engine, listing: Listing) -> None:
    found = preview(listing)
    assert (found.is_first, found.blocking, found.others, changes(found)) == (True, 0, (), {})
    shown = values(found)
    assert list(shown) == list(LABELS)
    assert {name: shown[name] for name in ("title", "price", "stock", "photos")} == {
        "title": "Hạt điều rang",
        "price": "50.000\xa0đ",
        "stock": "10",
        "photos": "1 ảnh",
    }
    assert not any(line.is_left_out for line in found.lines)
    assert [line.limit for line in found.lines if line.name == "photos"] == ["Sàn nhận tối đa 9 ảnh."]
    assert engine.double.calls() == [], "looking sends nothing"


def test_what_differs_from_what_was_sent(engine: Engine, listing: Listing) -> None:
    engine.go_live()
    assert changes(preview(listing)) == {} and not preview(listing).is_first
    engine.edit(description="Rang củi, giòn.", price=55_000)
    before = values(preview(listing))
    assert changes(preview(listing)) == {
        "description": (listing.description, "Rang củi, giòn."),
        "price": ("50.000\xa0đ", "55.000\xa0đ"),
    }
    engine.push()
    assert changes(preview(listing)) == {} and values(preview(listing)) == before


def test_a_price_that_went_alone_is_known(engine: Engine, listing: Listing) -> None:
    engine.go_live()
    engine.edit(price=60_000)
    engine.push()
    assert (engine.row.sent_fields["price"], changes(preview(listing))) == ("60.000\xa0đ", {})


def test_taken_down_is_never_compared(engine: Engine, listing: Listing) -> None:
    engine.go_live()
    Listing.objects.filter(pk=listing.pk).update(state="paused")
    PlatformListing.objects.filter(pk=engine.row.pk).update(wanted=False, work="queued")
    engine.push()
    assert (engine.row.sent_fields, preview(listing).is_first) == ({}, True)


def test_what_stops_it_leads_to_the_form(listing: Listing, browser: Browser) -> None:
    Listing.objects.filter(pk=listing.pk).update(name="")
    found = preview(listing, "voso")
    (issue,) = next(line for line in found.lines if line.name == "title").issues
    edit = reverse("seller_listing_edit", args=[listing.sku])
    assert (found.blocking, issue.blocks, issue.url) == (1, True, f"{edit}#id_name")
    page = browser("an").get(reverse("seller_platform_preview", args=[listing.sku, "voso"])).text
    assert issue.sentence in page and "còn 1 điều phải sửa" in page and f'href="{edit}#id_name"' in page


def test_a_sheet_without_a_column_says_so(listing: Listing, people: Any) -> None:
    assert [line.name for line in preview(listing, "voso").lines if line.is_left_out] == [
        name for name in LABELS if name in LEFT_OUT
    ]
    kept = [column for column in LAYOUT.columns if column.field not in {"origin", "badges", "badge_links", "photos"}]
    data = [{"field": c.field, "heading": c.heading, "width": c.width, "kind": c.kind.value} for c in kept]
    SheetColumns.objects.create(
        connection=Connection.objects.get(platform__code="voso"), number=2, columns=data, made_at=listing.made_at
    )
    left_out = [line.name for line in preview(listing, "voso").lines if line.is_left_out]
    assert {"origin", "badges", "photos"} <= set(left_out)


# VoSo publishes no template: our own layout leaves these out.
LEFT_OUT = {"papers", "ingredients", "warnings", "shelf_life"}


def test_who_may_look(listing: Listing, browser: Browser) -> None:
    url = reverse("seller_platform_preview", args=[listing.sku, "santhu"])
    before = everything()
    page = browser("an").get(url)
    assert page.status_code == 200 and "Đây là sàn mô phỏng" in page.text
    assert {browser(name).get(url).status_code for name in ("dung", "chi", "buu")} == {404}
    assert browser("an").get(reverse("seller_platform_preview", args=[listing.sku, "khong-co"])).status_code == 404
    assert everything() == before


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "=1+1"])
def test_words_stay_words(listing: Listing, browser: Browser, text: str) -> None:
    Listing.objects.filter(pk=listing.pk).update(description=text)
    page = browser("an").get(reverse("seller_platform_preview", args=[listing.sku, "voso"])).text
    assert "<script>alert" not in page


def test_a_draft_with_a_name_alone_can_be_looked_at(listing: Listing, browser: Browser) -> None:
    Listing.objects.filter(pk=listing.pk).update(state="draft", price=0, category=None, net_weight=None)
    for code in ("voso", "santhu"):
        assert browser("an").get(reverse("seller_platform_preview", args=[listing.sku, code])).status_code == 200
