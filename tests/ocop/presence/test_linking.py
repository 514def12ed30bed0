"""Who links what, and which badges follow."""

from __future__ import annotations

from datetime import date

import pytest

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.models import User
from core.people.queries import SYSTEM
from market.listings.models import Listing, ListingBadge
from market.shops.models import Shop
from ocop.certificates.actions import import_products
from ocop.presence.actions import LinkRefused, link_listing, unlink_listing
from ocop.presence.models import PresenceLink
from ocop.presence.queries import listings_like
from tests.ocop.conftest import Land, listing, owner, paper, person, product, viewer


def test_chi_links_and_the_badge_follows_the_paper(land: Land, chi: User) -> None:
    made = product(unit=land.phu_thuy)
    certificate = paper(made, 4, "2024-05-07", "12/QĐ-UBND")
    sold = listing("Nước mắm nhĩ 40 độ đạm", land.phu_thuy)

    link = link_listing(product=made, listing=sold, by=viewer(chi))

    badge = ListingBadge.objects.values().get()
    badge.pop("id")
    assert badge == {
        "listing_id": sold.pk,
        "check_code": certificate.check_code,
        "label": "OCOP 4 sao",
        "stars": 4,
        "decision_number": "12/QĐ-UBND",
        "issued_on": date(2024, 5, 7),
        "valid_from": date(2024, 5, 7),
        "valid_until": date(2027, 5, 7),
        "check_path": f"/ocop/{certificate.check_code}",
        "revoked_on": None,
    }
    made.refresh_from_db()
    assert made.producer == sold.shop.producer
    assert link_listing(product=made, listing=sold, by=viewer(chi)) == link
    assert AuditEntry.objects.filter(action="presence.linked", actor_id=chi.pk).count() == 1

    unlink_listing(link=link, by=viewer(chi))
    unlink_listing(link=link, by=viewer(chi))
    assert not ListingBadge.objects.exists()
    made.refresh_from_db()
    assert made.producer is None
    assert AuditEntry.objects.filter(action="presence.unlinked").count() == 1


def test_a_year_shows_as_long_as_it_is_certain_and_never_as_a_day(land: Land, chi: User) -> None:
    made = product("A", (3, "2024"), unit=land.phu_thuy)
    link_listing(product=made, listing=listing("A", land.phu_thuy), by=viewer(chi))
    badge = ListingBadge.objects.get()
    assert (badge.issued_on, badge.valid_from, badge.valid_until) == (
        None,
        date(2024, 1, 1),
        date(2027, 1, 1),
    )


def test_no_badge_without_a_period_or_without_three_stars(land: Land, chi: User) -> None:
    made = product("A", (4, ""), (None, "2025"), (2, "2025-01-01"), unit=land.phu_thuy)
    link_listing(product=made, listing=listing("A", land.phu_thuy), by=viewer(chi))
    assert not ListingBadge.objects.exists()


def test_an_import_that_completes_the_paper_brings_the_badge(land: Land, chi: User) -> None:
    heading = "name,producer,stars,recognised_on,commune_old,district_old,province_old\n"
    row = "Nước mắm,HTX Nước mắm Phú Hài,4,{},phường Phú Hài,TP. Phan Thiết,Bình Thuận"
    import_products(content=(heading + row.format("")).encode(), by=SYSTEM)
    from ocop.register.models import OcopProduct

    link_listing(product=OcopProduct.objects.get(), listing=listing("Nước mắm", land.phu_thuy), by=viewer(chi))
    assert not ListingBadge.objects.exists()
    import_products(content=(heading + row.format("2025-01-01")).encode(), by=SYSTEM)
    assert ListingBadge.objects.get().valid_until == date(2028, 1, 1)


