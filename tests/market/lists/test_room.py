"""How much a seller may leave with us, and what is cleared away of it."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.files.actions import remove_abandoned_photos, take_photo
from core.files.models import Photo
from core.imports.actions import starting
from core.imports.actions.ending import cancel_import
from core.imports.actions.locking import StepRefused
from core.imports.actions.starting import start_import
from core.imports.models import ImportAttachment, ImportBatch
from core.kit import clock
from core.people.limits.models import Counted
from market.listings.actions import drafts
from market.listings.models import Listing, ListingPhoto
from market.lists.models import SheetPicture
from market.shops.models import Shop
from tests.core.files.test_actions import upload
from tests.core.imports.sheet_tools import xlsx
from tests.market.lists.conftest import CATEGORY, HEADS, ListDesk, picture, zipped
from tests.people import make_listing

ROW = ["", "Hạt mới", CATEGORY, "Ngon.", "50000", "hộp", "7", "a.jpg", "đang bán"]


def begin(desk: ListDesk) -> ImportBatch:
    return start_import(
        kind_code="tin", unit=desk.people.commune, owner=f"shop:{desk.shop.pk}", content=xlsx([HEADS, ROW]),
        file_name="hang.xlsx", attached=io.BytesIO(zipped({"a.jpg": picture(1)})), attached_name="a.zip", by=desk.viewer,
    )  # fmt: skip


def kept_files(desk: ListDesk) -> list[str]:
    storage: Any = ImportAttachment._meta.get_field("file").storage
    return list(storage.listdir("imports")[1])


class TestUnfinished:
    def test_five_may_be_unfinished_and_the_sixth_leaves_nothing(self, desk: ListDesk, monkeypatch: Any) -> None:
        first, *_ = [begin(desk) for _ in range(5)]
        with pytest.raises(StepRefused, match="Đang có 5 bảng"):
            begin(desk)
        # Two at once: both looked before either was there.
        looks: list[str] = []
        real = starting._check_room

        def first_look_sees_room(kind_code: str, owner: str) -> None:
            looks.append(owner)
            if len(looks) > 1:
                real(kind_code, owner)

        monkeypatch.setattr(starting, "_check_room", first_look_sees_room)
        with pytest.raises(StepRefused):
            begin(desk)
        assert (ImportBatch.objects.count(), len(kept_files(desk))) == (5, 5)
        assert len(looks) == 2
        cancel_import(batch=first, by=desk.viewer)
        begin(desk)

    def test_the_page_says_so_and_leads_to_the_oldest(self, desk: ListDesk, browser: Any) -> None:
        first, *_ = [begin(desk) for _ in range(5)]
        start, an = reverse("seller_import_start"), browser("an")
        page = an.post(start, {"pasted": "Tên\tGiá\nHạt\t50000"}).content.decode()
        assert (
            "Hãy nhập xong hoặc huỷ một bảng" in page
            and f'href="{reverse("seller_import_batch", args=[first.pk])}"' in page
        )
        assert "Hạt\t50000" in page and ImportBatch.objects.count() == 5
        cancel_import(batch=first, by=desk.viewer)
        assert "Mở bảng cũ nhất" not in an.get(start).content.decode()

    def test_so_many_a_day_and_no_more(self, desk: ListDesk, browser: Any) -> None:
        start, an = reverse("seller_import_start"), browser("an")
        an.post(start, {"pasted": "Tên\tGiá\nHạt\t50000"})
        Counted.objects.update(count=60)
        page = an.post(start, {"pasted": "Tên\tGiá\nHạt\t50000"}).content.decode()
        assert "Hôm nay bạn đã gửi quá nhiều bảng. Hãy gửi tiếp sau 24 giờ." in page
        assert ImportBatch.objects.count() == 1


class TestOurOwnSheet:
    def bring(self, browser: Any, content: bytes) -> Any:
        file = SimpleUploadedFile("hang.xlsx", content)
        return browser("an").post(reverse("seller_import_start"), {"file": file})

    def test_it_needs_nobody_to_say_which_column_is_which(self, desk: ListDesk, listing: Listing, browser: Any) -> None:
        answer = self.bring(browser, desk.out())
        batch = ImportBatch.objects.get()
        assert answer["Location"] == reverse("seller_import_batch", args=[batch.pk])
        assert (batch.state, batch.unchanged, batch.created, batch.changed, batch.refused) == ("previewed", 1, 0, 0, 0)
        page = browser("an").get(answer["Location"]).content.decode()
        assert "Không có gì thay đổi." in page and "Cần chú ý" not in page

    def test_any_other_is_asked_about(self, desk: ListDesk, browser: Any) -> None:
        answer = self.bring(browser, xlsx([HEADS, ROW]))
        batch = ImportBatch.objects.get()
        assert batch.state == "draft" and answer["Location"] == reverse("seller_import_mapping", args=[batch.pk])

    def test_money_is_grouped_in_the_preview(self, desk: ListDesk, listing: Listing, browser: Any) -> None:
        sheet = desk.out()
        Listing.objects.update(price=60_000)
        page = browser("an").get(self.bring(browser, sheet)["Location"]).content.decode()
        assert "<del>60.000\u00a0đ</del> <ins>50.000\u00a0đ</ins>" in page


def test_photos_of_a_person_are_counted(shop: Shop, listing: Listing, browser: Any) -> None:
    an: Client = browser("an")
    where = reverse("seller_photo_upload")
    assert "id" in an.post(where, {"photo": upload()}).json()
    Counted.objects.update(count=1_000)
    many = Photo.objects.count()
    said = an.post(where, {"photo": upload(content=picture(5))}).json()
    turn = an.post(reverse("seller_photo_turn", args=[listing.photos.get().photo_id]), {"way": "left"}).json()
    assert said == turn == {"sentence": "Hôm nay bạn đã gửi hơn 1.000 ảnh. Hãy gửi tiếp vào ngày mai."}
    assert Photo.objects.count() == many


class TestAbandoned:
    def test_what_nothing_shows_goes_after_a_day(
        self, shop: Shop, listing: Listing, people: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        shown = listing.photos.get().photo
        lost = take_photo(upload=upload(content=picture(5)), by=people.viewer("an"))
        assert remove_abandoned_photos() == 0
        old()
        with django_capture_on_commit_callbacks(execute=True):
            assert remove_abandoned_photos() == 1
        assert not Path(lost.large.path).exists() and set(Photo.objects.all()) == {shown}

    def test_sent_again_it_is_new(self, shop: Shop, people: Any) -> None:
        one = take_photo(upload=upload(content=picture(5)), by=people.viewer("an"))
        old()
        assert take_photo(upload=upload(content=picture(5)), by=people.viewer("an")) == one
        assert remove_abandoned_photos() == 0

    def test_what_a_draft_holds_stays(self, shop: Shop, people: Any) -> None:
        an = people.viewer("an")
        photos = [take_photo(upload=upload(content=picture(number)), by=an) for number in range(4)]
        values = {name: str(photo.pk) for name, photo in zip(("kept", "removed", "turned"), photos, strict=False)}
        drafts.save_draft(shop=shop, sku="LS1", values=values, seen="", over=False, by=an)
        old()
        assert remove_abandoned_photos() == 1
        assert set(Photo.objects.all()) == set(photos[:3])

    def test_what_an_unfinished_list_or_an_undo_needs_stays(self, desk: ListDesk, shop: Shop) -> None:
        listing = make_listing(shop)
        before = listing.photos.get().photo
        batch = desk.bring([[listing.sku, *[""] * 6, "a.jpg", ""]], {"a.jpg": picture(1)})
        assert (batch.changed, ListingPhoto.objects.filter(photo=before).exists()) == (1, False)
        waiting = desk.preview([["", "Khác", *ROW[2:]]], {"a.jpg": picture(1)})
        ListingPhoto.objects.all().delete()
        old()
        assert remove_abandoned_photos() == 0
        cancel_import(batch=waiting, by=desk.viewer)
        assert remove_abandoned_photos() == 1  # the picture of the list; the one before is the undo's
        assert list(Photo.objects.all()) == [before] and not SheetPicture.objects.exists()


def old() -> None:
    Photo.objects.update(uploaded_at=clock.now() - timedelta(days=1, minutes=1))
