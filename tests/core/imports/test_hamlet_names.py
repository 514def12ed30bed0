"""When two written names mean the same hamlet."""

from __future__ import annotations

import unicodedata

import pytest

from core.imports.hamlets.names import hamlet_name


@pytest.mark.parametrize(
    ("one", "other", "same", "could"),
    [
        ("Thôn 1", "THÔN 01", True, True),
        ("Thôn 1", "1", True, True),
        ("Thôn 1", "Ấp 1", False, False),
        ("Thôn 1", "Thôn 11", False, False),
        ("Khu phố 3", "KP3", True, True),
        ("KP. 3", "khu phố 03", True, True),
        ("Ấp Hòa Bình", "ấp HOÀ BÌNH", True, True),
        ("Thôn Lộc Thành", "Thôn Lộc Thạnh", False, True),
        ("Thôn Bàu Cát", "Thon Bau Cat", False, True),
        ("Bàu Cát", "Thôn Bàu Cát", True, True),
        ("Tổ dân phố 2", "TDP 2", True, True),
        ("Thôn 3A", "Thôn 3B", False, False),
        ("Làng Chài", "làng chài", True, True),
    ],
)
def test_two_names(one: str, other: str, same: bool, could: bool) -> None:
    first, second = hamlet_name(one), hamlet_name(unicodedata.normalize("NFD", other))
    assert (first.is_same_as(second), first.could_be(second)) == (same, could)
    assert (second.is_same_as(first), second.could_be(first)) == (same, could)