def test_the_seller_cannot_certify_her_own_goods_even_as_an_officer(land: Land, chi: User) -> None:
    made = product(unit=land.phu_thuy)
    sold = listing("Nước mắm", land.phu_thuy)
    owner(chi, sold)
    with pytest.raises(PermissionError):
        link_listing(product=made, listing=sold, by=viewer(chi))
    boss = person("Quản trị", operator=True)
    owner(boss, sold)
    with pytest.raises(PermissionError):
        link_listing(product=made, listing=sold, by=viewer(boss))
    assert not PresenceLink.objects.exists()


def test_sellers_neighbours_and_auditors_may_not(land: Land, an: User, dung: User) -> None:
    made = product(unit=land.phu_thuy)
    sold = listing("Nước mắm", land.phu_thuy)
    auditor = person("Kiểm toán", "auditor")
    for user in (an, dung, auditor):
        with pytest.raises(PermissionError):
            link_listing(product=made, listing=sold, by=viewer(user), same_maker_confirmed=True)
    assert not PresenceLink.objects.exists()
    assert not AuditEntry.objects.exists()

    link = PresenceLink.objects.create(product=made, listing=sold, linked_at=sold.made_at)
    with pytest.raises(PermissionError):
        unlink_listing(link=link, by=viewer(dung))
    link.refresh_from_db()
    assert link.ended_at is None


def test_other_makers_need_a_confirmation(land: Land, phuong: User) -> None:
    made = product(maker="HTX Khác", unit=land.lam_dong)
    unnamed = product("Nước mắm", maker="", unit=land.lam_dong)
    sold = listing("Nước mắm", land.phu_thuy)
    for each in (made, unnamed):
        with pytest.raises(LinkRefused, match="cùng một chủ thể"):
            link_listing(product=each, listing=sold, by=viewer(phuong))
    assert not PresenceLink.objects.exists()
    assert link_listing(product=made, listing=sold, by=viewer(phuong), same_maker_confirmed=True).product == made


def test_a_listing_sells_one_product_and_a_draft_none(land: Land, phuong: User) -> None:
    first, second = product("Nước mắm", unit=land.phu_thuy), product("B", unit=land.phu_thuy)
    sold = listing("Nước mắm", land.phu_thuy)
    link_listing(product=first, listing=sold, by=viewer(phuong))
    with pytest.raises(LinkRefused, match="đang gắn với «Nước mắm»"):
        link_listing(product=second, listing=sold, by=viewer(phuong))
    draft = listing("Nháp", land.phu_thuy, state=Listing.State.DRAFT)
    with pytest.raises(LinkRefused, match="chưa được đăng bán"):
        link_listing(product=second, listing=draft, by=viewer(phuong))
    down, closed = listing("Bị gỡ", land.phu_thuy), listing("Đã đóng", land.phu_thuy)
    Listing.objects.filter(pk=down.pk).update(taken_down_at=clock.now())
    Shop.objects.filter(pk=closed.shop_id).update(state="closed")
    for each in (down, closed):
        with pytest.raises(LinkRefused, match="không còn bán"):
            link_listing(product=second, listing=each, by=viewer(phuong))
    assert PresenceLink.objects.count() == 1


def test_candidates_are_like_it_free_published_and_of_the_province(land: Land, phuong: User) -> None:
    made = product("Nước mắm nhĩ", maker="HTX Phú Hài", unit=land.phu_thuy)
    near = listing("Nước mắm nhĩ 40 độ đạm", land.phu_thuy, maker="HTX Phú Hài")
    far = listing("NUOC MAM", land.tuy_phong, maker="Hộ Tư")
    listing("Nước mắm nhĩ", land.con_dao)
    listing("Nước mắm nhĩ", land.phu_thuy, state=Listing.State.DRAFT)
    listing("Hạt điều", land.phu_thuy, maker="Công ty Điều")
    taken = listing("Nước mắm nhĩ", land.phu_thuy)
    link_listing(product=product("Nước mắm", unit=land.phu_thuy), listing=taken, by=viewer(phuong))
    assert listings_like(made, "") == [near, far]
    assert listings_like(made, "hat dieu") == [Listing.objects.get(name="Hạt điều")]
    assert listings_like(made, "không đâu") == []
