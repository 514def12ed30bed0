"""Folding, sorting and cleaning Vietnamese text."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kit.text import fold, fold_words, nfc, plain_text, slug, sort_key, squeeze

# Vietnamese letters and marks, composed and not, with what turns up between them in real sheets.
MESSY = st.text(
    alphabet=st.sampled_from("aăâbcdđeêioôơuưyAĐÊƠ áàảãạấầẩẫậ\u0300\u0301\u0302\u0323\u0306\u031b\u200b\u00a0\t-,09")
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Đặng Thị Ngọc Ánh", "dang thi ngoc anh"),
        ("NƯỚC MẮM PHAN THIẾT", "nuoc mam phan thiet"),
        ("hoà", "hoa"),
        ("hòa", "hoa"),
        ("Bưởi da xanh – 1,5 kg", "buoi da xanh – 1,5 kg"),
        ("Quýt Đường", "quyt duong"),
    ],
)
def test_fold_takes_every_vietnamese_mark_away(written: str, folded: str) -> None:
    assert fold(written) == folded
    assert fold(unicodedata.normalize("NFD", written)) == folded


@given(st.one_of(MESSY, st.text()))
def test_folding_does_not_depend_on_how_marks_are_encoded_and_is_done_once(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))
    assert fold_words(fold(text)) == fold_words(text)
    assert fold_words(fold_words(text)) == fold_words(text)


@given(st.one_of(MESSY, st.text()))
def test_squeezed_text_is_composed_and_stays_as_it_is(text: str) -> None:
    once = squeeze(text)
    assert unicodedata.is_normalized("NFC", once)
    assert squeeze(once) == once
    assert "  " not in once and once == once.strip()


def test_squeeze_takes_out_what_nobody_sees() -> None:
    assert squeeze("\ufeff Nguyễn\u00a0Văn\u200b An\t\x00") == "Nguyễn Văn An"
    assert squeeze("e\u200b\u0301") == "é"


@given(MESSY, st.integers(min_value=5, max_value=60))
def test_slugs_are_short_address_parts(text: str, limit: int) -> None:
    made = slug(text, limit)
    assert len(made) <= limit
    assert not made.startswith("-") and not made.endswith("-") and "--" not in made
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_slug_is_cut_at_a_word() -> None:
    assert slug("Nước mắm Phan Thiết", limit=12) == "nuoc-mam"


ALPHABET = ["a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g", "h", "i", "k", "l", "m", "n", "o", "ô", "ơ", "p", "q"]
ALPHABET += ["r", "s", "t", "u", "ư", "v", "x", "y"]


def shuffled(words: list[str]) -> list[str]:
    """The same words in another order, the same one every time."""
    return random.Random(7).sample(words, len(words))


def test_letters_sort_as_in_the_vietnamese_alphabet() -> None:
    assert sorted(shuffled(ALPHABET), key=sort_key) == ALPHABET
    decomposed = [unicodedata.normalize("NFD", letter) for letter in ALPHABET]
    assert sorted(shuffled(decomposed), key=sort_key) == decomposed


def test_tones_decide_only_between_equal_letters() -> None:
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma"], key=sort_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]
    assert sorted(["Hoàng", "Hoà", "Hoa", "Họa Mi"], key=sort_key) == ["Hoa", "Hoà", "Họa Mi", "Hoàng"]


def test_the_shorter_of_two_names_comes_first() -> None:
    names = ["Bình", "Bình An", "Bình Thuận", "Bình Thuận Nam", "Bính"]
    assert sorted(shuffled(names), key=sort_key) == ["Bình", "Bính", "Bình An", "Bình Thuận", "Bình Thuận Nam"]
    assert sorted(["baa", "bá", "ba"], key=sort_key) == ["ba", "bá", "baa"]


def test_names_of_places_sort_with_d_before_dd() -> None:
    places = ["Đồng Nai", "Dĩ An", "Cà Mau", "An Giang", "Ea Súp", "Ăng Kha", "Đà Nẵng", "Dak Lua"]
    assert sorted(places, key=sort_key) == [
        "An Giang", "Ăng Kha", "Cà Mau", "Dak Lua", "Dĩ An", "Đà Nẵng", "Đồng Nai", "Ea Súp",
    ]  # fmt: skip


@given(st.text())
def test_any_text_can_be_sorted_and_encoding_does_not_matter(text: str) -> None:
    assert sort_key(nfc(text)) == sort_key(unicodedata.normalize("NFD", text))


def test_plain_text_keeps_lines_but_no_control_characters() -> None:
    assert plain_text("  Dòng một \r\n\n\n\n\x1b[31mDòng\thai\x00 ", 100) == "Dòng một\n\n[31mDòng hai"
    assert plain_text("abcdef", 3) == "abc"
