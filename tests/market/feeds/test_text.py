"""Texts become plain, and are cut between characters."""

from __future__ import annotations

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.feeds.text import cut, line, no_formula, plain


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("  Mắm \t nhĩ \r\n\r\n\r\n\r\n ngon  ", "Mắm nhĩ\n\nngon"),
        ("<p>Hạt&nbsp;điều</p><script>x()</script>", "Hạt điều x()"),
        ("&amp;lt;b&amp;gt;đậm", "đậm"),
        ("dưới <3 kg & rẻ", "dưới <3 kg & rẻ"),
        ("a\u0302\u0301n", "ấn"),
        ("x\x00\x07\x85\u202ey\ufffez\ue000", "xyz"),
        ("\ud83c", ""),
        ("🫨 mới", "🫨 mới"),
        ("👩🏽‍🌾", "👩🏽‍🌾"),
        ("một\u2028hai", "một\nhai"),
        ("&#1;&#xFFFE;&#13;x", "x"),
    ],
)
def test_plain(written: str, told: str) -> None:
    assert plain(written) == told


def test_line() -> None:
    assert line(" Nước\nmắm\u2029nhĩ ") == "Nước mắm nhĩ"


@pytest.mark.parametrize(
    ("written", "limit", "told"),
    [
        ("hạt điều", 8, "hạt điều"),
        ("hạt điều", 7, "hạt đi…"),
        ("hạt điều", 5, "hạt…"),
        ("🌰🌰🌰", 6, "🌰🌰🌰"),
        ("🌰🌰🌰", 5, "🌰🌰…"),
        ("abc\u0323\u0323de", 5, "ab…"),
    ],
)
def test_cut(written: str, limit: int, told: str) -> None:
    assert cut(written, limit) == told


@given(st.text(), st.integers(1, 20))
def test_nothing_that_is_plain_can_be_made_plainer_or_too_long(text: str, limit: int) -> None:
    told = plain(text)
    assert plain(told) == told == html.unescape(told) == unicodedata.normalize("NFC", told)
    short = cut(told, limit)
    assert len(short.encode("utf-16-le")) <= 2 * limit
    assert short == told or short.endswith("…")


@pytest.mark.parametrize("written", ["=1+1", "-- Mắm", " +84", "@a", "＝1", "- \n=1"])
def test_no_formula(written: str) -> None:
    assert no_formula(written)[:1] not in tuple("=+-@＝＋－＠ \n")
    assert no_formula("Mắm = ngon - rẻ") == "Mắm = ngon - rẻ"
