"""Phone numbers as people and spreadsheets write them."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kit.phones import NotAPhone, is_of_before_2018, masked, national, normalise


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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0162", "032"), ("0163", "033"), ("0164", "034"), ("0165", "035"), ("0166", "036"), ("0167", "037"), ("0168", "038"),
        ("0169", "039"), ("0120", "070"), ("0121", "079"), ("0122", "077"), ("0126", "076"), ("0128", "078"), ("0123", "083"),
        ("0124", "084"), ("0125", "085"), ("0127", "081"), ("0129", "082"), ("0186", "056"), ("0188", "058"), ("0199", "059"),
    ],
)  # fmt: skip
def test_eleven_digits_of_before_2018_have_their_new_beginning(old: str, new: str) -> None:
    now = f"+84{new[1:]}2345678"
    for written in (
        f"{old}2345678",
        f"{old} 234 5678",
        f"{old[1:]}2345678",
        f"84{old[1:]}2345678",
        f"+84{old[1:]}2345678",
    ):
        assert (normalise(written), is_of_before_2018(written)) == (now, True)
    assert not is_of_before_2018(now)


@pytest.mark.parametrize("written", ["01601234567", "0170 2345678", "01112345678", "016823456789"])
def test_other_eleven_digits_are_no_phone(written: str) -> None:
    with pytest.raises(NotAPhone):
        normalise(written)


@given(st.integers(min_value=200_000_000, max_value=999_999_999))
def test_the_short_way_says_what_the_library_says(number: int) -> None:
    parsed = phonenumbers.parse(f"+84{number}", None)
    is_mobile = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
    try:
        found = normalise(str(number))
    except NotAPhone:
        assert not is_mobile
        return
    shown = phonenumbers.format_number(phonenumbers.parse(found, None), phonenumbers.PhoneNumberFormat.NATIONAL)
    assert national(found) == shown and (not is_mobile or found == f"+84{number}")


def test_shown_and_masked() -> None:
    assert national("+84912345678") == "0912 345 678"
    assert masked("+84912345678") == "091… …678"
    assert (national(""), masked("")) == ("", "")
