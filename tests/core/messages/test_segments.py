"""What an SMS costs: the alphabet, the parts, and texts without marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages.segments import cost, without_marks


@pytest.mark.parametrize(
    ("text", "alphabet", "places", "parts"),
    [
        ("", "gsm7", 0, 0),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("[QC] " + "a" * 153, "gsm7", 160, 1),  # a bracket takes two places
        ("[QC] " + "a" * 154, "gsm7", 161, 2),
        ("a" * 152 + "[" + "a" * 153, "gsm7", 307, 3),  # it is not split between two parts: 152, 2 + 151, 2
        ("ă" * 70, "ucs2", 70, 1),
        ("ă" * 71, "ucs2", 71, 2),
        ("a" * 100 + "ộ", "ucs2", 101, 2),
        ("ă" * 134, "ucs2", 134, 2),
        ("ă" * 135, "ucs2", 135, 3),
        ("🌾" * 35, "ucs2", 70, 1),
        ("🌾" * 36, "ucs2", 72, 2),
        ("à ù é", "gsm7", 5, 1),  # these few marks are in the alphabet
    ],
)
def test_what_a_text_costs(text: str, alphabet: str, places: int, parts: int) -> None:
    found = cost(text)
    assert (found.alphabet, found.places, found.parts) == (alphabet, places, parts)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Vườn anh An – đã duyệt “Hạt điều”…", 'Vuon anh An - da duyet "Hat dieu"...'),
        ("Đặng Thị Ngọc Ánh, 50.000 ₫", "Dang Thi Ngoc Anh, 50.000 d"),
        ("Vu\u031bo\u031b\u0300n", "Vuon"),  # as phones send it, decomposed
        ("gạo 🌾 ngon", "gao ? ngon"),
        ("тест", "????"),  # Cyrillic letters that look like ours
    ],
)
def test_texts_without_marks(text: str, plain: str) -> None:
    assert without_marks(text) == plain


@given(st.text(max_size=400))
def test_without_marks_is_always_cheap(text: str) -> None:
    plain = without_marks(text)
    found = cost(plain)
    assert found.alphabet == "gsm7"
    assert found.parts <= 1 or found.places > 160
    assert without_marks(plain) == plain
