"""New rows, pictures, refusals, undo, and who may."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.files.models import Photo
from core.imports.actions.applying import apply_import, apply_rows
from core.imports.actions.starting import start_import
from core.imports.actions.undoing import undo_import
from core.imports.models import ImportAttachment, ImportBatch
from core.imports.queries import batches_visible_to
from core.imports.registry import kinds_for
from core.jobs.work.runner import run_waiting_jobs
from core.people.queries import SYSTEM
from market.listings.actions import pause_listing, publish_listing, write_listing
from market.listings.models import Listing
from market.lists.comparing import facts_of
from market.lists.models import SheetPicture
from market.platforms.models import Connection, PlatformListing
from market.shops.models import Shop
from search.documents.models import SearchDocument
from tests.market.lists.conftest import CATEGORY, ListDesk, changes, edited, outcomes, picture, said, zipped
from tests.people import People, make_listing

# What writing one new row and putting it on sale takes, its line in the trail and in the index of the search included.
ROW_QUERIES = 40


def row(
    name: str,
    *,
    sku: str = "",
    price: object = "55.000",
    stock: object = 5,
    pictures: str = "",
    state: str = "đang bán",
) -> list[object]:
    return [sku, name, CATEGORY, "Ngọt thanh.", price, "chai", stock, pictures, state]


def test_new_goods_with_pictures_are_on_sale_and_sent_again_change_nothing(desk: ListDesk) -> None:
    rows = [row("Mật ong rừng", pictures="a.jpg; B.JPG"), row("Mật ong hoa cà phê", pictures="a.jpg", state="nháp")]
    pictures = {"anh/A.jpg": picture(1), "anh/b.jpg": picture(2)}
    batch = desk.bring(rows, pictures)
    assert (batch.state, outcomes(batch), said(batch)) == ("applied", ["created"] * 2, [(), ()])
    first, second = Listing.objects.filter(shop=desk.shop).order_by("pk")
    assert (first.name, first.price, first.stock, first.state, first.photos.count()) == (
        "Mật ong rừng",
        55_000,
        5,
        "published",
        2,
    )
    assert (second.state, second.photos.get().photo) == ("draft", first.photos.all()[0].photo)
    assert Photo.objects.count() == SheetPicture.objects.count() == 2
    assert not ImportAttachment.objects.exists()  # applied: the zip is gone
    again = desk.preview(rows, pictures)
    assert outcomes(again) == ["unchanged"] * 2 and all("Đã có" in sentences[0] for sentences in said(again))
    assert outcomes(desk.preview(desk.out())) == ["unchanged"] * 2


def test_by_sku_the_same_picture_is_no_change_and_another_is(desk: ListDesk) -> None:
    desk.bring([row("Mật ong", pictures="a.jpg")], {"a.jpg": picture(1)})
    sku = Listing.objects.get(shop=desk.shop).sku
    for sent, expected in (
        ({"a.jpg": picture(1)}, "unchanged"),
        (None, "unchanged"),
        ({"a.jpg": picture(3)}, "changed"),
    ):
        assert outcomes(desk.preview([row("", sku=sku, price="", stock="", pictures="a.jpg", state="")], sent)) == [
            expected
        ]


def test_a_missing_picture_is_a_warning_and_takes_no_photo_away(desk: ListDesk) -> None:
    desk.bring([row("Mật ong", pictures="a.jpg")], {"a.jpg": picture(1)})
    listing = Listing.objects.get(shop=desk.shop)
    batch = desk.bring([row("", sku=listing.sku, price="", stock="", pictures="c.jpg; mất.jpg")], {"c.jpg": picture(2)})
    assert outcomes(batch) == ["changed"] and "«mất.jpg» không có trong tệp zip" in said(batch)[0][0]
    assert listing.photos.count() == 2


def test_a_picture_that_is_none_refuses_its_row_with_the_pipelines_sentence(desk: ListDesk) -> None:
    broken = picture(2)[:-400] + bytes(400)
    rows = [row("Một", pictures="a.jpg"), row("Hai", pictures="b.jpg"), row("Ba", pictures="c.jpg")]
    batch = desk.bring(rows, {"a.jpg": b"no picture", "b.jpg": picture(1)[:60] + bytes(900), "c.jpg": picture(2)})
    assert broken and outcomes(batch) == ["refused", "refused", "created"]
    assert said(batch)[0] == ("Ảnh «a.jpg»: Tệp này không phải ảnh chụp. Hãy chọn ảnh JPEG, PNG, WebP hoặc HEIC.",)
    assert said(batch)[1] == ("Ảnh «b.jpg»: Ảnh này không mở được. Hãy chụp lại hoặc chọn ảnh khác.",)
    assert Listing.objects.get(shop=desk.shop).name == "Ba"


def test_what_is_not_ready_stays_a_draft_and_says_what_is_missing(desk: ListDesk) -> None:
    batch = desk.bring([row("Mật ong", stock=0)])
    assert outcomes(batch) == ["created"] and Listing.objects.get(shop=desk.shop).state == "draft"
    assert said(batch)[0] == (
        "Chưa đăng bán được, còn là bản nháp. Thêm ít nhất một ảnh chụp sản phẩm. Ghi số lượng đang có, ít nhất là 1.",
    )


@pytest.mark.parametrize(
    ("price", "reason"),
    [("55 nghìn", "Hãy ghi đủ số đồng"), ("55k", "Hãy ghi đủ số đồng"), ("55.000,50", "Hãy ghi đủ số đồng"), ("500", "từ 1.000 đ"),
     ("5.5000", "Hãy ghi đủ số đồng")],
)  # fmt: skip
def test_an_unclear_price_is_refused_with_a_sentence(desk: ListDesk, price: str, reason: str) -> None:
    batch = desk.preview([row("Mật ong", price=price)])
    assert outcomes(batch) == ["refused"] and said(batch)[0][0].startswith("Giá: ") and reason in said(batch)[0][0]


@pytest.mark.parametrize("price", ["55.000", "55000", 55000, "55,000", "55 000 đ", "55.000 VND"])
def test_prices_as_people_write_them(desk: ListDesk, price: object) -> None:
    assert changes(desk.preview([row("Mật ong", price=price)]))[0][0] == ("Giá", "", "55.000\u00a0đ")


def test_a_sku_of_another_shop_is_refused_as_one_that_nobody_has(desk: ListDesk, other_shop: Shop) -> None:
    theirs = make_listing(other_shop, name="Tiêu sọ")
    batch = desk.bring([row("Tiêu", sku=theirs.sku), row("Điều", sku="LS99999999"), row("Mật")])
    known, unknown, _ = said(batch)
    assert outcomes(batch)[:2] == ["refused"] * 2
    assert known[0].replace(theirs.sku, "?") == unknown[0].replace("LS99999999", "?")
    theirs.refresh_from_db()
    assert (theirs.name, theirs.revision) == ("Tiêu sọ", 2) or theirs.name == "Tiêu sọ"


def test_two_rows_of_one_sku_are_not_both_taken(desk: ListDesk, listing: Listing) -> None:
    batch = desk.preview([row("A", sku=listing.sku), row("B", sku=listing.sku), row("Mới"), row("MỚI", price="60.000")])
    assert outcomes(batch) == ["changed", "refused", "created", "refused"]
    assert "dòng 2" in said(batch)[1][0]


def test_a_size_is_added_by_the_code_of_its_main_one(desk: ListDesk, listing: Listing) -> None:
    def add(rows: list[dict[str, object]]) -> None:
        rows.append(
            {
                "Mã tin chính": listing.sku,
                "Quy cách": "Túi 250 g",
                "Giá": "15.000",
                "Đơn vị": "túi",
                "Số lượng": 4,
                "Tình trạng": "đang bán",
            }
        )

    batch = desk.bring(edited(desk.out(), add))
    size = Listing.objects.get(main=listing)
    assert outcomes(batch) == ["unchanged", "created"], said(batch)
    assert (size.name, size.variant_name, size.price, size.stock, size.state) == (
        listing.name,
        "Túi 250 g",
        15_000,
        4,
        "published",
    )
    assert outcomes(desk.preview(desk.out())) == ["unchanged"] * 2
    twice = desk.preview(edited(desk.out(), add))
    assert outcomes(twice) == ["unchanged"] * 3


def test_undo_gives_everything_back_but_what_was_used_since(desk: ListDesk, listing: Listing) -> None:
    before = desk.out()

    def edit(rows: list[dict[str, object]]) -> None:
        rows[0].update({"Giá": "70.000", "Số lượng": "25", "Ảnh": "a.jpg", "Tình trạng": "tạm ngừng"})
        rows.append(
            {
                "Tên": "Mật ong",
                "Loại hàng": CATEGORY,
                "Mô tả": "Ngọt.",
                "Giá": 90000,
                "Đơn vị": "chai",
                "Số lượng": 3,
                "Ảnh": "a.jpg",
                "Tình trạng": "đang bán",
            }
        )

    batch = desk.bring(edited(before, edit), {"a.jpg": picture(1)})
    assert outcomes(batch) == ["changed", "created"], said(batch)
    undo_import(batch=batch, by=desk.viewer)
    run_waiting_jobs()
    batch.refresh_from_db()
    listing.refresh_from_db()
    new = Listing.objects.get(name="Mật ong")
    assert (batch.state, batch.kept) == ("undone", 0)
    assert (listing.price, listing.stock, listing.state) == (50_000, 10, "published")
    assert (new.state, new.stock) == ("draft", 0)
    assert outcomes(desk.preview(before)) == ["unchanged"]


def test_nobody_else_brings_or_sees_a_shops_list(people: People, shop: Shop, desk: ListDesk) -> None:
    batch = desk.preview([row("Mật ong")])
    assert ListDesk(people, shop, "binh").preview([row("Mật ong")]).made_by == people.users["binh"]
    for name in ("dung", "chi", "phuong", "hanh"):
        with pytest.raises(PermissionError):
            ListDesk(people, shop, name).preview([row("Mật ong")])
        assert not batches_visible_to(people.viewer(name)).filter(pk=batch.pk).exists()
        assert "tin" not in [kind.code for kind in kinds_for(people.viewer(name))]
    for owner in ("", "shop:999999", "shop:x", f"producer:{shop.pk}"):
        with pytest.raises(PermissionError):
            start_import(kind_code="tin", unit=people.commune, owner=owner, content=b"a", file_name="", by=desk.viewer)
    with pytest.raises(PermissionError):
        start_import(
            kind_code="tin", unit=people.commune, owner=f"shop:{shop.pk}", content=b"a", file_name="", by=SYSTEM
        )
    with pytest.raises(PermissionError):  # a staff kind has no owners
        start_import(
            kind_code="thon-ap",
            unit=people.commune,
            owner=f"shop:{shop.pk}",
            content=b"a",
            file_name="",
            by=people.viewer("chi"),
        )
    assert ImportBatch.objects.count() == 2


def test_the_page_takes_sheet_and_zip_and_says_what_is_wrong_with_either(
    shop: Shop, desk: ListDesk, browser: object
) -> None:
    an = browser("an")  # type: ignore[operator]
    sheet = io.BytesIO(desk.out() if Listing.objects.exists() else b"")
    sheet = io.BytesIO("Tên;Giá;Đơn vị;Loại hàng;Ảnh\nMật ong;55.000;chai;mật ong rừng;a.jpg\n".encode())
    sheet.name = "hang.csv"
    address = "/nguoi-ban/san-pham/nhap/moi/"
    bad = io.BytesIO(b"no zip")
    bad.name = "anh.zip"
    answer = an.post(address, {"file": sheet, "attached": bad})
    assert answer.status_code == 200 and "không phải tệp zip" in answer.content.decode()
    assert not ImportBatch.objects.exists()
    sheet.seek(0)
    good = io.BytesIO(zipped({"a.jpg": picture(1)}))
    good.name = "anh.zip"
    answer = an.post(address, {"file": sheet, "attached": good})
    batch = ImportBatch.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/nguoi-ban/san-pham/nhap/{batch.pk}/cot/")
    assert (batch.attachment.size, batch.owner) == (len(good.getvalue()), f"shop:{shop.pk}")
    page = an.get(answer.url).content.decode()
    assert "Chọn cột" in page and "/ban-viec/" not in page
    assert browser("dung").get(answer.url).status_code == 404  # type: ignore[operator]


CURE = "Chữa khỏi ung thư, thay thế thuốc chữa bệnh."


def told(sheet: bytes, listing: Listing, description: str, state: str = "") -> bytes:
    """The sheet with these words in the listing's row."""
    wanted = {"Mô tả": description} | ({"Tình trạng": state} if state else {})
    return edited(sheet, lambda rows: next(row for row in rows if row["Mã (SKU)"] == listing.sku).update(wanted))


