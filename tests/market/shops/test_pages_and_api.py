"""The pages of a shop, step by step without JavaScript, and the shops that programs see."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.people.queries import SYSTEM
from market.shops.actions import (
    MakerRefused,
    OnlyTheOwner,
    add_maker,
    confirm_maker,
    end_maker,
    pause_shop,
    start_shop,
)
from market.shops.models import DeliveryRule, Shop, ShopMaker, ShopPhoto
from market.shops.queries import makers_of
from onboarding.consent.actions import record_consents
from onboarding.producers.models import Producer
from tests.market.conftest import Browser
from tests.market.proof import everything
from tests.market.shops.test_whose_word import proved
from tests.people import People, jpeg, make_producer, shop_for

HOME, SHOP = "/nguoi-ban/", "/nguoi-ban/gian-hang/"
BANK = {"bank": "970405", "account": "4800205012345", "again": "4800205012345", "holder": "Nguyễn Văn An"}


def page(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return str(answer.content.decode())


def test_from_nothing_to_open_step_by_step(people: People, browser: Browser) -> None:
    record_consents(producer=people.producer, answers={"publication": False}, means="spoken", by=SYSTEM)
    an = browser("an")
    assert "Lập gian hàng" in page(an.get(HOME)) and "Bước 1/5" in page(an.get(SHOP))
    assert an.post(SHOP, {"name": " Vườn  anh An ", "story": ""})["location"] == f"{SHOP}buoc/noi-ban/"
    assert "Chưa mở được. Còn thiếu: Ở đâu, Bán gì, Nhận tiền, Giao hàng." in page(
        an.post(f"{SHOP}chuyen/mo/", {"agree": "on"}, follow=True)
    )
    place = an.post(f"{SHOP}buoc/noi-ban/", {"pickup_address": "Nhà số 1"})
    assert place["location"] == f"{SHOP}buoc/mat-hang/"
    sends = {"country_sends": "on", "country_fee": "30.000", "country_days_from": "5", "country_days_to": "2"}
    wrong = page(an.post(f"{SHOP}buoc/giao-hang/", sends))
    assert "Ngày muộn nhất" in wrong and 'value="30.000"' in wrong
    an.post(f"{SHOP}buoc/giao-hang/", sends | {"country_days_to": "7"})
    assert "Còn các bước: bán gì, nhận tiền." in page(an.get(HOME)), "what is left waits on the home page"
    goods = Shop.main_goods.through._meta.get_field("category").related_model.objects.get(code="tra")
    assert an.post(f"{SHOP}buoc/mat-hang/", {"goods": [goods.pk]})["location"] == f"{SHOP}buoc/tra-tien/"
    assert "Chưa có số tài khoản" in page(an.post(f"{SHOP}buoc/tra-tien/", {"transfer": "on"}))
    proved(an).post(f"{SHOP}tai-khoan/", BANK)
    an.post(f"{SHOP}buoc/tra-tien/", {"transfer": "on"})
    assert "Gian hàng chỉ mở được khi chủ đồng ý" in page(an.post(f"{SHOP}chuyen/mo/", follow=True))
    assert Shop.objects.get().state == "draft"
    assert "Gian hàng đã mở." in page(an.post(f"{SHOP}chuyen/mo/", {"agree": "on"}, follow=True))
    assert Shop.objects.get().state == "open" and Client().get("/gian-hang/vuon-anh-an").status_code == 200


@pytest.mark.parametrize(("state", "words"), [("paused", "Gian hàng đang tạm nghỉ."), ("closed", "Gian hàng đã đóng.")])
def test_the_home_says_that_buyers_cannot_buy(shop: Shop, browser: Browser, state: str, words: str) -> None:
    home = page(browser("an").get(HOME))
    assert "đang tạm nghỉ" not in home and "đã đóng" not in home
    Shop.objects.update(state=state)
    home = page(browser("an").get(HOME))
    assert words in home and "đang ổn" not in home
    assert f'href="{SHOP}">Mở lại gian hàng' in home


def test_where_goods_go_only_what_is_needed_must_be_written(shop: Shop, browser: Browser) -> None:
    step, an = f"{SHOP}buoc/giao-hang/", browser("an")
    DeliveryRule.objects.all().delete()
    asked = {field.name: field.field.required for field in an.get(step).context["form"]}
    assert [asked[f"commune_{name}"] for name in ("sends", "fee", "free_from", "days_from", "days_to")] == [
        False, True, False, False, True,
    ]  # fmt: skip
    wrong = an.post(step, {"commune_sends": "on"}).context["form"].errors
    assert set(wrong) == {"commune_fee", "commune_days_to"}, "and nothing of a zone without a tick"
    an.post(step, {"commune_sends": "on", "commune_fee": "0", "commune_days_to": "2"})
    assert list(DeliveryRule.objects.values_list("zone", "fee", "days_from", "days_to")) == [("commune", 0, 0, 2)]


def test_a_draft_is_not_there_for_buyers(people: People) -> None:
    start_shop(producer=people.producer, name="Vườn anh An", by=SYSTEM)
    assert Client().get("/gian-hang/vuon-anh-an").status_code == 404


def test_binh_agrees_to_nothing_for_an_and_sees_no_account(people: People, browser: Browser, shop: Shop) -> None:
    proved(browser("an")).post(f"{SHOP}tai-khoan/", BANK)
    pause_shop(shop=shop, note_for_buyers="", by=SYSTEM)
    Shop.objects.update(state="draft")
    record_consents(producer=people.producer, answers={"publication": False}, means="spoken", by=SYSTEM)
    binh, before = browser("binh"), everything()
    assert "chỉ chủ gian hàng làm được" in page(binh.post(f"{SHOP}chuyen/mo/", {"agree": "on"}, follow=True))
    assert "Việc này của chủ gian hàng" in page(binh.get(f"{SHOP}tai-khoan/"), 403)
    assert page(binh.post(f"{SHOP}tai-khoan/", BANK), 403)
    assert binh.post(f"/hien-so/shop-bank/{shop.pk}/").status_code == 404
    assert everything() == before
    html = page(proved(browser("an")).get(f"{SHOP}tai-khoan/"))
    assert "4800205012345" not in html and "… …345" in html
    assert "4800205012345" in page(browser("an").post(f"/hien-so/shop-bank/{shop.pk}/"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"again": "4800205012354"}, "Hai lần gõ khác nhau"),
        ({"account": "9704050000000001", "again": "9704050000000001"}, "số in trên thẻ"),
        ({"account": "12", "again": "12"}, "từ 6 đến 19"),
        ({"bank": ""}, "Hãy chọn ngân hàng"),
        ({"holder": "4800205012345"}, "Đây là một số"),
    ],
)
def test_common_mistakes_with_an_account(browser: Browser, shop: Shop, wrong: dict[str, str], words: str) -> None:
    an, before = proved(browser("an")), everything()
    assert words in page(an.post(f"{SHOP}tai-khoan/", BANK | wrong))
    assert everything() == before


def test_photos_are_added_ordered_and_taken_away(browser: Browser, shop: Shop) -> None:
    binh = browser("binh")
    pictures = [SimpleUploadedFile(f"{n}.jpg", jpeg(640, 480 + n), "image/jpeg") for n in (1, 2)]
    refused = page(
        binh.post(f"{SHOP}anh/", {"photos": [*pictures, SimpleUploadedFile("x.jpg", b"<svg>", "image/jpeg")]})
    )
    assert "x.jpg" in refused
    first, second = ShopPhoto.objects.order_by("position")
    shop.refresh_from_db()
    assert shop.cover_id == first.photo_id
    posted = {
        "arrange": "1", "photo": [first.pk, second.pk], f"alt-{first.pk}": "Vườn", f"place-{first.pk}": "2",
        f"alt-{second.pk}": "", f"place-{second.pk}": "1", "cover": second.pk,
    }  # fmt: skip
    binh.post(f"{SHOP}anh/", posted)
    assert list(ShopPhoto.objects.values_list("pk", "position", "alt")) == [
        (second.pk, 1, "Ảnh của gian hàng Vườn anh An"), (first.pk, 2, "Vườn"),
    ]  # fmt: skip
    shop.refresh_from_db()
    assert shop.cover_id == second.photo_id
    binh.post(f"{SHOP}anh/", posted | {"remove_photo": [second.pk]})
    shop.refresh_from_db()
    assert list(ShopPhoto.objects.values_list("pk", flat=True)) == [first.pk] and shop.cover_id == first.photo_id


def cooperative(people: People) -> Shop:
    Producer.objects.filter(pk=people.producer.pk).update(kind="cooperative", name="HTX An")
    people.producer.refresh_from_db()
    return shop_for(people.producer, "HTX An", people.viewer("an"))


def test_makers_are_named_by_the_owner_and_only_when_they_agreed(people: People, browser: Browser) -> None:
    shop, ly, nga = cooperative(people), make_producer("Hộ Lý", people.hamlet), make_producer("Hộ Nga", people.hamlet)
    record_consents(producer=nga, answers={"publication": False}, means="spoken", by=SYSTEM)
    before = everything()
    with pytest.raises(OnlyTheOwner):
        add_maker(shop=shop, producer=ly, by=people.viewer("binh"))
    for producer, words in ((nga, "chưa đồng ý"), (people.producer, "chính là chủ")):
        with pytest.raises(MakerRefused, match=words):
            add_maker(shop=shop, producer=producer, by=people.viewer("an"))
    assert everything() == before
    an = browser("an")
    found = page(an.get(f"{SHOP}nha-san-xuat/?q=ho"))
    assert "Hộ Lý" in found and "Hộ Nga" not in found
    assert "Đã hỏi Hộ Lý" in page(an.post(f"{SHOP}nha-san-xuat/", {"producer": ly.pk}, follow=True))
    assert list(makers_of(shop)) == [], "who has not said yes is not shown"
    confirm_maker(maker=ShopMaker.objects.get(), by=people.viewer("chi"))
    assert [maker.producer for maker in makers_of(shop)] == [ly]
    record_consents(producer=ly, answers={"publication": False}, means="spoken", by=SYSTEM)
    assert list(makers_of(shop)) == [], "who no longer agrees is no longer shown"
    record_consents(producer=ly, answers={"publication": True}, means="spoken", by=SYSTEM)
    maker = ShopMaker.objects.get()
    with pytest.raises(OnlyTheOwner):
        end_maker(maker=maker, by=people.viewer("binh"))
    assert "Đã kết thúc" in page(an.post(f"{SHOP}nha-san-xuat/{maker.pk}/ket-thuc/", follow=True))
    assert list(makers_of(shop)) == []


def test_a_household_sells_for_nobody_else(people: People, browser: Browser, shop: Shop) -> None:
    with pytest.raises(MakerRefused, match="hợp tác xã"):
        add_maker(shop=shop, producer=make_producer("Hộ Lý", people.hamlet), by=people.viewer("an"))
    assert browser("an").get(f"{SHOP}nha-san-xuat/").status_code == 404


def test_everybody_sees_open_shops_and_nothing_private(
    people: People, shop: Shop, other_shop: Shop, client: Client, django_assert_num_queries: Any
) -> None:
    browser_of_an = Client()
    browser_of_an.force_login(people.users["an"])
    proved(browser_of_an).post(f"{SHOP}tai-khoan/", BANK)
    pause_shop(shop=other_shop, note_for_buyers="", by=SYSTEM)
    with django_assert_num_queries(4):
        one = client.get("/api/v1/shops").json()
    shop.refresh_from_db()
    row = {
        "slug": "vuon-anh-an", "url": "/gian-hang/vuon-anh-an", "name": "Vườn anh An", "producer": "Hộ Nguyễn Văn An",
        "kind": "farm_household", "unit": people.commune.code, "main_goods": ["che-bien-rau-qua"],
    }  # fmt: skip
    opened = one["shops"][0].pop("opened_at")
    assert opened and one == {"count": 1, "page": 1, "pages": 1, "shops": [row]}
    for number in range(24):
        shop_for(make_producer(f"Hộ {number}", people.hamlet), f"Nhà {number}", SYSTEM)
    with django_assert_num_queries(4):
        assert client.get("/api/v1/shops").json()["count"] == 25
    for query, count in (("q=vuon an", 1), (f"unit={people.commune.code}", 25), ("unit=00000", 0), ("q=khong co", 0)):
        assert client.get(f"/api/v1/shops?{query}").json()["count"] == count
    detail = client.get("/api/v1/shops/vuon-anh-an")
    assert detail.json()["delivery"] == [{"zone": "country", "fee": 0, "free_from": None, "days_from": 2, "days_to": 5}]
    assert "4800205012345" not in detail.content.decode() and "Nhà số 1" not in detail.content.decode()
    assert client.get(f"/api/v1/shops/{other_shop.slug}").status_code == 404
    assert reverse("shop", args=[shop.slug]) == row["url"]
