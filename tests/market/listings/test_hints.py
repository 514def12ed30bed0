"""Advice that never blocks."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from config.demo.pictures import picture
from core.files.actions import store_photo, turn_photo
from core.files.models import Photo
from core.files.pipeline import render
from core.people.queries import SYSTEM
from market.listings.actions import publish_listing, write_listing
from market.listings.hints import Hint, hints_for
from market.listings.models import Listing
from market.shops.models import Shop
from tests.market.listings.test_listing_actions import facts
from tests.people import jpeg, make_listing

pytestmark = pytest.mark.django_db
LONG = "Ủ chượp mười hai tháng trong thùng gỗ bời lời, cá cơm than đánh bắt ở Phan Thiết, rút nỏ từng giọt."
ONE = Hint("photos", "Mới có một ảnh. Thêm ảnh nhãn và ảnh nơi làm để người mua yên tâm.")


def photo(blur: float = 0, light: float = 1, name: str = "box-green") -> Photo:
    image = Image.open(io.BytesIO(picture(name))).convert("RGB").filter(ImageFilter.GaussianBlur(blur))
    out = io.BytesIO()
    ImageEnhance.Brightness(image).enhance(light).save(out, "JPEG", quality=90)
    return store_photo(render(out.getvalue()), by=SYSTEM)


def hints(shop: Shop, photos: list[Photo], **changes: object) -> list[Hint]:
    words = {"description": LONG, **changes}
    return hints_for(write_listing(shop=shop, facts=facts(**words), photos=photos, by=SYSTEM))


def test_a_good_listing_hears_nothing(shop: Shop) -> None:
    assert hints(shop, [photo(), photo(name="bottle-amber")]) == []


def test_blurred_and_dark_photos_are_named_by_their_number(shop: Shop) -> None:
    assert hints(shop, [photo(), photo(blur=4), photo(light=0.25)]) == [
        Hint("photos", "Ảnh 2 hơi mờ. Giữ chắc máy, chạm vào sản phẩm cho rõ rồi chụp lại."),
        Hint("photos", "Ảnh 3 hơi tối. Chụp lại nơi sáng, gần cửa hoặc ngoài trời."),
    ]


def test_a_photo_from_before_measuring_is_not_judged(shop: Shop) -> None:
    old = photo(blur=8)
    Photo.objects.filter(pk=old.pk).update(sharpness=None, brightness=None)
    old.refresh_from_db()
    assert hints(shop, [old]) == [ONE]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": "MẮM PHAN THIẾT"}, ["name"]),
        ({"name": "MẮM"}, []),
        ({"name": "Mắm OCOP 4 sao"}, []),
        ({"description": "Ngon."}, ["description"]),
        ({"net_weight": None}, ["net_weight"]),
        ({"net_weight": None, "net_volume": 500}, []),
        ({"net_weight": None, "unit": "kg"}, []),
    ],
)
def test_words_and_weight(shop: Shop, changes: dict[str, object], fields: list[str]) -> None:
    assert [hint.field for hint in hints(shop, [photo(), photo(name="jar-amber")], **changes)] == fields


@pytest.mark.parametrize(("price", "said"), [(100_000, False), (25_000, False), (20_000, True), (900_000, True)])
def test_a_price_far_from_the_others(shop: Shop, price: int, said: bool) -> None:
    others = [make_listing(shop, name=f"Điều {n}", price=100_000) for n in range(3)]
    mine = make_listing(shop, name="Điều sống", price=price)
    assert any(hint.field == "price" for hint in hints_for(mine, others)) is said
    assert not any(hint.field == "price" for hint in hints_for(mine, others[:2])), "two others make no middle"


def test_hints_keep_nothing_from_being_sold(shop: Shop) -> None:
    poor = write_listing(
        shop=shop, facts=facts(name="MẮM NGON LẮM", net_weight=None), photos=[photo(blur=6)], by=SYSTEM
    )
    assert len(hints_for(poor)) == 5
    publish_listing(listing=poor, by=SYSTEM)
    assert Listing.objects.get(pk=poor.pk).state == "published"


def test_turning_makes_a_new_photo_and_keeps_the_old_one() -> None:
    first = store_photo(render(jpeg(640, 480)), by=SYSTEM)
    right = turn_photo(photo=first, quarters=1, by=SYSTEM)
    assert right.pk != first.pk and (right.width, right.height) == (480, 640)
    assert Photo.objects.filter(pk=first.pk).exists()
    for size in ("large", "small", "large_webp", "small_webp"):
        with Image.open(getattr(right, size)) as image:
            assert image.height > image.width


def test_which_way_it_turns() -> None:
    image = Image.new("RGB", (640, 480), "white")
    image.paste("black", (0, 0, 320, 480))
    out = io.BytesIO()
    image.save(out, "JPEG")
    first = store_photo(render(out.getvalue()), by=SYSTEM)
    with Image.open(turn_photo(photo=first, quarters=1, by=SYSTEM).large) as right:
        assert (right.getpixel((240, 20))[0] < 20, right.getpixel((240, 620))[0] > 235) == (True, True)  # type: ignore[index]
    with Image.open(turn_photo(photo=first, quarters=-1, by=SYSTEM).large) as left:
        assert (left.getpixel((240, 20))[0] > 235, left.getpixel((240, 620))[0] < 20) == (True, True)  # type: ignore[index]
