"""The listing form: prices as people write them, and photos that survive every error."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from core.files.models import Photo
from market.goods.models import Category
from market.listings.forms import DongField, ListingForm
from market.listings.models import Listing, ListingPhoto
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.market.proof import everything
from tests.people import jpeg

NEW = reverse("seller_listing_new")
NOT_A_NUMBER = ["Hãy ghi giá bằng số, ví dụ 55.000."]
OUT_OF_BOUNDS = ["Giá phải từ 1.000 đ đến dưới 1 tỷ đồng."]
SHADES = ["#111111", "#333333", "#555555", "#777777", "#999999", "#bbbbbb", "#dddddd", "#ff0000", "#00ff00"]


def picture(number: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"anh-{number}.jpg", jpeg(colour=SHADES[number]), "image/jpeg")


def written(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": "Hạt điều rang",
        "category": Category.objects.get(code="che-bien-rau-qua").pk,
        "description": "Ngon.",
        "price": "55.000",
        "unit": "kg",
        "net_weight": "1000",
        "stock": "5",
    }
    return fields | changes


def photos_of(listing: Listing) -> list[Any]:
    return list(ListingPhoto.objects.filter(listing=listing).values_list("photo_id", flat=True))


@pytest.mark.parametrize(
    ("text", "dong"),
    [
        ("55.000", 55_000),
        ("55000 đ", 55_000),
        (" 55 000 đ ", 55_000),
        ("55,000₫", 55_000),
        ("55\u00a0000 VND", 55_000),
        ("1.250.000", 1_250_000),
        ("1000", 1_000),
        ("999.999.999", 999_999_999),
    ],
)
def test_a_price_as_people_write_it(text: str, dong: int) -> None:
    assert DongField().clean(text) == dong


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("abc", NOT_A_NUMBER),
        ("55k", NOT_A_NUMBER),
        ("-55.000", NOT_A_NUMBER),
        ("55.000,00", NOT_A_NUMBER),  # a decimal part must not make it a hundred times dearer
        ("55.5", NOT_A_NUMBER),
        ("1e6", NOT_A_NUMBER),
        ("5" * 40, NOT_A_NUMBER),
        ("0", OUT_OF_BOUNDS),
        ("999", OUT_OF_BOUNDS),
        ("1.000.000.000", OUT_OF_BOUNDS),
    ],
)
def test_a_price_that_is_none(text: str, complaint: list[str]) -> None:
    with pytest.raises(Exception) as refusal:
        DongField().clean(text)
    assert getattr(refusal.value, "messages", None) == complaint


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [("price", ""), ("stock", "-1"), ("stock", "ba"), ("unit", "tấn"), ("name", " \u200b "), ("category", "0")],
)
def test_one_wrong_field_is_one_error(field: str, value: str) -> None:
    form = ListingForm(written(**{field: value}))
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_an_error_elsewhere_loses_no_photo(shop: Shop, browser: Browser) -> None:
    an = browser("an")
    refused = an.post(NEW, written(price="abc", photos=[picture(0), picture(1)], publish="1"))
    assert refused.context["form"].errors == {"price": NOT_A_NUMBER}
    assert not Listing.objects.exists()
    kept = refused.context["kept"]
    assert f'name="kept" value="{kept}"' in refused.content.decode()
    assert kept.split(",") == [str(pk) for pk in Photo.objects.order_by("uploaded_at").values_list("pk", flat=True)]
    done = an.post(NEW, written(kept=kept, publish="1"))
    listing = Listing.objects.get()
    assert done["Location"] == reverse("seller_on_platforms", args=[listing.sku])
    assert [str(pk) for pk in photos_of(listing)] == kept.split(",")
    assert (listing.state, listing.price) == ("published", 55_000)


def test_a_refused_file_is_named_and_the_others_stay(shop: Shop, browser: Browser) -> None:
    svg = SimpleUploadedFile("anh-dep.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    nothing = SimpleUploadedFile("trong.jpg", b"", "image/jpeg")
    out = io.BytesIO()
    Image.new("L", (8, 8)).save(out, "GIF")
    gif = SimpleUploadedFile("hinh.gif", out.getvalue(), "image/gif")
    refused = browser("an").post(NEW, written(photos=[picture(0), svg, nothing, gif, picture(1)], publish="1"))
    assert refused.context["form"].errors == {
        "photos": [
            "anh-dep.jpg: Tệp này không phải ảnh chụp. Hãy chọn ảnh JPEG, PNG, WebP hoặc HEIC.",
            "trong.jpg: Tệp này trống. Hãy chụp lại hoặc chọn ảnh khác.",
            "hinh.gif: Tệp này không phải ảnh chụp. Hãy chọn ảnh JPEG, PNG, WebP hoặc HEIC.",
        ]
    }
    assert len(refused.context["kept"].split(",")) == 2 == Photo.objects.count()
    assert not Listing.objects.exists()


def test_the_ninth_photo_is_too_many(shop: Shop, browser: Browser) -> None:
    an = browser("an")
    refused = an.post(NEW, written(photos=[picture(number) for number in range(9)]))
    assert refused.context["form"].errors == {"photos": ["Mỗi sản phẩm có tối đa 8 ảnh. Hãy bỏ bớt ảnh."]}
    kept = refused.context["kept"].split(",")
    assert len(kept) == 8
    an.post(NEW, written(kept=",".join(kept), remove_photo=kept[0], photos=[picture(8)]))
    listing = Listing.objects.get()
    assert listing.state == "draft"
    assert [str(pk) for pk in photos_of(listing)][:7] == kept[1:]
    assert len(photos_of(listing)) == 8


def test_the_same_picture_twice_is_one_photo(shop: Shop, browser: Browser) -> None:
    browser("an").post(NEW, written(photos=[picture(0), picture(0)]))
    assert len(photos_of(Listing.objects.get())) == 1


def test_dung_cannot_use_ans_photo(shop: Shop, other_shop: Shop, listing: Listing, browser: Browser) -> None:
    browser("an").post(NEW, written(photos=[picture(0)]))
    ans_photo = Photo.objects.order_by("uploaded_at").last()
    assert ans_photo is not None
    answer = browser("dung").post(NEW, written(kept=str(ans_photo.pk), publish="1"))
    assert answer.context["form"].errors == {"photos": ["Thêm ít nhất một ảnh chụp sản phẩm."]}
    assert photos_of(Listing.objects.get(shop=other_shop)) == []


def test_what_is_on_sale_keeps_a_photo(listing: Listing, browser: Browser) -> None:
    binh, address = browser("binh"), reverse("seller_listing_edit", args=[listing.sku])
    shown = binh.get(address).context["kept"]
    before = everything()
    refused = binh.post(address, written(kept=shown, remove_photo=shown))
    assert refused.context["form"].errors == {"photos": ["Sản phẩm đang bán cần ít nhất một ảnh."]}
    assert everything() == before
    binh.post(address, written(kept=shown, name="Điều rang muối"))
    assert list(Listing.objects.values_list("name", "state")) == [("Điều rang muối", "published")]
    assert [str(pk) for pk in photos_of(listing)] == [shown], "a helper keeps what somebody else uploaded"


def test_a_draft_that_is_not_ready_is_kept_and_says_why(shop: Shop, browser: Browser) -> None:
    answer = browser("an").post(NEW, written(stock="0", publish="1"))
    assert answer.context["form"].errors == {
        "photos": ["Thêm ít nhất một ảnh chụp sản phẩm."],
        "stock": ["Ghi số lượng đang có, ít nhất là 1."],
    }
    assert list(Listing.objects.values_list("state", "name")) == [("draft", "Hạt điều rang")]
    assert Client().get(reverse("product", args=[Listing.objects.get().slug])).status_code == 404
