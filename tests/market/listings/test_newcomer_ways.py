"""Ways a newcomer takes around the listing's form: several drafts, photos of a refused form, passing goods on, prices that
look like a slip."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from core.files.actions import store_photo
from core.files.pipeline import render
from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.actions import withdraw_listing
from market.listings.hints import hints_for
from market.listings.models import Listing, ListingDraft, Promotion
from market.listings.promotions.actions import make_promotion
from market.shops.models import Shop
from market.storefront.drawing import paper
from tests.market.conftest import Browser
from tests.market.listings.test_form_pages import keep, kept
from tests.market.listings.test_listing_form import NEW, picture, written
from tests.market.proof import everything
from tests.people import People, jpeg, make_listing

ONE, TWO = "LS00000042", "LS00000043"


def promoted(listing: Listing, people: People, price: int, days: int = 3) -> date:
    last = clock.today() + timedelta(days=days)
    make_promotion(listing=listing, price=price, starts_on=clock.today(), ends_on=last, by=people.viewer("an"))
    return last


def a_draft(shop: Shop) -> Listing:
    """Complete, and not on sale."""
    return withdraw_listing(listing=make_listing(shop), by=SYSTEM, keeps_stock=True)


class TestDrafts:
    def test_photos_of_a_refused_form_are_there_tomorrow(self, shop: Shop, browser: Browser) -> None:
        an = browser("an")
        sent = written(price="chín chục", sku=ONE, photos=[picture(0), picture(1)], publish="1")
        photos = kept(an.post(NEW, sent))
        assert len(photos) == 2
        page = an.get(NEW + f"?tiep={ONE}")
        assert (kept(page), page.context["form"]["price"].value()) == (photos, "chín chục")
        seen = page.context["form"]["draft_seen"].value()
        an.post(NEW, written(sku=ONE, kept=",".join(photos), draft_seen=seen, publish="1"))
        assert Listing.objects.get().state == "published" and not ListingDraft.objects.exists()

    def test_on_sale_too_and_another_windows_words_stay(self, listing: Listing, browser: Browser) -> None:
        an, address = browser("an"), reverse("seller_listing_edit", args=[listing.sku])
        old = str(listing.photos.get().photo_id)
        keep(an, sku=listing.sku, name="Cửa sổ khác")
        an.post(address, written(sku=listing.sku, kept=old, price="x", photos=[picture(5)]))
        assert ListingDraft.objects.get().values["name"] == "Cửa sổ khác"
        ListingDraft.objects.all().delete()
        answer = an.post(address, written(sku=listing.sku, kept=old, price="x", photos=[picture(5)]))
        assert kept(an.get(address + "?tiep=1")) == kept(answer) and len(kept(answer)) == 2

    def test_a_refusal_without_new_photos_writes_nothing(self, listing: Listing, browser: Browser) -> None:
        before = everything()
        old = str(listing.photos.get().photo_id)
        browser("an").post(
            reverse("seller_listing_edit", args=[listing.sku]), written(sku=listing.sku, kept=old, price="x")
        )
        assert everything() == before

    def test_all_of_them_are_offered(self, shop: Shop, browser: Browser) -> None:
        an = browser("an")
        keep(an, sku=ONE, name="Mật ong")
        keep(an, sku=TWO, name="Tiêu")
        page = an.get(NEW).content.decode()
        assert "Bạn còn 2 bản viết dở" in page
        for sku, name in ((ONE, "Mật ong"), (TWO, "Tiêu")):
            assert f'href="?tiep={sku}"' in page and name in page
            assert an.get(f"{NEW}?tiep={sku}").context["form"]["name"].value() == name
        assert an.get(f"{NEW}?tiep=LS99999999").context["form"]["name"].value() is None

    def test_throwing_one_away_asks_first(self, shop: Shop, browser: Browser) -> None:
        an = browser("an")
        keep(an, sku=ONE, name="Mật ong")
        keep(an, sku=TWO, name="Tiêu")
        page = an.get(NEW).content.decode()
        asked = page.split('<details class="confirm">')[2].split("</details>")[0]
        assert "không lấy lại được" in asked and reverse("seller_draft_drop", args=[ONE]) in asked
        seen = asked.split('name="seen" value="')[1].split('"')[0]
        an.post(reverse("seller_draft_drop", args=[ONE]), {"seen": seen.replace("&#x2B;", "+")})
        assert list(ListingDraft.objects.values_list("sku", flat=True)) == [TWO]


class TestPassingOn:
    def test_after_publishing_the_page_leads_to_buyers_label_and_address(self, shop: Shop, browser: Browser) -> None:
        an = browser("an")
        page = an.post(NEW, written(photos=[picture(0)], publish="1"), follow=True)
        listing = Listing.objects.get()
        assert page.request["PATH_INFO"] == reverse("seller_on_platforms", args=[listing.sku])
        shown = page.content.decode()
        public = reverse("product", args=[listing.slug])
        assert f'{public}">Mở trang người mua thấy' in shown and f'{public}" data-public-url' in shown
        assert reverse("shelf_label", args=[listing.sku]) in shown and "data-share" in shown

    def test_a_draft_has_nothing_to_pass_on(self, shop: Shop, browser: Browser) -> None:
        draft = a_draft(shop)
        for name in ("seller_on_platforms", "seller_listing_edit"):
            assert "data-public-url" not in browser("an").get(reverse(name, args=[draft.sku])).content.decode()

    def test_the_form_leads_to_price_and_store(self, listing: Listing, browser: Browser) -> None:
        page = browser("an").get(reverse("seller_listing_edit", args=[listing.sku])).content.decode()
        for name in ("seller_prices", "seller_stock"):
            assert f'href="{reverse(name, args=[listing.sku])}"' in page

    def test_a_complete_draft_is_published_from_its_preview(self, shop: Shop, browser: Browser) -> None:
        draft, an = a_draft(shop), browser("an")
        address = reverse("seller_listing_publish", args=[draft.sku])
        preview = reverse("seller_listing_preview", args=[draft.sku])
        assert address in an.get(preview).content.decode()
        assert an.post(address)["Location"] == reverse("seller_on_platforms", args=[draft.sku])
        assert Listing.objects.get().state == "published"
        after = an.get(preview).content.decode()
        assert address not in after and "Mở trang người mua đang thấy" in after

    def test_one_that_is_not_is_led_to_its_form(self, shop: Shop, browser: Browser) -> None:
        an = browser("an")
        an.post(NEW, {"name": "Mật ong", "unit": "kg"})
        draft = Listing.objects.get()
        address = reverse("seller_listing_publish", args=[draft.sku])
        assert address not in an.get(reverse("seller_listing_preview", args=[draft.sku])).content.decode()
        before = everything()
        answer = an.post(address, follow=True)
        assert "Chưa đăng bán được. Thêm ít nhất một ảnh" in answer.content.decode()
        assert everything() == before

    @pytest.mark.parametrize("who", ["dung", "chi", "hanh", "phuong"])
    def test_strangers_publish_nothing(self, shop: Shop, other_shop: Shop, browser: Browser, who: str) -> None:
        draft = a_draft(shop)
        before = everything()
        assert browser(who).post(reverse("seller_listing_publish", args=[draft.sku])).status_code == 404
        assert everything() == before


class TestWhatLooksLikeASlip:
    @pytest.mark.parametrize(("width", "height", "is_small"), [(80, 80, True), (640, 300, True), (640, 480, False)])
    def test_a_tiny_photo_is_named(self, shop: Shop, width: int, height: int, is_small: bool) -> None:
        listing = make_listing(shop)
        listing.photos.update(photo=store_photo(render(jpeg(width, height)), by=SYSTEM))
        said = [hint.sentence for hint in hints_for(Listing.objects.get(pk=listing.pk)) if "rất nhỏ" in hint.sentence]
        expected = f"Ảnh 1 rất nhỏ ({width} × {height} điểm), phóng to sẽ vỡ. Chụp lại, hoặc gửi ảnh gốc."
        assert said == ([expected] if is_small else [])

    @pytest.mark.parametrize(
        ("price", "asked"),
        [("25.000", ""), ("24.900", "Giảm 50 %? Giá từ 50.000\u00a0đ còn 24.900\u00a0đ."), ("5.000", "Giảm 90 %?")],
    )
    def test_more_than_half_off_is_asked_about(
        self, listing: Listing, browser: Browser, price: str, asked: str
    ) -> None:
        an, address = browser("an"), reverse("seller_prices", args=[listing.sku])
        days = {"starts_on": f"{clock.today():%d/%m/%Y}", "ends_on": f"{clock.today():%d/%m/%Y}"}
        assert 'name="sure"' not in an.get(address).content.decode()
        answer = an.post(address, {"price": price, **days})
        if not asked:
            assert answer.status_code == 302
            return
        assert asked in answer.context["form"].errors["sure"][0] and not Promotion.objects.exists()
        assert 'type="checkbox" name="sure"' in answer.content.decode()
        assert an.post(address, {"price": price, "sure": "on", **days}).status_code == 302
        assert Promotion.objects.get().price == int(price.replace(".", ""))

    def test_the_list_shows_what_buyers_pay(self, people: People, listing: Listing, browser: Browser) -> None:
        promoted(listing, people, 40_000)
        page = browser("an").get(reverse("seller_listings")).content.decode()
        assert (
            '40.000\u00a0đ <del class="soft"><span class="visually-hidden">giá trước đây </span>50.000\u00a0đ</del>'
            in page
        )

    def test_a_label_is_of_its_day(self, people: People, listing: Listing, browser: Browser, monkeypatch: Any) -> None:
        last = promoted(listing, people, 40_000)

        draw, drawn = paper._Sheet.words, list[str]()

        def told(sheet: Any, text: str, *args: Any, **how: Any) -> float:
            drawn.append(text.replace("\u00a0", " "))
            return draw(sheet, text, *args, **how)

        monkeypatch.setattr(paper._Sheet, "words", told)
        address = reverse("shelf_label", args=[listing.sku])
        assert browser("an").get(address).content.startswith(b"%PDF")
        today = f"Giá ngày {clock.today():%d/%m/%Y}."
        assert "40.000 đ / kg" in drawn
        assert f"Giá thường 50.000 đ, giảm đến hết {last:%d/%m/%Y}. {today}" in drawn
        drawn.clear()
        Promotion.objects.update(cancelled_at=clock.now())
        browser("an").get(address)
        assert "50.000 đ / kg" in drawn and today in drawn
