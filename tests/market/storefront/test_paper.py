"""Posters and labels: who may print them, and every Vietnamese letter as it was written."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import pairwise

import pypdfium2
import pytest
from django.test import Client

from market.goods.models import Category
from market.listings.models import Listing
from market.shops.models import Shop
from market.storefront.drawing.paper import A4, A6, LabelFacts, draw_label
from tests.market.conftest import Browser

POINTS = 72 / 25.4


def read(content: bytes) -> tuple[str, tuple[float, float]]:
    """The text of a one-page PDF, words separated by single spaces, and its size in millimetres."""
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 1
    size = document[0].get_size()
    text = document[0].get_textpage().get_text_range()
    return " ".join(text.split()), (size[0] / POINTS, size[1] / POINTS)


LETTERS = "Rượu đế Gò Đen ủ mẻ ướp sả, ngẫm nghĩ khuyếch kỹ ưỡn Ẵ Ỹ Ử Ợ"


FEW_WORDS = LabelFacts(
    name="Hạt điều rang", size="500 g", price="50.000 đ / gói", by_measure="100.000 đ/kg", stars=0, certificate="",
    maker="Hộ Nguyễn Văn An", place="xã Bắc Ruộng, tỉnh Lâm Đồng", sku="LS1", address="https://lensan.example/san-pham/a",
    adults_only=False, dated="",
)  # fmt: skip


def test_the_poster_says_who_and_where(shop: Shop, browser: Browser) -> None:
    Shop.objects.update(name=unicodedata.normalize("NFD", LETTERS), hours="7 giờ đến 18 giờ")
    answer = browser("an").get("/nguoi-ban/gian-hang/ap-phich.pdf")
    assert answer["Content-Type"] == "application/pdf"
    text, size = read(answer.content)
    commune = shop.producer.commune
    for words in (LETTERS, "Hộ Nguyễn Văn An", f"{commune}, {commune.parent}", "Quét mã để xem hàng và đặt mua",
                  f"http://127.0.0.1:8000/gian-hang/{shop.slug}", "Giờ bán: 7 giờ đến 18 giờ"):  # fmt: skip
        assert words in text
    assert size == pytest.approx(A4, abs=0.5)


def test_the_label_fits_a_shelf_or_four_on_a_sheet(listing: Listing, browser: Browser) -> None:
    Listing.objects.update(name=LETTERS, net_weight=500, unit="bottle", alcohol=295)
    address = f"/nguoi-ban/san-pham/{listing.sku}/nhan.pdf"
    text, size = read(browser("binh").get(address).content)
    for words in (LETTERS, "50.000 đ / chai", "100.000 đ/kg", "500 g", "Hộ Nguyễn Văn An", f"Mã {listing.sku}",
                  "Chỉ bán cho người từ đủ 18 tuổi."):  # fmt: skip
        assert words in text.replace("\u00a0", " ")
    assert size == pytest.approx(A6, abs=0.5)
    four, sheet = read(browser("an").get(f"{address}?to=4").content)
    assert four.count(f"Mã {listing.sku}") == 4
    assert sheet == pytest.approx(A4, abs=0.5)


def test_a_label_with_few_words_is_not_half_empty(listing: Listing, browser: Browser) -> None:
    Listing.objects.update(category=Category.objects.get(code="ruou-trai-cay"), alcohol=None)
    content = browser("an").get(f"/nguoi-ban/san-pham/{listing.sku}/nhan.pdf").content
    assert "từ đủ 18 tuổi" in read(content)[0], "also where the degree is not said"
    for adults_only in (True, False):
        page = pypdfium2.PdfDocument(draw_label(replace(FEW_WORDS, adults_only=adults_only)))[0]
        rows = page.render(scale=1).to_pil().convert("L")
        inked = [y for y in range(rows.height) if rows.crop((0, y, rows.width, y + 1)).getextrema()[0] < 128]
        assert max(below - above for above, below in pairwise(inked)) < rows.height / 8


def test_only_the_shops_own_people_print(listing: Listing, browser: Browser) -> None:
    address = f"/nguoi-ban/san-pham/{listing.sku}/nhan.pdf"
    assert Client().get(address).status_code == 302
    assert browser("dung").get(address).status_code == 404
    assert browser("dung").get("/nguoi-ban/gian-hang/ap-phich.pdf").status_code == 404
    Listing.objects.update(state=Listing.State.DRAFT)
    assert browser("an").get(address).status_code == 404