def test_a_row_does_not_put_forbidden_words_on_sale(desk: ListDesk) -> None:
    listing = make_listing(desk.shop)
    batch = desk.preview(told(desk.out(), listing, CURE))
    assert outcomes(batch) == ["refused"]
    assert said(batch)[0][0].startswith("Hàng đang bán nên dòng này chưa ghi: ") and "Bỏ chữ «" in said(batch)[0][0]
    listing.refresh_from_db()
    assert (listing.description, listing.state) == ("Ngon.", "published")

    batch = desk.bring(told(desk.out(), listing, CURE, state="tạm ngừng"))
    assert outcomes(batch) == ["changed"]
    listing.refresh_from_db()
    assert (listing.description, listing.state) == (CURE, "paused"), "off sale it may be written"

    batch = desk.bring(told(desk.out(), listing, "Giòn.", state="đang bán"))
    undo_import(batch=batch, by=desk.viewer)
    run_waiting_jobs()
    listing.refresh_from_db()
    assert (listing.description, listing.state) == (CURE, "paused"), "taken back as it was, off sale first"


def test_a_size_that_came_on_sale_meanwhile_refuses_the_row_as_well(desk: ListDesk) -> None:
    listing = make_listing(desk.shop)
    words = replace(facts_of(listing), variant_name="to", stock=5)
    big = write_listing(shop=desk.shop, facts=words, photos=[], by=desk.viewer, main=listing)
    publish_listing(listing=big, by=desk.viewer)
    pause_listing(listing=listing, by=desk.viewer)
    batch = desk.bring(told(desk.out(), listing, CURE))
    assert "refused" in outcomes(batch)
    assert set(Listing.objects.values_list("description", flat=True)) == {"Ngon."}


