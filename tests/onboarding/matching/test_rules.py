"""How alike two households are: names, numbers, and what speaks against it."""

from __future__ import annotations

import random
import unicodedata

import pytest

from onboarding.matching.rules.likeness import (
    THRESHOLD,
    Keys,
    Likeness,
    is_near_name,
    is_same_name,
    likeness,
    reason_words,
)

NAME = "Nguyễn Văn An"


def keys(name: str = NAME, *, hamlet: int = 1, year: int | None = None, **numbers: str) -> Keys:
    """A household; numbers by kind: person, tax, account, phone."""
    sets = {kind: frozenset({value}) for kind, value in numbers.items()}
    nothing: frozenset[str] = frozenset()
    return Keys(
        name,
        hamlet,
        year,
        sets.get("person", nothing),
        sets.get("tax", nothing),
        sets.get("account", nothing),
        sets.get("phone", nothing),
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Trần Văn Hòa", "Trần Văn Hoà"),
        ("Lê Thị Thủy", "LÊ THỊ THUỶ"),
        ("Nguyễn Văn An", unicodedata.normalize("NFD", "Nguyễn Văn An")),
        ("Nguyễn Văn An", "  nguyễn   văn an "),
        ("Nguyễn Văn An", "Nguyen Van An"),
        ("Đặng Đình Đô", "Dang Dinh Do"),
    ],
)
def test_the_same_name_in_another_spelling(one: str, other: str) -> None:
    assert is_same_name(one, other) and is_same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nguyễn Văn An", "Nguyễn Văn Ân"),
        ("Nguyễn Văn Hùng", "Nguyễn Văn Hưng"),
        ("Nguyễn Văn Anh", "Nguyễn Văn An"),
        ("Nguyễn Văn An", "Nguyễn Vân An"),
        ("Phạm Thị Nghĩa", "Phạm Thị Ngiã"),
        ("Phạm Thị Kim Oanh", "Phạm Thị Oanh"),
        ("Phạm Oanh", "Phạm Thị Kim Oanh"),
        ("Trần Minh Quân", "Trần Mnih Quân"),
    ],
)
def test_a_name_with_a_slip_is_near_and_not_the_same(one: str, other: str) -> None:
    assert is_near_name(one, other) and is_near_name(other, one)
    assert not is_same_name(one, other) and not is_same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nguyễn Văn An", "Nguyễn Thị An"),
        ("Nguyễn Văn An", "Nguyễn Văn Bình"),
        ("Nguyễn Văn An", "Trần Văn An"),
        ("Lê An", "Lê Ân Anh"),
        ("An", "Anh"),
        ("", "Lê An"),
    ],
)
def test_other_names(one: str, other: str) -> None:
    assert not is_near_name(one, other) and not is_near_name(other, one)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (keys(), keys(), Likeness(50, ("name",))),
        (keys(), keys(hamlet=2), Likeness(0, ())),
        (keys(), keys("Nguyễn An"), Likeness(30, ("near_name",))),
        (keys(year=1970), keys("Nguyễn An", year=1970), Likeness(50, ("near_name", "birth_year"))),
        # Two Nguyễn Văn An of one hamlet: what is known of them keeps them apart.
        (keys(year=1970), keys(year=1982), Likeness(25, ("name",))),
        (keys(phone="a"), keys(phone="b"), Likeness(35, ("name",))),
        (keys(person="a"), keys(person="b"), Likeness(0, ("name",))),
        (keys(year=1970, phone="a"), keys(year=1982, phone="b"), Likeness(10, ("name",))),
        # One person with two phones.
        (keys(year=1970, phone="a"), keys(year=1970, phone="b"), Likeness(55, ("name", "birth_year"))),
        # Numbers speak for themselves, whatever the names say.
        (keys("Lê Thị Bé", phone="a"), keys(hamlet=2, phone="a"), Likeness(55, ("phone",))),
        (keys("Lê Thị Bé", year=1970, phone="a"), keys(year=1990, phone="a"), Likeness(55, ("phone",))),
        (keys("Lê Thị Bé", account="a"), keys(account="a"), Likeness(60, ("bank_account",))),
        (keys("Lê Thị Bé", tax="a"), keys(hamlet=2, tax="a"), Likeness(80, ("tax_code",))),
        (keys(person="a"), keys("Ng V An", hamlet=2, person="a"), Likeness(95, ("personal_id",))),
        (keys(phone="a"), keys("Nguyễn An", phone="a"), Likeness(85, ("phone", "near_name"))),
        (keys(person="a", phone="b"), keys(person="a", phone="b"), Likeness(100, ("personal_id", "phone", "name"))),
        # A wife's and a husband's card, one phone: still worth a look.
        (keys("Lê Thị Bé", person="a", phone="c"), keys(person="b", phone="c"), Likeness(55, ("phone",))),
    ],
)
def test_scores(one: Keys, other: Keys, expected: Likeness) -> None:
    assert likeness(one, other) == expected == likeness(other, one)
    assert expected.is_enough is (expected.score >= THRESHOLD)


def test_a_hamlet_of_strangers_gives_officers_nothing_to_do() -> None:
    """300 houses, names as common as they are, each with its own phone and a birth year: of 44,850 pairs none that differ
    in the year is shown, and those that are shown have one name and one year."""
    chance = random.Random(4)
    surnames = random.Random(1).choices(["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Võ"], [38, 12, 10, 7, 5, 5], k=300)
    middle = ["Văn", "Thị", "Văn", "Thị", "Minh"]
    given = ["An", "Anh", "Bình", "Hà", "Hòa", "Hoa", "Lan", "Hùng", "Hưng"]
    houses = [
        keys(
            f"{surname} {chance.choice(middle)} {chance.choice(given)}",
            year=chance.randint(1945, 1995),
            phone=str(number),
        )
        for number, surname in enumerate(surnames)
    ]
    pairs = [(one, other) for number, one in enumerate(houses) for other in houses[:number]]
    named_alike = [pair for pair in pairs if is_same_name(pair[0].name, pair[1].name)]
    shown = [pair for pair in pairs if likeness(*pair).is_enough]
    assert len(pairs) == 44_850 and len(named_alike) > 500
    assert len(shown) < 25 and all(one.birth_year == other.birth_year for one, other in shown)


def test_reasons_have_words() -> None:
    codes = ("personal_id", "tax_code", "bank_account", "phone", "name", "near_name", "birth_year", "gone")
    assert reason_words(codes) == [
        "cùng số định danh cá nhân",
        "cùng mã số thuế",
        "cùng số tài khoản ngân hàng",
        "cùng số điện thoại",
        "cùng họ tên, cùng thôn ấp",
        "họ tên gần giống, cùng thôn ấp",
        "cùng năm sinh",
    ]
