"""Numerator, denominator and what is beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.people.models import Grant, Role, User
from core.people.queries import SYSTEM, Viewer
from ocop.indicators.evidence import HouseholdRow, evidence_rows
from ocop.indicators.queries import NotVisible, measure, rows_on, scope_for, sides_of
from ocop.indicators.registry import INDICATORS, Side, indicator_by_code
from onboarding.accounts.models import OutsideLink
from onboarding.households.actions import change_household
from onboarding.households.models import Household
from onboarding.matching.actions.phones import clear_phone
from onboarding.matching.models import SharedPhone
from tests.ocop.conftest import (
    Land,
    account,
    framed,
    household,
    linked,
    listing,
    look,
    moment,
    person,
    platform,
    producer,
    product,
    put_on,
    viewer,
)

ON = date(2026, 11, 22)
Numbers = dict[str, tuple[int, int, int]]


def numbers(who: Viewer, **where: str) -> Numbers:
    scope = scope_for(who, on=ON, **where)
    return {
        each.indicator.code: (each.numerator, each.denominator, each.missing)
        for each in measure(INDICATORS.values(), scope)
    }


def products(found: Numbers) -> Numbers:
    return {code: number for code, number in found.items() if code.startswith("I2")}


@pytest.fixture
def shelves(land: Land) -> None:
    """Four certified products (on both, on VoSo, on Postmart, on none), one unclear, one lapsed but live."""
    for name, codes in {
        "hai": ["voso", "postmart"],
        "voso": ["voso"],
        "postmart": ["postmart"],
        "không": [],
    }.items():
        made = product(name, (3, "2025-01-01"), unit=land.phu_thuy, former=land.old_binh_thuan)
        sold = listing(name, land.phu_thuy)
        linked(made, sold)
        for code in codes:
            look(put_on(sold, code), moment(ON - timedelta(days=3)))
    for name, written in {"chưa rõ": "2023", "hết hạn": "2020"}.items():
        made = product(name, (4, written), unit=land.phu_thuy)
        sold = listing(name, land.phu_thuy)
        linked(made, sold)
        for code in ("voso", "postmart"):
            look(put_on(sold, code), moment(ON))


def test_lapsed_and_unclear_products_are_in_neither_number(shelves: None, phuong: User) -> None:
    assert products(numbers(viewer(phuong))) == {
        "I2both": (1, 4, 1),
        "I2v": (2, 4, 1),
        "I2p": (2, 4, 1),
        "I2any": (3, 4, 1),
        "I2o": (0, 4, 1),
    }


def test_the_double_of_a_platform_counts_for_none(land: Land, phuong: User) -> None:
    sold = listing("A", land.phu_thuy)
    linked(product("A", (3, "2025-01-01"), unit=land.phu_thuy), sold)
    look(put_on(sold, "santhu", counts=False), moment(ON))
    assert platform("santhu").is_simulation
    assert products(numbers(viewer(phuong))) == dict.fromkeys(("I2both", "I2v", "I2p", "I2any", "I2o"), (0, 1, 0))


def test_areas_add_up_and_a_province_holds_what_no_commune_can(land: Land, phuong: User) -> None:
    product("ở phường", (3, "2025-01-01"), unit=land.phu_thuy, former=land.old_binh_thuan)
    product("chỉ biết tỉnh", (3, "2025-01-01"), unit=land.lam_dong, former=land.old_binh_thuan)
    product("tỉnh khác", (3, "2025-01-01"), unit=land.con_dao)
    product("không biết ở đâu", (3, "2025-01-01"))
    who = viewer(phuong)
    assert numbers(who)["I2v"] == (0, 2, 0)
    assert numbers(who, unit_code="68")["I2v"] == (0, 2, 0)
    assert numbers(who, unit_code="22924")["I2v"] == (0, 1, 0)
    assert numbers(who, unit_code="22972")["I2v"] == (0, 0, 0)
    assert numbers(who, former_area="60")["I2v"] == (0, 2, 0)
    assert numbers(viewer(person("Quản trị", operator=True)))["I2v"] == (0, 4, 0)


def test_the_former_area_counts_a_commune_made_of_several_once(land: Land, phuong: User) -> None:
    from core.places.models import Unit, UnitLink

    part = Unit.objects.get(code="22915")
    other = Unit.objects.create(
        level="commune", code="22916", kind="Phường", name="Hưng Long", folded_name="hung long", parent=part.parent,
        valid_to=part.valid_to,
    )  # fmt: skip
    UnitLink.objects.create(old=other, new=land.phu_thuy, on=date(2025, 7, 1), kind="whole")
    framed(household(land.phu_thuy), household(land.con_dao))
    assert numbers(viewer(phuong), former_area="60")["I1"] == (0, 1, 0)
    assert numbers(viewer(phuong), former_area="68")["I1"] == (0, 0, 0)


def test_nobody_sees_an_area_that_is_not_theirs(land: Land, phuong: User, chi: User, dung: User, an: User) -> None:
    product("ở phường", (3, "2025-01-01"), unit=land.phu_thuy)
    assert numbers(viewer(dung))["I2v"] == (0, 0, 0)
    for who, code in ((phuong, "79"), (phuong, "26732"), (chi, "68"), (dung, "22924"), (phuong, "00000")):
        with pytest.raises(NotVisible):
            scope_for(viewer(who), unit_code=code)
    for who in (an, person("Tổ", Role.TEAM_LEAD, land.phu_thuy), person("Sàn", Role.PLATFORM_OPERATOR)):
        with pytest.raises(NotVisible):
            scope_for(viewer(who))
    with pytest.raises(NotVisible):
        scope_for(viewer(phuong), former_area="99")


def test_a_grant_that_has_ended_opens_nothing(land: Land, phuong: User) -> None:
    Grant.objects.update(valid_to=date(2021, 1, 1))
    with pytest.raises(NotVisible):
        scope_for(viewer(phuong))


@pytest.fixture
def homes(land: Land) -> dict[str, int]:
    """Households of Phú Thủy by what became of their accounts."""
    made = {}

    def home(
        name: str, *, code: str = "voso", counts: bool = True, claimed: date | None = date(2026, 1, 1)
    ) -> OutsideLink | None:
        house = household(land.phu_thuy, name=name)
        made[name] = house.pk
        if claimed is None:
            return None
        opened = account(producer(name, land.phu_thuy, house), platform(code, counts=counts), claimed=claimed)
        return OutsideLink.objects.create(
            platform=opened.platform,
            account=opened,
            url=f"https://{code}.example/{house.pk}",
            claimed_at=timezone.now(),
        )

    for name, days in {"mới thấy": 3, "180 ngày": 180, "181 ngày": 181, "mai mới thấy": -1}.items():
        page = home(name)
        assert page is not None
        look(page, moment(ON - timedelta(days=days)))
    gone = home("thấy rồi mất")
    assert gone is not None
    look(gone, moment(ON - timedelta(days=9)))
    look(gone, moment(ON - timedelta(days=2)), "gone")
    closed = home("đã đóng")
    assert closed is not None
    look(closed, moment(ON - timedelta(days=3)))
    closed.account.closed_on = ON
    closed.account.save()
    own = home("sàn không tính", code="lensan", counts=False)
    assert own is not None
    look(own, moment(ON))
    home("chỉ khai")
    home("mai mới khai", claimed=ON + timedelta(days=1))
    home("chưa có", claimed=None)
    ended = home("hết sản xuất")
    assert ended is not None
    look(ended, moment(ON - timedelta(days=3)))
    type(ended.account.producer.household).objects.filter(pk=made["hết sản xuất"]).update(ended_on=ON)
    late = household(land.phu_thuy, registered=ON + timedelta(days=1), name="mai mới đăng ký")
    made["mai mới đăng ký"] = late.pk
    framed(*Household.objects.exclude(pk=late.pk))
    return made


def test_which_households_count_as_verified_and_which_as_claimed(homes: dict[str, int], phuong: User) -> None:
    scope = scope_for(viewer(phuong), on=ON)

    def names(code: str, side: Side) -> set[str]:
        return set(rows_on(INDICATORS[code], scope, side).values_list("head_name", flat=True))

    verified = {"mới thấy", "180 ngày"}
    claimed = verified | {"181 ngày", "mai mới thấy", "chỉ khai"}
    # Formula 2: an account whose only page is gone is dead, and neither verified nor claimed.
    # Formula 4: the denominator is the signed frame, and whoever ended since stays in it.
    everybody = claimed | {"thấy rồi mất", "đã đóng", "sàn không tính", "mai mới khai", "chưa có", "hết sản xuất"}
    assert names("I1", Side.NUMERATOR) == verified
    assert names("I1a", Side.NUMERATOR) == claimed
    assert names("I1", Side.DENOMINATOR) == everybody
    assert names("I1", Side.MISSING) == set()
    found = numbers(viewer(phuong))
    assert (found["I1"], found["I1a"]) == ((2, 11, 0), (5, 11, 0))


def test_households_that_share_a_phone_are_in_no_numerator_until_somebody_has_looked(
    land: Land, phuong: User, homes: dict[str, int]
) -> None:
    """And stay in the denominator: a flag can only lower a rate."""
    names = ["mới thấy", "chỉ khai", "chưa có"]
    for name in names:
        change_household(
            household=Household.objects.get(pk=homes[name]),
            changes={"phone": "+84912345678", "phone_owner": "own"},
            by=SYSTEM,
        )
    assert (numbers(viewer(phuong))["I1"], numbers(viewer(phuong))["I1a"]) == ((2, 11, 0), (5, 11, 0))
    fourth = Household.objects.get(pk=homes["đã đóng"])
    change_household(household=fourth, changes={"phone": "+84912345678", "phone_owner": "relative"}, by=SYSTEM)
    SharedPhone.objects.update(flagged_at=moment(ON))
    assert (numbers(viewer(phuong))["I1"], numbers(viewer(phuong))["I1a"]) == ((1, 11, 0), (3, 11, 0))
    scope = scope_for(viewer(phuong), on=ON)
    rows = evidence_rows(INDICATORS["I1"], rows_on(INDICATORS["I1"], scope), ON)
    marked = {
        row.household.head_name: row.sides for row in rows if isinstance(row, HouseholdRow) and row.is_phone_shared
    }
    assert marked == {name: ["denominator"] for name in [*names, "đã đóng"]}
    clear_phone(pk=SharedPhone.objects.get().pk, reason="họ hàng", by=viewer(phuong))
    SharedPhone.objects.update(cleared_at=moment(ON))
    assert (numbers(viewer(phuong))["I1"], numbers(viewer(phuong))["I1a"]) == ((2, 11, 0), (5, 11, 0))


def test_accounts_of_a_platform_renamed_in_mid_year_count_through_its_successor(land: Land, phuong: User) -> None:
    house = household(land.phu_thuy)
    framed(house)
    old = platform("chodong")
    opened = account(producer("Hộ bà Sáu", land.phu_thuy, house), old)
    page = OutsideLink.objects.create(
        platform=old, account=opened, url="https://chodong.example/1", claimed_at=timezone.now()
    )
    look(page, moment(ON - timedelta(days=60)))
    renamed_on = ON - timedelta(days=50)
    new = platform("chotay")
    type(new).objects.filter(pk=new.pk).update(valid_from=renamed_on)
    type(old).objects.filter(pk=old.pk).update(valid_to=renamed_on)
    assert numbers(viewer(phuong))["I1"] == (0, 1, 0), "a platform that ended without a successor has no accounts"
    type(old).objects.filter(pk=old.pk).update(successor=new)
    assert numbers(viewer(phuong))["I1"] == (1, 1, 0)
    account(house.producers.get(), new)  # the same household under both names counts once
    assert (numbers(viewer(phuong))["I1"], numbers(viewer(phuong))["I1a"]) == ((1, 1, 0), (1, 1, 0))
    opened.refresh_from_db()
    assert (opened.platform, page.platform) == (old, old)
    type(new).objects.filter(pk=new.pk).update(counts_for_target=False)
    assert numbers(viewer(phuong))["I1"] == (0, 1, 0), "the successor decides after the day"
    before = {
        each.indicator.code: (each.numerator, each.denominator)
        for each in measure(INDICATORS.values(), scope_for(viewer(phuong), on=renamed_on - timedelta(days=1)))
    }
    assert before["I1"] == (1, 1), "the day before, the old platform counts by itself"


def test_the_evidence_of_a_household_says_what_its_mark_says(homes: dict[str, int], phuong: User) -> None:
    scope = scope_for(viewer(phuong), on=ON)
    rows = evidence_rows(INDICATORS["I1"], rows_on(INDICATORS["I1"], scope), ON)
    assert len(rows) == 11
    for row in rows:
        assert isinstance(row, HouseholdRow)
        counts = any(each.counts for each in row.accounts) and row.household.ended_on is None
        assert ("numerator" in row.sides) == counts, row


def test_every_rate_opens_to_exactly_its_rows(shelves: None, homes: dict[str, int], phuong: User) -> None:
    scope = scope_for(viewer(phuong), on=ON)
    for measured in measure(INDICATORS.values(), scope):
        rows = list(rows_on(measured.indicator, scope))
        sides = [side for row in rows for side in sides_of(row)]
        assert [sides.count(side) for side in Side] == [
            measured.numerator,
            measured.denominator,
            measured.missing,
        ]
        assert all("denominator" in sides_of(row) for row in rows if "numerator" in sides_of(row))
        assert not any({"denominator", "missing"} <= set(sides_of(row)) for row in rows)
        for side, count in zip(Side, (measured.numerator, measured.denominator, measured.missing), strict=True):
            assert rows_on(measured.indicator, scope, side).count() == count


def test_codes_in_any_case() -> None:
    assert indicator_by_code("i2BOTH") is INDICATORS["I2both"]
    assert indicator_by_code("I9") is None


@pytest.mark.parametrize("size", [1, 25])
def test_query_budgets(land: Land, phuong: User, fill: Callable[[int, date], None], size: int) -> None:
    fill(size, ON)
    scope = scope_for(viewer(phuong), on=ON)

    def queries(run: Callable[[], object]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            run()
        return len(captured)

    assert numbers(viewer(phuong))["I2both"] == (size, size, 0)
    assert (
        queries(lambda: measure(INDICATORS.values(), scope)) == 1
    )  # products, households, hamlets and stalls together
    for code, budget in {"I2both": 4, "I1": 2}.items():
        rows = rows_on(INDICATORS[code], scope)
        assert queries(lambda rows=rows, code=code: evidence_rows(INDICATORS[code], rows, ON)) == budget  # type: ignore[misc]
