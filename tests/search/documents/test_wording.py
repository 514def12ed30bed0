"""Words: the same for what is stored and what is asked."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from core.kit.text import fold_words
from search.documents.wording import LONGEST_WORD, folded_text, folded_word, raw_text, raw_words


def test_words_as_written_and_folded() -> None:
    raw = raw_text("Nước mắm «Phan Thiết», 40°N", "chai 500ml")
    assert raw == "nước mắm phan thiết 40 n chai 500ml"
    assert folded_text(raw) == "nuoc mam phan thiet 40 n chai 500ml"


def test_two_schools_of_tones_are_one_word() -> None:
    pairs = [("hòa", "hoà"), ("khỏe", "khoẻ"), ("thủy", "thuỷ"), ("Đóa", "đoá"), ("úy", "uý")]
    assert all(raw_words(one) == raw_words(other) for one, other in pairs)
    assert raw_words("toán") == ["toán"]
    assert raw_words("của") != raw_words("cuả")


def test_a_word_of_another_script_has_no_folded_form() -> None:
    assert (folded_word("数"), folded_text("trà 数 xanh")) == ("", "tra xanh")


@given(st.text())
def test_words_are_safe_single_and_short(text: str) -> None:
    for word in raw_words(text):
        assert 0 < len(word) <= LONGEST_WORD
        assert word.isalnum()


@given(st.text(alphabet="aăâđêôơưAĂÂĐÊÔƠƯàảãáạyýuúoò bcd-,.19", max_size=60))
def test_form_of_input_and_case_do_not_matter(text: str) -> None:
    raw = raw_text(text)
    assert raw_text(unicodedata.normalize("NFD", text)) == raw
    assert raw_text(text.upper()) == raw
    assert folded_text(raw) == fold_words(text)
