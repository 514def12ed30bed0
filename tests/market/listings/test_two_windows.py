"""Two windows of one person, or two people, with the same listing: nobody's words are lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from market.listings.actions import take_stock
from market.listings.models import Listing, ListingDraft
from market.listings.stockroom.actions import add_stock
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.market.listings.test_form_pages import keep
from tests.market.listings.test_listing_form import picture
from tests.market.proof import everything
from tests.people import People


def sent_by(page: Any, **changes: object) -> dict[str, Any]:
    """What the form of this page would send, with these changes."""
    form, told = page.context["form"], {}
    for name in form.fields:
        value = form[name].value()
        value = (
            [getattr(part, "pk", part) for part in value] if isinstance(value, list) else getattr(value, "pk", value)
        )
        if name not in ("photos", "kept", "removed", "turned") and value not in (None, ""):
            told[name] = value
    hidden = {name: page.context[name] for name in ("kept", "removed", "turned") if name in page.context}
    return told | hidden | changes


def rows_of(page: Any) -> list[tuple[str, str, str, bool]]:
    return [(row.label, row.now, row.mine, row.is_kept) for row in page.context["both"]]


@pytest.fixture
def address(listing: Listing) -> str:
    return reverse("seller_listing_edit", args=[listing.sku])


def test_what_both_wrote_is_shown_and_asked_for(listing: Listing, address: str, browser: Browser) -> None:
    an, binh = browser("an"), browser("binh")
    mine = sent_by(an.get(address), description="Của An", price="60.000")
    assert binh.post(address, sent_by(binh.get(address), description="Của Bình", net_weight="500")).status_code == 302
    before = everything()
    asked = an.post(address, mine)
    assert asked.status_code == 409 and everything() == before
    assert rows_of(asked) == [
        ("Khối lượng tịnh của một đơn vị (gam)", "500", "1000", False),
        ("Mô tả", "Của Bình", "Của An", True),
    ]
    page = asked.content.decode()
    assert "Của Bình" in page and "Của An" in page and "chưa ghi gì" in page
    again = sent_by(asked)
    assert (again["description"], again["price"], str(again["net_weight"])) == ("Của An", "60.000", "500")
    assert an.post(address, again).status_code == 302
    saved = Listing.objects.get()
    assert (saved.description, saved.price, saved.net_weight, saved.stock) == ("Của An", 60_000, 500, 10)


def test_what_only_the_other_one_wrote_is_kept(listing: Listing, address: str, browser: Browser) -> None:
    an, binh = browser("an"), browser("binh")
    mine = sent_by(an.get(address), price="60.000")
    binh.post(address, sent_by(binh.get(address), description="Của Bình", photos=[picture(3)]))
    asked = an.post(address, mine)
    assert rows_of(asked) == [
        ("Ảnh sản phẩm", "2 ảnh", "1 ảnh", False),
        ("Mô tả", "Của Bình", listing.description, False),
    ]
    an.post(address, sent_by(asked))
    saved = Listing.objects.get()
    assert (saved.description, saved.price, saved.photos.count()) == ("Của Bình", 60_000, 2)


def test_a_third_one_is_asked_about_as_well(listing: Listing, address: str, browser: Browser) -> None:
    an, binh = browser("an"), browser("binh")
    mine = sent_by(an.get(address), description="Của An")
    for words in ("Một", "Hai"):
        binh.post(address, sent_by(binh.get(address), description=words))
        asked = an.post(address, mine)
        assert asked.status_code == 409 and words in asked.content.decode()
        mine = sent_by(asked)
    assert an.post(address, mine).status_code == 302


def test_the_same_words_and_sales_ask_nothing(listing: Listing, address: str, browser: Browser) -> None:
    an = browser("an")
    mine = sent_by(an.get(address), description="Của An", stock="15")
    take_stock([(listing, 4)])
    for _ in range(2):
        assert an.post(address, mine).status_code == 302
    assert Listing.objects.get().stock == 11


def test_two_numbers_of_stock_are_asked_about(people: People, listing: Listing, address: str, browser: Browser) -> None:
    an = browser("an")
    mine = sent_by(an.get(address), stock="15")
    add_stock(listing=listing, quantity=2, by=people.viewer("binh"))
    asked = an.post(address, mine)
    assert rows_of(asked) == [("Số lượng đang có", "12", "15", True)] and Listing.objects.get().stock == 12
    for _ in range(2):
        assert an.post(address, sent_by(asked)).status_code == 302
        assert Listing.objects.get().stock == 15


def test_a_size_asks_as_well(listing: Listing, browser: Browser) -> None:
    an, binh = browser("an"), browser("binh")
    own = {"variant_name": "túi 200 g", "price": "12.000", "unit": "bag", "stock": "4"}
    an.post(reverse("seller_listing_size", args=[listing.sku]), own)
    size = Listing.objects.get(main=listing)
    address = reverse("seller_listing_edit", args=[size.sku])
    mine = sent_by(an.get(address), price="13.000")
    binh.post(address, sent_by(binh.get(address), price="14.000", unit="jar"))
    asked = an.post(address, mine)
    assert asked.status_code == 409
    assert rows_of(asked) == [("Giá bán (đồng)", "14.000", "13.000", True), ("Bán theo", "hũ", "túi", False)]
    assert an.post(address, sent_by(asked)).status_code == 302
    size.refresh_from_db()
    assert (size.price, size.unit, size.stock) == (13_000, "jar", 4)


def test_saving_leaves_the_words_of_another_window(listing: Listing, address: str, browser: Browser) -> None:
    an = browser("an")
    page = an.get(address)
    typed = {"description": "chữ của cửa sổ kia", "kept": page.context["kept"]}
    keep(an, sku=listing.sku, **typed)
    saved = an.post(address, sent_by(page, description="Của An"), follow=True)
    assert ListingDraft.objects.get().values == typed
    assert "Cửa sổ khác còn một bản viết dở" in saved.content.decode()
    again = an.get(address + "?tiep=1")
    assert again.context["form"]["description"].value() == "chữ của cửa sổ kia"
    an.post(address, sent_by(again))
    assert not ListingDraft.objects.exists()


def test_words_that_were_saved_leave_no_draft_behind(listing: Listing, address: str, browser: Browser) -> None:
    """The last keeping may have been on its way when the form was sent: its version is not known to the form."""
    an = browser("an")
    mine = sent_by(an.get(address), description="Dòng một\r\nDòng hai")
    keep(an, sku=listing.sku, description="Dòng một\nDòng hai", move_seen=str(mine["move_seen"]))
    an.post(address, mine)
    assert not ListingDraft.objects.exists()


def test_words_written_on_elsewhere_are_not_thrown_away(shop: Shop, browser: Browser) -> None:
    an = browser("an")
    first = keep(an, name="Một").json()["seen"]
    page = an.get(reverse("seller_listing_new"))
    keep(an, name="Một và hai", seen=first)
    drop = reverse("seller_draft_drop", args=["LS00000042"])
    refused = an.post(drop, {"seen": page.context["draft_version"]}, follow=True)
    assert "chưa bỏ" in refused.content.decode() and ListingDraft.objects.get().values == {"name": "Một và hai"}
    an.post(drop, {"seen": refused.context["draft_version"]})
    assert not ListingDraft.objects.exists()


def test_a_draft_taken_up_after_somebody_saved_asks(listing: Listing, address: str, browser: Browser) -> None:
    an, binh = browser("an"), browser("binh")
    typed = {name: str(value) for name, value in sent_by(an.get(address), description="Của An").items()}
    keep(an, sku=listing.sku, **typed)
    binh.post(address, sent_by(binh.get(address), description="Của Bình"))
    asked = an.post(address, sent_by(an.get(address + "?tiep=1")))
    assert [row[:3] for row in rows_of(asked)] == [("Mô tả", "Của Bình", "Của An")]
    assert ListingDraft.objects.exists(), "nothing is thrown away before it is saved"