def test_platforms_and_search_hear_of_many_rows_at_once(desk: ListDesk) -> None:
    """Ten rows more cost ten times what a row itself writes, and nothing of what hears of them."""
    few, many = (
        desk.preview([["", f"Loạt {size} số {number}", CATEGORY, "Ngon.", 50_000, "hộp", 7, f"{size}.jpg", "đang bán"] for number in range(size)],
                     {f"{size}.jpg": picture(size)})
        for size in (2, 12)
    )  # fmt: skip
    taken = []
    for batch in (few, many):
        apply_import(batch=batch, by=desk.viewer)
        with CaptureQueriesContext(connection) as queries:
            apply_rows(batch_id=batch.pk)
        taken.append(len(queries))
    assert (taken[1] - taken[0]) / 10 <= ROW_QUERIES
    listings = Listing.objects.filter(shop=desk.shop)
    assert listings.count() == 14 and set(listings.values_list("state", flat=True)) == {"published"}
    connections = Connection.objects.filter(is_enabled=True).count()
    assert PlatformListing.objects.filter(listing__in=listings, wanted=True).count() == 14 * connections > 0
    assert SearchDocument.objects.filter(kind="product", object_id__in=listings).count() == 14
    assert SearchDocument.objects.filter(kind="shop", object_id=desk.shop.pk).count() == 1
