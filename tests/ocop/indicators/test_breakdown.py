"""Rates in groups that add up to the whole, areas of before the merger, and days before and after one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.events.registry import emit
from core.kit import money
from core.people.models import Role, User
from core.places.events import MapTurned, UnitLinkFact
from core.places.models import Hamlet, Unit, UnitLink
from ocop.indicators.actions import TargetRefused, count_day, remove_target, set_target
from ocop.indicators.breakdown import Dimension, measure_by, month_ends, series
from ocop.indicators.models import Target
from ocop.indicators.queries import Scope, measure
from ocop.indicators.registry import INDICATORS
from ocop.indicators.tallies import figures
from ocop.indicators.targets import targets_for
from onboarding.accounts.actions import AccountRefused, record_activity
from onboarding.accounts.models import AccountActivity
from onboarding.households.models import Household
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

TODAY = date(2026, 11, 22)
ALL = list(INDICATORS.values())


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False) as clock:
        yield clock


def one(code: str, scope: Scope) -> tuple[int, int, int]:
    [found] = measure([INDICATORS[code]], scope)
    return found.numerator, found.denominator, found.missing


def groups(code: str, scope: Scope, dimension: Dimension) -> dict[str, tuple[int, int]]:
    return {
        each.key: (each.measurements[0].numerator, each.measurements[0].denominator)
        for each in measure_by([INDICATORS[code]], scope, dimension)
    }


@pytest.fixture
def shelf(land: Land) -> None:
    for name, unit, former, stars, codes in (
        ("a", land.phu_thuy, land.old_binh_thuan, 4, ["voso"]),
        ("b", land.tuy_phong, land.old_binh_thuan, 3, []),
        ("c", land.lam_dong, None, 3, ["voso"]),
        ("d", land.con_dao, None, 5, []),
        ("e", None, None, 4, []),
    ):
        made = product(name, (stars, "2025-03-01"), unit=unit, former=former)
        sold = listing(name, land.phu_thuy)
        linked(made, sold)
        for code in codes:
            look(put_on(sold, code), moment(TODAY))


def test_groups_add_up_and_hold_what_is_known_only_by_its_province(land: Land, shelf: None) -> None:
    everybody = viewer(person("Quản trị", operator=True))
    whole, lam_dong = Scope(everybody, TODAY), Scope(everybody, TODAY, land.lam_dong)
    assert groups("I2v", whole, Dimension.UNIT) == {"68": (2, 3), "79": (0, 1), "": (0, 1)}
    assert groups("I2v", lam_dong, Dimension.UNIT) == {"22924": (1, 1), "22978": (0, 1), "68": (1, 1)}
    assert groups("I2v", whole, Dimension.FORMER) == {"60": (1, 2), "": (1, 3)}
    assert groups("I2v", whole, Dimension.STAR) == {"3": (1, 2), "4": (1, 2), "5": (0, 1)}
    assert groups("I2v", whole, Dimension.SECTOR) == {"": (2, 5)}
    for dimension in Dimension:
        found = groups("I2v", whole, dimension).values()
        assert (sum(n for n, _ in found), sum(d for _, d in found)) == one("I2v", whole)[:2]
    assert measure_by([INDICATORS["I1"]], whole, Dimension.STAR) == []


def test_the_former_area_of_communes_is_exact(land: Land) -> None:
    """Old Bình Thuận is part of today's Lâm Đồng; Côn Đảo was Bà Rịa - Vũng Tàu's."""
    framed(household(land.phu_thuy), household(land.phu_thuy), household(land.con_dao))
    everybody = viewer(person("Quản trị", operator=True))
    assert groups("I1", Scope(everybody, TODAY), Dimension.FORMER) == {"60": (0, 2), "77": (0, 1)}
    assert [one("I1", Scope(everybody, TODAY, None, code)) for code in ("60", "77", "68")] == [
        (0, 2, 0),
        (0, 1, 0),
        (0, 0, 0),
    ]
    count_day()
    [kept] = [each for each in figures(Scope(everybody, TODAY, None, "60")).measurements if each.indicator.code == "I1"]
    assert (kept.numerator, kept.denominator) == (0, 2)


def test_a_merger_between_two_days_keeps_the_earlier_one_and_loses_nobody(land: Land, phuong: User, noon: Any) -> None:
    """Tuy Phong goes into Phú Thủy: yesterday's kept counts stay under their names, today's stand under the new one."""
    framed(household(land.phu_thuy), household(land.tuy_phong))
    who = viewer(phuong)
    count_day()
    before = groups("I1", Scope(who, TODAY, land.lam_dong), Dimension.UNIT)
    noon.move_to("2026-11-23T05:00:00+00:00")
    tomorrow = TODAY + timedelta(days=1)
    UnitLink.objects.create(old=land.tuy_phong, new=land.phu_thuy, on=tomorrow, kind="whole")
    Unit.objects.filter(pk=land.tuy_phong.pk).update(valid_to=tomorrow)
    Hamlet.objects.filter(commune=land.tuy_phong).update(commune=land.phu_thuy, name="Khu phố 9")
    Household.objects.filter(commune=land.tuy_phong).update(commune=land.phu_thuy)
    emit(MapTurned(tomorrow, "x", (UnitLinkFact(land.tuy_phong.pk, land.phu_thuy.pk, "whole"),), ()))
    count_day()
    assert before == {"22924": (0, 1), "22978": (0, 1)}
    assert groups("I1", Scope(who, tomorrow, land.lam_dong), Dimension.UNIT) == {"22924": (0, 2)}
    [points] = [found for code, found in series([INDICATORS["I1"]], Scope(who, tomorrow)).items() if code == "I1"]
    last = points[-1].measurement
    assert last is not None and (last.denominator, last.missing) == (2, 0)


def test_79_96_per_cent_is_not_80(land: Land) -> None:
    assert not money.reaches(7996, 10_000, 80)
    assert money.rate(7996, 10_000) == "7996/10000 (80,0\xa0%)"
    assert money.reaches(8000, 10_000, 80)
    assert not money.reaches(0, 0, 80), "a zero denominator reaches nothing"


def test_months_are_counted_from_what_was_known_then(land: Land, phuong: User, shelf: None) -> None:
    ends = month_ends(TODAY)
    assert (len(ends), ends[0], ends[-2], ends[-1]) == (12, date(2025, 12, 31), date(2026, 10, 31), TODAY)
    scope = Scope(viewer(phuong), TODAY)
    points = series([INDICATORS["I2v"]], scope)["I2v"]
    told = [(each.measurement.numerator, each.measurement.denominator) for each in points if each.measurement]
    assert told == [(0, 3)] * 11 + [(2, 3)]


def test_breakdowns_cost_the_same_however_many_rows(land: Land, phuong: User, shelf: None) -> None:
    scope = Scope(viewer(phuong), TODAY, land.lam_dong)
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            for dimension in Dimension:
                measure_by(ALL, scope, dimension)
        costs.append(len(captured))
        framed(*(household(unit) for unit in (land.phu_thuy, land.tuy_phong))) if len(costs) == 1 else None
    assert costs[0] == costs[1], costs


def test_the_nearest_target_applies(land: Land, phuong: User) -> None:
    by = viewer(phuong)
    set_target(indicator="I1", unit=land.lam_dong, year=2026, percent=70, document="1/KH", by=by)
    set_target(indicator="I1", unit=land.phu_thuy, year=2026, percent=90, document="2/KH", by=by)
    set_target(indicator="I1", unit=land.old_binh_thuan, year=2026, percent=60, document="3/KH", by=by)

    def percent(scope: Scope) -> int:
        return targets_for([INDICATORS["I1"]], scope)["I1"].percent

    assert percent(Scope(by, TODAY, land.phu_thuy)) == 90
    assert percent(Scope(by, TODAY, land.tuy_phong)) == 70
    assert percent(Scope(by, TODAY)) == 70
    assert percent(Scope(by, TODAY, None, "60")) == 60
    assert percent(Scope(by, date(2025, 11, 22), land.phu_thuy)) == 80
    assert percent(Scope(viewer(person("Quản trị", operator=True)), TODAY)) == 80
    assert "I1b" not in targets_for(ALL, Scope(by, TODAY))


def test_only_the_province_sets_targets_and_by_a_document(land: Land, phuong: User, chi: User) -> None:
    facts: dict[str, Any] = {"indicator": "I1", "unit": land.phu_thuy, "year": 2026, "percent": 90, "document": "2/KH"}
    for who in (chi, person("Ở xa", Role.PROVINCE, land.ho_chi_minh), person("Kiểm", Role.AUDITOR)):
        with pytest.raises(PermissionError):
            set_target(**facts, by=viewer(who))
    for wrong in ({"document": " "}, {"percent": 101}, {"percent": 0}, {"indicator": "I9"}, {"year": 1999}):
        with pytest.raises(TargetRefused):
            set_target(**facts | wrong, by=viewer(phuong))
    assert not Target.objects.exists()
    made = set_target(**facts, by=viewer(phuong))
    assert set_target(**facts | {"percent": 95}, by=viewer(phuong)).pk == made.pk
    with pytest.raises(PermissionError):
        remove_target(target=made, by=viewer(chi))
    remove_target(target=made, by=viewer(phuong))
    assert not Target.objects.exists()


class TestActivities:
    """What is said to have been done, by whom, and for how long it counts."""

    def home(self, land: Land) -> Any:
        home = household(land.phu_thuy)
        framed(home)
        return account(producer("Hộ", land.phu_thuy, home), platform("voso"))

    @pytest.mark.parametrize(("days", "counts"), [(0, 1), (90, 1), (91, 0)])
    def test_it_counts_for_ninety_days(self, land: Land, chi: User, phuong: User, days: int, counts: int) -> None:
        done = record_activity(
            account=self.home(land),
            kind="trade",
            happened_on=TODAY - timedelta(days=days),
            source="producer",
            by=viewer(chi),
        )
        assert isinstance(done.at, datetime)
        for code in ("I1c", "I1d"):
            assert one(code, Scope(viewer(phuong), TODAY)) == (counts, 1, 0)

    def test_only_an_order_is_an_order(self, land: Land, chi: User, phuong: User) -> None:
        record_activity(account=self.home(land), kind="show", happened_on=TODAY, source="visit", by=viewer(chi))
        scope = Scope(viewer(phuong), TODAY)
        assert (one("I1c", scope), one("I1d", scope)) == ((1, 1, 0), (0, 1, 0))

    def test_what_is_written_late_does_not_change_the_days_before(self, land: Land, chi: User, phuong: User) -> None:
        yesterday = TODAY - timedelta(days=1)
        record_activity(account=self.home(land), kind="show", happened_on=yesterday, source="visit", by=viewer(chi))
        assert one("I1c", Scope(viewer(phuong), yesterday)) == (0, 1, 0)
        assert one("I1c", Scope(viewer(phuong), TODAY)) == (1, 1, 0)

    def test_the_same_once_more_and_what_makes_no_sense(self, land: Land, chi: User, dung: User, an: User) -> None:
        of, by = self.home(land), viewer(chi)
        facts: dict[str, Any] = {"account": of, "kind": "show", "happened_on": TODAY, "source": "visit"}
        assert record_activity(**facts, by=by) == record_activity(**facts, by=by)
        for wrong in ({"happened_on": TODAY + timedelta(days=1)}, {"happened_on": date(2022, 2, 23)}, {"kind": "bịa"}, {"source": "platform"}):  # fmt: skip
            with pytest.raises(AccountRefused):
                record_activity(**facts | wrong, by=by)
        team = viewer(person("Tâm", Role.TEAM_MEMBER, land.phu_thuy))
        for who, source in (
            (viewer(dung), "visit"),
            (viewer(an), "producer"),
            (team, "producer"),
            (team, "platform"),
            (by, "bịa"),
        ):
            with pytest.raises(PermissionError):
                record_activity(**facts | {"source": source, "kind": "look"}, by=who)
        assert AccountActivity.objects.count() == 1
        assert record_activity(**facts | {"kind": "look"}, by=team).reported_by_id == team.user_id
        assert (
            record_activity(**facts | {"source": "platform", "source_sha256": "0" * 64}, by=by).source_sha256
            == "0" * 64
        )
