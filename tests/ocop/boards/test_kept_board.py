"""Today's board reads the counts that are kept and says when they were made; it shows the area's own targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.people.models import User
from core.people.queries import SYSTEM
from core.places.models import Unit
from ocop.boards.standing import Standing, standing
from ocop.indicators.actions import count_day, recount_due, set_target
from ocop.indicators.models import Tally
from ocop.indicators.queries import Scope
from onboarding.households.actions import end_household
from onboarding.households.models import Household
from tests.ocop.boards.test_boards import page, signed_in
from tests.ocop.boards.test_standing import sold
from tests.ocop.conftest import Land, framed, household, person, product, viewer

ON = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False) as clock_:
        yield clock_


def told(found: Standing) -> Any:
    rates = {each.indicator.code: (each.numerator, each.denominator, each.missing, dict(each.beside)) for each in found.measurements}  # fmt: skip
    units = {
        code: {unit: (m.numerator, m.denominator, m.missing, dict(m.beside)) for unit, m in of_unit.items() if m.denominator or m.missing}
        for code, of_unit in found.by_unit.items()
    }  # fmt: skip
    return rates, units, found.linked, found.lapsed


def test_the_kept_board_is_the_counted_board(land: Land, phuong: User) -> None:
    sold(land.phu_thuy, "voso", "postmart")
    sold(land.tuy_phong, "voso")
    sold(land.con_dao, "postmart")
    product("Chỉ biết tỉnh", (4, "2023"), unit=land.lam_dong)
    product("Không rõ nơi", (4, "2025-03-01"))
    product("Mực", (4, "2023-05-01"), unit=land.phu_thuy)
    framed(household(land.phu_thuy), household(land.phu_thuy))
    household(land.tuy_phong)
    everybody = viewer(person("Quản trị", operator=True))
    scopes = [
        Scope(viewer(phuong), ON), Scope(viewer(phuong), ON, land.phu_thuy), Scope(everybody, ON), Scope(everybody, ON, land.ho_chi_minh),
    ]  # fmt: skip
    live = [standing(scope) for scope in scopes]
    assert [each.counted_at for each in live] == [None] * 4
    count_day()
    kept = [standing(scope) for scope in scopes]
    assert all(each.counted_at is not None for each in kept)
    assert [told(each) for each in kept] == [told(each) for each in live]
    assert kept[0].of("I2any").numerator == 2 and kept[0].linked == 2 and kept[0].lapsed == 1


def test_the_board_says_when_it_was_counted_and_follows_a_recount(land: Land, phuong: User, noon: Any) -> None:
    home = household(land.phu_thuy)
    framed(home, household(land.phu_thuy))
    assert "Số vừa được đếm khi bạn mở trang." in page(phuong, "/bang/")
    count_day()
    Tally.objects.filter(indicator="I1", unit=land.phu_thuy).update(denominator=7)
    seen = page(phuong, "/bang/")
    assert "Đếm lần cuối lúc 12:00, 22/11/2026." in seen and "0/7 (0,0 %)" in seen, "what is kept is what is shown"
    noon.shift(65)
    end_household(household=Household.objects.get(pk=home.pk), reason="moved", by=SYSTEM)
    recount_due()
    seen = page(phuong, "/bang/")
    assert "Đếm lần cuối lúc 12:01, 22/11/2026." in seen and "0/7" not in seen
    noon.move_to("2026-11-22T17:01:00+00:00")  # the next day, not yet counted
    assert "Số vừa được đếm khi bạn mở trang." in page(phuong, "/bang/")
    assert "Số vừa được đếm khi bạn mở trang." in page(phuong, "/bang/", on="2026-11-22")


def test_a_target_of_the_area_shows_on_the_board_its_months_and_its_rows(land: Land, phuong: User) -> None:
    for _ in range(2):
        sold(land.phu_thuy, "voso", "postmart")
        sold(land.phu_thuy, "voso")
    assert "Mục tiêu 100 %. Chưa đạt." in page(phuong, "/bang/I2both/")
    set_target(indicator="I2both", unit=land.lam_dong, year=2026, percent=50, document="15/KH-UBND", by=viewer(phuong))
    for kept in (False, True):
        if kept:
            count_day()
        seen = page(phuong, "/bang/")
        assert "Mục tiêu 50 % của tỉnh Lâm Đồng. Đã đạt." in seen
        assert "Vạch đứng là mục tiêu 50 %." in seen
        assert "Mục tiêu 100 %. Đã đạt." in seen, "the other rates keep theirs"
    assert "50 %" in page(phuong, "/bang/xu-huong/", ma="I2both")
    assert "Mục tiêu 50 % của tỉnh Lâm Đồng. Đã đạt." in page(phuong, "/bang/I2both/")
    assert "Mục tiêu 50 % của tỉnh Lâm Đồng. Đã đạt." in page(phuong, "/bang/", unit=land.phu_thuy.code)


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("size", [1, 25])
def test_the_board_costs_ten_queries(
    land: Land, phuong: User, fill: Callable[[int, date], None], size: int, *, kept: bool
) -> None:
    fill(size, ON)
    communes = Unit.objects.filter(parent=land.lam_dong, valid_to=None).order_by("-code")[:size]
    framed(*(household(commune) for commune in communes))
    if kept:
        count_day()
    client = signed_in(phuong)
    client.get("/bang/")
    with CaptureQueriesContext(connection) as captured:
        answer = client.get("/bang/")
    assert f"{size}/{size}" in answer.content.decode()
    assert len(captured) == 10, [query["sql"][:120] for query in captured]
