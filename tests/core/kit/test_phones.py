"""Phone numbers as people and spreadsheets write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kit.phones import NotAPhone, masked, national, normalise


@pytest.mark.parametrize(
    "written",
    [
        "0912345678",
        "912345678",
        "0912 345 678",
        "0912.345.678",
        "84912345678",
        "+84912345678",
        "+84 (0)912 345 678",
        "0084912345678",
        "\xa00912-345-678 ",
        "(091) 2345678",
    ],
)
def test_one_mobile_number_in_many_spellings(written: str) -> None:
    assert normalise(written) == "+84912345678"


@pytest.mark.parametrize("written", ["0252 3821 234", "02523821234", "(0252) 3821234", "2523821234"])
def test_landlines_are_phones(written: str) -> None:
    assert normalise(written) == "+842523821234"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "không có",
        "113",
        "091234567",
        "09123456789",
        "0912345678/0987654321",
        "0112345678",
        "+1 650 253 0000",
        "1900 6900",
        "18001234",
        "123456789",
        "0" * 500,
    ],
)
def test_what_is_no_persons_number_is_refused(written: str) -> None:
    with pytest.raises(NotAPhone):
        normalise(written)


@given(st.text())
def test_any_text_is_a_phone_or_is_refused(text: str) -> None:
    try:
        found = normalise(text)
    except NotAPhone:
        return
    assert normalise(found) == found
    assert normalise(national(found)) == found


def test_shown_and_masked() -> None:
    assert national("+84912345678") == "0912 345 678"
    assert masked("+84912345678") == "091… …678"
    assert (national(""), masked("")) == ("", "")
