"""Share cards: drawn once, named by what stands on them, never for what may not be advertised."""

from __future__ import annotations

import io
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client
from PIL import Image

from market.goods.models import Category
from market.listings.models import Listing, ListingPhoto
from market.shops.models import Shop
from market.storefront import actions
from market.storefront.drawing.lettering import BOLD, face, ready, wrap
from market.storefront.queries.sharing import card_of_product, card_of_shop


def address_of(listing: Listing) -> str:
    card = card_of_product(listing.slug)
    assert card is not None
    return f"/san-pham/{listing.slug}/chia-se-{card.digest}.jpg"


def test_drawn_once_and_kept(listing: Listing, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    drawn: list[str] = []
    real = actions.draw_card
    monkeypatch.setattr(actions, "draw_card", lambda facts, photo: drawn.append(facts.name) or real(facts, photo))
    first, second = (Client().get(address_of(listing)) for _ in range(2))
    assert first.content == second.content
    assert drawn == ["Hạt điều rang"]
    assert Image.open(io.BytesIO(first.content)).size == (1200, 630)
    assert "immutable" in first["Cache-Control"]

    old = address_of(listing)
    Listing.objects.update(price=60_000)
    answer = Client().get(old)
    assert (answer.status_code, answer["Location"]) == (302, address_of(listing))
    assert Client().get(address_of(listing)).status_code == 200
    kept = list((Path(settings.MEDIA_ROOT) / "cards").iterdir())
    assert len(kept) == 1, "the card of yesterday is gone"
    assert len(drawn) == 2


def test_spirits_have_none(listing: Listing) -> None:
    address = address_of(listing)
    Listing.objects.update(category=Category.objects.get(code="ruou-trai-cay"), alcohol=295)
    assert Client().get(address).status_code == 404
    assert "og:image" not in Client().get(f"/san-pham/{listing.slug}").content.decode()


@pytest.mark.parametrize("state", [Shop.State.DRAFT, Shop.State.CLOSED])
def test_what_is_not_shown_has_none(listing: Listing, state: str) -> None:
    address = address_of(listing)
    Shop.objects.update(state=state)
    assert card_of_shop(listing.shop.slug) is None
    assert Client().get(address).status_code == 404


def test_a_photo_that_is_gone_does_not_hinder(listing: Listing) -> None:
    Path(listing.photos.get().photo.large.path).unlink()
    assert Client().get(address_of(listing)).status_code == 200
    ListingPhoto.objects.all().delete()
    assert Client().get(address_of(listing)).status_code == 200


def cards(settings: Any) -> Path:
    folder = Path(settings.MEDIA_ROOT) / "cards"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_a_new_card_takes_the_place_of_its_own_earlier_ones_only(listing: Listing, settings: Any) -> None:
    Shop.objects.update(slug="vuon")
    digest = "0123456789abcdef"
    names = [f"shop-vuon-{digest}.jpg", f"shop-vuon-{digest}_aB3xY7z.jpg", f"shop-vuon-anh-an-{digest}.jpg", "khac.txt"]
    for name in names:
        (cards(settings) / name).write_bytes(b"x")
    card = card_of_shop("vuon")
    assert card is not None
    actions.kept_card(card, of="shop-vuon")
    left = {each.name for each in cards(settings).iterdir()}
    assert left == {f"shop-vuon-{card.digest}.jpg", f"shop-vuon-anh-an-{digest}.jpg", "khac.txt"}


def test_a_card_deleted_while_it_is_asked_for_is_drawn_again(
    listing: Listing, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    Client().get(address_of(listing))
    [kept] = cards(settings).iterdir()
    monkeypatch.setattr(FileSystemStorage, "exists", lambda *_: True)  # it was, a moment ago
    kept.unlink()
    answer = Client().get(address_of(listing))
    assert answer.status_code == 200 and Image.open(io.BytesIO(answer.content)).size == (1200, 630)


def test_cards_of_what_is_no_longer_shown_go_after_a_day(
    listing: Listing, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = "0123456789abcdef"
    shown = {f"product-{listing.slug}-{digest}.jpg", f"shop-{listing.shop.slug}-{digest}.jpg", "khac.txt"}
    gone = {f"product-khong-co-{digest}.jpg", f"shop-khong-co-{digest}.jpg"}
    for name in shown | gone:
        (cards(settings) / name).write_bytes(b"x")
    assert actions.remove_unused_cards() == 0
    monkeypatch.setattr(actions, "UNUSED_AFTER", timedelta(0))
    assert actions.remove_unused_cards() == 2
    assert {each.name for each in cards(settings).iterdir()} == shown
    Listing.objects.update(state=Listing.State.PAUSED)
    assert actions.remove_unused_cards() == 1


def test_letters_are_composed_and_signs_without_a_letter_left_out() -> None:
    name = "Rượu nếp cẩm Bắc Ruộng"
    assert ready(unicodedata.normalize("NFD", name)) == name
    assert ready("Xoài 🥭 cát\u200b\n Hòa Lộc") == "Xoài cát Hòa Lộc"
    assert ready("Y Ŏŭ Ƀ") == "Y Ou B"
    every = "aáàảãạăắằẳẵặâấầẩẫậbcdđeéèẻẽẹêếềểễệghiíìỉĩịklmnoóòỏõọôốồổỗộơớờởỡợpqrstuúùủũụưứừửữựvxyýỳỷỹỵ"
    assert ready(every + every.upper()) == every + every.upper()


def test_long_names_are_wrapped_and_shortened_last() -> None:
    measure = face(BOLD, 40).getlength
    lines = wrap("Rượu nếp cẩm ủ chum sành ba năm " * 4, 500, measure, 3)
    assert len(lines) == 3 and lines[-1].endswith("…")
    assert all(measure(line) <= 500 for line in lines)
    assert wrap("nghiêng" * 20, 500, measure, 9)[0] != ""
    assert "".join(wrap("nghiêng" * 20, 500, measure, 99)) == "nghiêng" * 20
    assert wrap("Một hai", 500, measure, 3) == ["Một hai"]
