"""A page on a platform that a product is sold on: one person writes it down, another one looks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.models import User
from ocop.presence.actions import LinkRefused, NotByYourself, link_listing, link_page, look_at_page, unlink_page
from ocop.presence.models import PresenceLink
from ocop.presence.queries import makers_like, with_presence_marks
from ocop.presence.rules import names_match
from ocop.register.models import OcopProduct
from onboarding.accounts.models import Observation, OutsideLink, Platform
from onboarding.producers.models import Producer
from tests.ocop.conftest import Land, listing, owner, platform, producer, product, put_on, viewer

MAKER = "HTX Nước mắm Phú Hài"
URL = "https://voso.vn/nuoc-mam-p12.html"


@pytest.fixture
def voso(land: Land) -> Platform:
    return platform("voso")


@pytest.fixture
def made(land: Land) -> OcopProduct:
    return product("Nước mắm nhĩ Phú Hài", (4, "2025-03-01"), unit=land.phu_thuy)


@pytest.fixture
def maker(land: Land) -> Producer:
    return producer(MAKER, land.phu_thuy)


def online(on: date | None = None) -> bool:
    found = with_presence_marks(OcopProduct.objects.all(), on or clock.today()).get()
    return bool(found.is_on_voso)  # type: ignore[attr-defined]


def test_one_writes_it_down_and_another_one_sees_it(
    made: OcopProduct, maker: Producer, voso: Platform, chi: User, phuong: User
) -> None:
    link = link_page(product=made, platform=voso, url=f"{URL}?utm_source=zalo#top", producer=maker, by=viewer(chi))
    page = link.outside_link
    assert page is not None
    assert (page.url, page.account.producer, page.claimed_by) == (URL, maker, chi)
    assert not online(), "a claim proves nothing"
    with pytest.raises(NotByYourself):
        look_at_page(link=link, result="live", seen_title="Nước mắm nhĩ Phú Hài", by=viewer(chi))
    assert not Observation.objects.exists()
    look_at_page(link=link, result="live", seen_title="NƯỚC MẮM NHĨ Phú Hài 40 độ đạm", by=viewer(phuong))
    assert online()
    assert not online(clock.today() + timedelta(days=31))
    unlink_page(link=link, by=viewer(chi))
    unlink_page(link=link, by=viewer(chi))
    assert not online()
    words = AuditEntry.objects.filter(action__startswith="presence.").order_by("pk").values_list("action", flat=True)
    assert list(words) == ["presence.linked", "presence.unlinked"]


def test_the_same_page_again_changes_nothing(made: OcopProduct, maker: Producer, voso: Platform, chi: User) -> None:
    first = link_page(product=made, platform=voso, url=URL, producer=maker, by=viewer(chi))
    again = link_page(product=made, platform=voso, url=f"http://www.{URL[8:]}/?a=b", producer=maker, by=viewer(chi))
    assert (again, OutsideLink.objects.count(), PresenceLink.objects.count()) == (first, 1, 1)


def test_another_name_on_the_page_proves_nothing(
    made: OcopProduct, maker: Producer, voso: Platform, chi: User, phuong: User
) -> None:
    link = link_page(product=made, platform=voso, url=URL, producer=maker, by=viewer(chi))
    seen = look_at_page(link=link, result="live", seen_title="Hạt điều rang muối", by=viewer(phuong))
    assert (seen.result, seen.reason, seen.seen_title) == ("uncheckable", "title", "Hạt điều rang muối")
    assert not online()


def test_a_page_is_of_one_product(made: OcopProduct, maker: Producer, voso: Platform, land: Land, chi: User) -> None:
    link_page(product=made, platform=voso, url=URL, producer=maker, by=viewer(chi))
    other = product("Nước mắm chay", unit=land.phu_thuy)
    with pytest.raises(LinkRefused, match="đang gắn với «Nước mắm nhĩ Phú Hài»"):
        link_page(product=other, platform=voso, url=URL, producer=maker, by=viewer(chi))
    assert PresenceLink.objects.get().product == made


def test_the_page_of_a_listing_is_linked_through_it(made: OcopProduct, voso: Platform, land: Land, chi: User) -> None:
    sold = listing("Nước mắm nhĩ Phú Hài", land.phu_thuy)
    page = put_on(sold, "voso")
    page.url = URL
    page.save()
    with pytest.raises(LinkRefused, match="gắn sản phẩm với tin đó"):
        link_page(product=made, platform=voso, url=page.url, producer=sold.shop.producer, by=viewer(chi))
    link_listing(product=made, listing=sold, by=viewer(chi))
    assert PresenceLink.objects.get().listing == sold


def test_somebody_elses_page_and_another_makers_name_are_asked_about(
    made: OcopProduct, maker: Producer, voso: Platform, land: Land, chi: User
) -> None:
    link_page(product=made, platform=voso, url=URL, producer=maker, by=viewer(chi))
    stranger = producer("Công ty Biển Xanh", land.phu_thuy)
    with pytest.raises(LinkRefused, match="khác tên"):
        link_page(product=made, platform=voso, url="https://voso.vn/tieu-p9.html", producer=stranger, by=viewer(chi))
    with pytest.raises(LinkRefused, match="gian hàng khác"):
        link_page(product=made, platform=voso, url=URL, producer=stranger, by=viewer(chi), same_maker_confirmed=True)
    assert PresenceLink.objects.count() == 1


def test_neighbours_and_whoever_sells_it_may_not(
    made: OcopProduct, maker: Producer, voso: Platform, land: Land, chi: User, dung: User
) -> None:
    own = listing("Nước mắm", land.phu_thuy)
    owner(chi, own)
    for who, whose in ((dung, maker), (chi, own.shop.producer)):
        with pytest.raises(PermissionError):
            link_page(product=made, platform=voso, url=URL, producer=whose, by=viewer(who))
    assert not PresenceLink.objects.exists()
    assert not OutsideLink.objects.exists()
    link = link_page(product=made, platform=voso, url=URL, producer=maker, by=viewer(chi))
    for act in (
        lambda: unlink_page(link=link, by=viewer(dung)),
        lambda: look_at_page(link=link, result="gone", seen_title="", by=viewer(dung)),
    ):
        with pytest.raises(PermissionError):
            act()
    assert not Observation.objects.exists()


def test_no_simulation(made: OcopProduct, maker: Producer, chi: User) -> None:
    double = platform("san-thu", counts=False)
    Platform.objects.filter(pk=double.pk).update(is_simulation=True)
    double.refresh_from_db()
    with pytest.raises(LinkRefused, match="không phải sàn thật"):
        link_page(product=made, platform=double, url="https://san-thu.example/1", producer=maker, by=viewer(chi))


@pytest.mark.parametrize(
    ("name", "shown", "fits"),
    [
        ("Nước mắm nhĩ Phú Hài", "nuoc mam nhi phu hai 500ml", True),
        ("Nước mắm nhĩ Phú Hài", "Nước mắm nhĩ", False),
        ("Nước mắm nhĩ Phú Hài", "Nước mắm nhĩ Phú", True),
        ("Nước mắm nhĩ Phú Hài", "Nước mắm Phan Thiết", False),
        ("Đặc sản OCOP 4 sao", "ĐẶC SẢN OCOP 4 SAO", True),
        ("Hạt điều", "Hạt tiêu", False),
        ("Trà", "Trà xanh túi lọc", True),
        ("Trà", "", False),
        ("", "Trà", False),
    ],
)
def test_which_names_fit(name: str, shown: str, fits: bool) -> None:
    assert names_match(name, shown) is fits


def test_makers_named_alike_come_first_and_farm_households_of_elsewhere_not_at_all(land: Land) -> None:
    made = product("A", unit=land.phu_thuy, maker="HTX Phú Hài")
    exact = producer("Hợp tác xã Phú Hài", land.tuy_phong)
    near = producer("Công ty Phú Hài Xanh", land.phu_thuy)
    producer("HTX Phú Hài", land.con_dao)
    away = producer("Phú Hài", land.tuy_phong)
    Producer.objects.filter(pk=away.pk).update(kind="farm_household")
    assert makers_like(made, "") == [exact, near]
    assert makers_like(made, "xanh") == [near]


def test_on_the_page(made: OcopProduct, maker: Producer, voso: Platform, chi: User, phuong: User) -> None:
    client = Client()
    client.force_login(chi)
    address = f"/bang/san-pham/{made.pk}/"
    assert "Chưa có trang nào trên sàn" in client.get(address).content.decode()
    answer = client.post(f"{address}trang/", {"platform": voso.pk, "url": "nuoc mam", "producer": maker.pk})
    assert "Liên kết phải bắt đầu bằng https://" in answer.content.decode()
    answer = client.post(f"{address}trang/", {"platform": voso.pk, "url": URL, "producer": maker.pk})
    assert answer.status_code == 302
    link = PresenceLink.objects.get()
    answer = client.post(f"{address}trang/{link.pk}/xem/", {"result": "live", "seen_title": "Nước mắm nhĩ Phú Hài"})
    assert "người khác phải xem" in answer.content.decode()
    client.force_login(phuong)
    answer = client.post(f"{address}trang/{link.pk}/xem/", {"result": "live"})
    assert "Hãy chép tên sản phẩm" in answer.content.decode()
    answer = client.post(
        f"{address}trang/{link.pk}/xem/", {"result": "live", "seen_title": "Nước mắm nhĩ Phú Hài"}, follow=True
    )
    assert "Đã ghi: thấy đang bán" in answer.content.decode()
    assert online()
    client.post(f"{address}trang/{link.pk}/go/")
    assert not online()
