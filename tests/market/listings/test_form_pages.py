"""The form's own helps: photo buttons without a script, unsaved words, preview, sizes, several at once."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.files.models import Photo
from core.people.queries import SYSTEM
from market.goods.models import Category, GoodsRule
from market.listings.actions import NotReady, publish_listing, write_listing
from market.listings.models import Listing, ListingDraft
from market.listings.views import drafts as draft_views
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.market.listings.test_listing_actions import facts
from tests.market.listings.test_listing_form import NEW, picture, written
from tests.market.proof import everything
from tests.people import People, make_listing

SKU = "LS00000042"
STRANGERS = ["dung", "chi", "hanh", "phuong"]


def kept(answer: Any) -> list[str]:
    return [each for each in answer.context["kept"].split(",") if each]


def keep(who: Client, sku: str = SKU, seen: str = "", over: bool = False, **values: object) -> Any:
    body = json.dumps({"values": values, "seen": seen, "over": over})
    return who.post(reverse("seller_draft_keep", args=[sku]), body, content_type="application/json")


# Photos


def test_every_photo_button_works_without_a_script(shop: Shop, browser: Browser) -> None:
    an = browser("an")
    page = an.post(NEW, written(price="x", photos=[picture(0), picture(1), picture(2)]))
    a, b, c = kept(page)

    def press(step: str) -> Any:
        fields = {name: page.context[name] for name in ("kept", "removed", "turned")}
        return an.post(NEW, written(price="chưa biết", photo=step, **fields))

    page = press(f"up:{c}")
    assert kept(page) == [a, c, b]
    assert page.context["form"].errors == {} and 'value="chưa biết"' in page.content.decode(), "typed words stay"
    page = press(f"down:{a}")
    assert kept(page) == [c, a, b]
    page = press(f"up:{c}")
    assert kept(page) == [c, a, b], "the first stays the first"
    page = press(f"remove:{a}")
    assert (kept(page), page.context["removed"]) == ([c, b], a)
    page = press(f"back:{a}")
    assert (kept(page), page.context["removed"]) == ([c, b, a], "")
    page = press(f"right:{b}")
    new = kept(page)[1]
    assert new != b and page.context["turned"] == b and Photo.objects.filter(pk=b).exists()
    assert not Listing.objects.exists(), "nothing is saved by a photo's button"
    fields = {name: page.context[name] for name in ("kept", "removed", "turned")}
    an.post(NEW, written(**fields))
    assert [str(row.photo_id) for row in Listing.objects.get().photos.all()] == [c, new, a]
    assert not Photo.objects.filter(pk=b).exists(), "what nothing shows any more is gone"


def test_a_photo_that_something_else_shows_stays(shop: Shop, listing: Listing, browser: Browser) -> None:
    row = listing.photos.get()
    twin = make_listing(shop, name="Điều sống")
    twin.photos.update(photo=row.photo)
    address = reverse("seller_listing_edit", args=[listing.sku])
    browser("an").post(address, written(removed=str(row.photo_id), photos=[picture(3)]))
    assert Photo.objects.filter(pk=row.photo_id).exists()


def test_photos_are_sent_and_turned_one_by_one(
    people: People, shop: Shop, other_shop: Shop, listing: Listing, browser: Browser
) -> None:
    address = reverse("seller_photo_upload")
    sent = browser("an").post(address, {"photo": picture(0)}).json()
    assert Photo.objects.get(pk=sent["id"]).uploaded_by == people.users["an"]
    refused = browser("an").post(address, {"photo": SimpleUploadedFile("a.jpg", b"<svg>", "image/jpeg")})
    assert refused.json() == {"sentence": "Tệp này không phải ảnh chụp. Hãy chọn ảnh JPEG, PNG, WebP hoặc HEIC."}
    assert browser("chi").post(address, {"photo": picture(1)}).status_code == 404
    turn = reverse("seller_photo_turn", args=[listing.photos.get().photo_id])
    turned = browser("binh").post(turn, {"way": "left"}).json()
    assert Photo.objects.get(pk=turned["id"]).uploaded_by == people.users["binh"]
    before = everything()
    for name in STRANGERS:
        assert browser(name).post(turn, {"way": "left"}).status_code == 404
    assert browser("an").post(turn, {"way": "sideways"}).json() == {"sentence": "Hãy chọn xoay trái hoặc xoay phải."}
    assert everything() == before


# What is typed and not saved


def test_unsaved_words_are_offered_and_go_when_saved(shop: Shop, browser: Browser) -> None:
    an = browser("an")
    assert keep(an, name="Mật ong", price="chín chục", nonsense="x").status_code == 200
    assert ListingDraft.objects.get().values == {"name": "Mật ong", "price": "chín chục"}
    page = an.get(NEW)
    assert "Tiếp tục bản đang viết dở" in page.content.decode() and page.context["form"]["name"].value() is None
    page = an.get(NEW + "?tiep=1")
    assert (page.context["form"]["name"].value(), page.context["form"]["price"].value()) == ("Mật ong", "chín chục")
    assert page.context["sku"] == SKU
    an.post(NEW, written(sku=SKU, draft_seen=page.context["form"]["draft_seen"].value()))
    assert not ListingDraft.objects.exists() and Listing.objects.get().sku == SKU


def test_unsaved_words_can_be_thrown_away(shop: Shop, browser: Browser) -> None:
    an = browser("an")
    seen = keep(an, name="Mật ong").json()["seen"]
    assert an.post(reverse("seller_draft_drop", args=[SKU]), {"seen": seen})["Location"] == NEW
    assert not ListingDraft.objects.exists()


def test_photos_of_unsaved_words_come_back(shop: Shop, browser: Browser) -> None:
    an = browser("an")
    photo = an.post(reverse("seller_photo_upload"), {"photo": picture(0)}).json()["id"]
    keep(an, kept=photo)
    assert kept(an.get(NEW + "?tiep=1")) == [photo]


def test_two_windows_do_not_overwrite_each_other(shop: Shop, browser: Browser) -> None:
    an = browser("an")
    first = keep(an, name="Một").json()["seen"]
    blind = keep(an, name="Hai")
    assert blind.status_code == 409 and "cửa sổ khác" in blind.json()["sentence"]
    assert ListingDraft.objects.get().values == {"name": "Một"}
    second = keep(an, seen=first, name="Một nữa").json()["seen"]
    assert keep(an, seen=first, name="Hai").status_code == 409 and second != first
    assert keep(an, over=True, name="Hai").status_code == 200
    assert ListingDraft.objects.get().values == {"name": "Hai"}


def test_nobody_sees_or_touches_anothers_words(
    people: People, shop: Shop, other_shop: Shop, listing: Listing, browser: Browser
) -> None:
    keep(browser("an"), sku=listing.sku, name="Chữ của An")
    keep(browser("an"), name="Bản mới của An")
    before = everything()
    for name in STRANGERS:
        assert keep(browser(name), sku=listing.sku, name="x").status_code == 404
        assert browser(name).post(reverse("seller_draft_drop", args=[listing.sku])).status_code == 404
    assert browser("dung").post(reverse("seller_draft_drop", args=[SKU])).status_code == 302
    assert everything() == before
    helper = browser("binh").get(reverse("seller_listing_edit", args=[listing.sku]) + "?tiep=1")
    assert "Chữ của An" not in helper.content.decode()
    assert "Bản mới của An" not in browser("dung").get(NEW + "?tiep=1").content.decode()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"values": 3}', b"\xff"])
def test_what_is_no_form_is_refused(shop: Shop, browser: Browser, body: bytes) -> None:
    answer = browser("an").post(reverse("seller_draft_keep", args=[SKU]), body, content_type="application/json")
    assert answer.status_code == 400 and not ListingDraft.objects.exists()


def test_unsaved_words_have_limits(shop: Shop, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    an = browser("an")
    assert keep(an, description="x" * 6_001).status_code == 413
    monkeypatch.setattr(draft_views, "MAX_BYTES", 100)
    assert keep(an, description="x" * 90).status_code == 413
    assert not ListingDraft.objects.exists()
    monkeypatch.setattr("market.listings.actions.drafts.DRAFTS_OF_ONE", 3)
    for number in range(5):
        keep(an, sku=f"LS0000000{number}", name="x")
    assert sorted(ListingDraft.objects.values_list("sku", flat=True)) == ["LS00000002", "LS00000003", "LS00000004"]


# Preview, what is missing, sizes, several


def test_a_preview_is_the_buyers_page_for_its_writers_only(
    shop: Shop, other_shop: Shop, listing: Listing, browser: Browser
) -> None:
    Listing.objects.update(state="draft")
    address = reverse("seller_listing_preview", args=[listing.sku])
    page = browser("binh").get(address)
    assert page["X-Robots-Tag"] == "noindex" and '<meta name="robots" content="noindex">' in page.content.decode()
    assert "Xem trước: người mua sẽ thấy trang này." in page.content.decode()
    assert "market/storefront/product.html" in [template.name for template in page.templates]
    assert "Thêm vào giỏ" not in page.content.decode()
    for name in STRANGERS:
        assert browser(name).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_what_is_missing_leads_to_its_field(shop: Shop, browser: Browser) -> None:
    bare = write_listing(shop=shop, facts=facts(stock=0), photos=[], by=SYSTEM)
    page = browser("an").get(reverse("seller_listing_edit", args=[bare.sku])).content.decode()
    links = set(re.findall(r'<a href="#(id_\w+)">', page.split('id="needs-title"')[1].split("</section>")[0]))
    assert {"id_photos", "id_stock", "id_shelf_life_days"} <= links
    assert all(f'id="{link}"' in page for link in links), "every link has its field"
    row = browser("an").get(reverse("seller_listings")).content.decode()
    assert "Thêm ít nhất một ảnh chụp sản phẩm. Và 1 mục nữa." in row


def test_words_the_law_forbids_keep_a_listing_off_sale(shop: Shop, listing: Listing) -> None:
    assert GoodsRule.objects.filter(kind="claim", blocks=True).exists()
    Listing.objects.update(state="draft", description="Ăn vào chữa bệnh tiểu đường.")
    with pytest.raises(NotReady) as refusal:
        publish_listing(listing=listing, by=SYSTEM)
    assert [missing.field for missing in refusal.value.missing] == ["description"]
    assert Listing.objects.get().state == "draft"


def test_a_size_is_added_from_the_page(shop: Shop, other_shop: Shop, listing: Listing, browser: Browser) -> None:
    address = reverse("seller_listing_size", args=[listing.sku])
    fields = {"variant_name": "túi 200 g", "price": "12.000", "unit": "bag", "net_weight": "200", "stock": "4"}
    before = everything()
    for name in STRANGERS:
        assert browser(name).post(address, fields).status_code == 404
    assert everything() == before
    an = browser("an")
    for _ in range(2):  # sent twice, one size
        assert an.post(address, {**fields, "sku": SKU, "publish": "1"}).status_code == 302
    size = Listing.objects.get(main=listing)
    assert (size.sku, size.state, size.price, size.full_name) == (SKU, "published", 12_000, "Hạt điều rang, túi 200 g")
    again = an.post(address, {**fields, "sku": "LS00000043"})
    assert again.context["form"].errors == {"variant_name": ["Quy cách này đã có. Hãy ghi tên khác."]}
    page = an.get(reverse("seller_listing_edit", args=[SKU]))
    assert "dùng chung với sản phẩm chính" in page.content.decode()


def test_several_at_once_say_what_became_of_each(shop: Shop, other_shop: Shop, browser: Browser) -> None:
    ready, live = make_listing(shop, name="Điều A"), make_listing(shop, name="Điều B")
    bare = write_listing(shop=shop, facts=facts(name="Mắm C", stock=0), photos=[], by=SYSTEM)
    strange = make_listing(other_shop, name="Của Dũng")
    Listing.objects.filter(pk=ready.pk).update(state="paused")
    address, skus = reverse("seller_listings_several"), [ready.sku, live.sku, bare.sku, strange.sku]
    page = browser("binh").post(address, {"sku": skus, "publish": "1"}).content.decode()
    for sentence in ("Đã đăng bán 1/3", "Đang bán từ trước", "Thêm ít nhất một ảnh"):
        assert sentence in page
    assert "Của Dũng" not in page
    assert list(Listing.objects.order_by("pk").values_list("state", flat=True)) == [
        "published", "published", "draft", "published",
    ]  # fmt: skip
    page = browser("an").post(address, {"sku": skus, "pause": "1"}).content.decode()
    assert "Đã tạm ngừng 2/3" in page
    assert list(Listing.objects.order_by("pk").values_list("state", flat=True)) == [
        "paused", "paused", "draft", "published",
    ]  # fmt: skip
    assert browser("an").post(address, {"pause": "1"}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"season_from": "11"}, ["season_to"]),
        ({"season_from": "13", "season_to": "1"}, ["season_from"]),
        ({"alcohol": "29,5"}, ["alcohol"]),  # nuts have no degree
        ({"shelf_life_days": "0"}, ["shelf_life_days"]),
        ({"origin": "999999"}, ["origin"]),
    ],
)
def test_the_further_fields_are_checked(
    shop: Shop, browser: Browser, changes: dict[str, str], errors: list[str]
) -> None:
    answer = browser("an").post(NEW, written(**changes))
    assert sorted(set(answer.context["form"].errors) - {"season_to"} | set(errors) & {"season_to"}) == errors
    assert not Listing.objects.exists()


def test_everything_written_is_kept_and_shown_again(shop: Shop, browser: Browser) -> None:
    rice = Category.objects.filter(code__in=["ruou", "ruou-trang", "ruou-can"]).first()
    assert rice is not None
    more = {
        "category": rice.pk, "alcohol": "29,5", "season_from": "11", "season_to": "2", "ingredients": "Nếp, men lá",
        "storage_note": "Nơi mát", "shelf_life_days": "365", "warning": "Không lái xe", "net_volume": "500", "unit": "bottle",
        "origin": shop.producer.commune_id, "variant_name": "chai nửa lít",
    }  # fmt: skip
    answer = browser("an").post(NEW, written(**more))
    assert answer.status_code == 302, answer.context["form"].errors
    made = Listing.objects.get()
    assert (made.alcohol, made.season_from, made.season_to, made.net_volume) == (295, 11, 2, 500)
    assert (made.ingredients, made.storage_note, made.warning) == ("Nếp, men lá", "Nơi mát", "Không lái xe")
    assert (made.shelf_life_days, made.origin_id, made.variant_name) == (365, shop.producer.commune_id, "chai nửa lít")
    page = browser("an").get(reverse("seller_listing_edit", args=[made.sku])).context["form"]
    assert page["alcohol"].value() == "29,5"
