"""Cure words are found however they are typed, and words that only look like them are left alone."""

from __future__ import annotations

import unicodedata

import pytest

from market.goods.claims import find_phrases
from market.goods.models import GoodsRule


def held() -> GoodsRule:
    return GoodsRule.objects.get(code="loi-chua-benh")


GUILTY = [
    ("Mật ong chữa bệnh dạ dày.", "chữa bệnh"),
    ("MẬT ONG CHỮA BỆNH DẠ DÀY", "chữa bệnh"),
    ("mat ong chua benh da day", "chữa bệnh"),
    ("Mat ong CHUA BENH", "chữa bệnh"),
    (unicodedata.normalize("NFD", "Trà này đặc trị tiểu đường"), "đặc trị"),
    ("Tra nay dac tri tieu duong", "đặc trị"),
    ("Nước này ĐIỀU TRỊ ho", "điều trị"),
    ("Uống là chữa-bệnh liền", "chữa bệnh"),
    ("chữa\u200b bệnh", "chữa bệnh"),
    ("ｃhữa bệnh", "chữa bệnh"),
    ("chữa\u00a0bệnh", "chữa bệnh"),
    ("Bài thuốc gia truyền", "bài thuốc"),
    ("Dùng thay thế thuốc huyết áp", "thay thế thuốc"),
]
INNOCENT = [
    "Hạt điều trị giá 50.000 đ một gói.",
    "Gói hạt điều, trị giá 50.000 đ.",
    "Quả chua, khỏi lo ngọt gắt.",
    "Quà chua khỏi chê",
    "Vườn chưa bệnh bao giờ",
    "Thầy thuốc ưu tú cũng khen ngon.",
    "Giá trị dinh dưỡng cao, giá trị bền lâu.",
    "Sản phẩm này không phải là thuốc và không có tác dụng thay thế thuốc chữa bệnh.",
    "SẢN PHẨM NÀY KHÔNG PHẢI LÀ THUỐC, KHÔNG CÓ TÁC DỤNG THAY THẾ THUỐC CHỮA BỆNH",
    "Vườn không dùng thuốc trừ sâu.",
    "Dưa muối chua. Bệnh viện đặt mỗi tuần.",
    "Cây trồng hết bệnhviện",
    "",
]


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "phrase"), GUILTY)
def test_a_cure_word_is_found(text: str, phrase: str) -> None:
    rule = held()
    assert phrase in find_phrases(text, rule.words, rule.innocent)


@pytest.mark.django_db
@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_words_are_left_alone(text: str) -> None:
    rule = held()
    assert find_phrases(text, rule.words, rule.innocent) == []


@pytest.mark.django_db
def test_an_excuse_covers_only_its_own_place() -> None:
    rule = held()
    text = "Không thay thế thuốc chữa bệnh, nhưng uống vào là chữa bệnh ho."
    assert find_phrases(text, rule.words, rule.innocent) == ["chữa bệnh"]


def test_one_spelling_wherever_the_tone_stands() -> None:
    assert find_phrases("xóa bệnh", ["xoá bệnh"]) == ["xoá bệnh"]
