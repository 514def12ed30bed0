"""A written place: found when it is sure, mended with a word about it, or left to a person; never silently wrong."""

from __future__ import annotations

import csv
import random
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection

from benchmarks.places import COLUMNS, disturbances, truth
from core.places.finder import Finding, find_units
from core.places.index import _build
from core.places.models import PlacesLoad, Unit, UnitLink, UnitName
from core.places.queries import unit_by_code
from core.places.wording import Doubt
from core.places.writing import is_one_off, key

pytestmark = pytest.mark.django_db

OLD = date(2025, 6, 30)
NOW = date(2026, 11, 22)


def in_columns(row: dict[str, str], on: date = OLD) -> Finding:
    commune, district, province = (row[column] for column in COLUMNS)
    return find_units(commune=commune, district=district, province=province, on=on)


def answer(finding: Finding) -> tuple[str, str]:
    return (finding.unit.level, finding.unit.code) if finding.unit else ("ambiguous", "")


def found(written: str, on: date = NOW, **more: str) -> tuple[str, str, list[str]]:
    """Level, code and the doubts."""
    finding = find_units(written, on=on, **more)
    return (*answer(finding), sorted(finding.doubts))


def test_the_truth_is_every_place_of_the_register_and_fits_the_tables() -> None:
    register = Path(__file__).parents[3] / "ocop" / "register" / "data" / "ocop_products.csv"
    with register.open(encoding="utf-8", newline="") as file:
        written = {tuple(row[column] for column in COLUMNS) for row in csv.DictReader(file)}
    assert sorted(tuple(row[column] for column in COLUMNS) for row in truth()) == sorted(written)
    for row in truth():
        if row["level"] == "ambiguous":
            assert not row["code"]
            continue
        unit = unit_by_code(row["level"], row["code"], OLD)
        assert unit is not None, row
        deepest = next(row[column] for column in COLUMNS if row[column])
        assert key(deepest).endswith(key(unit.name)), row


def test_the_places_of_the_register_are_found() -> None:
    right, silent = 0, []
    for row in truth():
        finding = in_columns(row)
        is_right = answer(finding) == (row["level"], row["code"])
        right += is_right
        if not is_right and not finding.warnings:
            silent.append(row)
    assert silent == []
    assert right / len(truth()) >= 0.98


def test_disturbed_places_are_right_or_left_open_or_said_to_be_mended() -> None:
    dice = random.Random(20261122)
    results: dict[str, Counter[str]] = {}
    wrong = []
    for row in truth():
        for how, written in disturbances(row, dice):
            finding = in_columns(written)
            is_right = answer(finding) == (row["level"], row["code"])
            word = "right" if is_right else "open" if finding.unit is None else "wrong, warned"
            if (
                finding.unit
                and how == "slip"
                and not finding.warnings
                and any(key(written[column]) != key(row[column]) for column in COLUMNS)
            ):
                wrong.append((how, written))  # a mended letter is always said
            if not is_right and not finding.warnings:
                wrong.append((how, written))
            results.setdefault(how, Counter())[word] += 1
    assert wrong == []
    for how, counts in results.items():
        assert counts["wrong, warned"] == 0, (how, counts)
        floor = {"slip": 0.9, "prefixes": 0.98, "no marks": 0.95}.get(how, 0.95)
        assert counts["right"] / counts.total() >= floor, (how, counts)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("xã Xuyên Mộc (TPHCM)", ("commune", "26632", [])),
        ("xã Xuyên Mộc (Thành phố Hồ Chí Minh)", ("commune", "26632", [])),
        ("XÃ XUYÊN MỘC", ("commune", "26632", [])),
        ("xuyen moc (tphcm)", ("commune", "26632", ["same_name"])),  # the former district, too
        ("Xuyên Mộv", ("commune", "26632", ["letter"])),
        ("xã Xuyên Mộc, BR-VT", ("commune", "26629", ["era"])),
        ("xã Xuyên Mộc cũ", ("commune", "26629", [])),
        ("H.Định Quán", ("district", "736", ["era"])),
        ("TX. Phước Long", ("district", "688", ["era"])),
        ("phường Lộc Ninh", ("commune", "25270", [])),
        ("xã Lộc Ninh, tỉnh Đồng Nai", ("commune", "25270", ["former_name"])),
        ("phường Bình Phước (Đồng Nai)", ("commune", "25195", [])),
        ("P.9 TP. Đà Lạt", ("commune", "24778", ["era"])),
        ("Bắc Ruộng - Tánh Linh - Bình Thuận", ("commune", "23152", ["era"])),
        ("Bình Thuận, Tánh Linh, Bắc Ruộng", ("commune", "23152", ["era"])),
        ("xã Bắc Ruông, Lâm Đồng", ("commune", "23152", ["marks"])),
        ("xã Lộc Ninh (Lâm Đồng)", ("ambiguous", "", ["not_there"])),
        ("Sài Gòn", ("ambiguous", "", ["same_name"])),
        ("", ("ambiguous", "", ["not_there"])),
        ("tỉnh", ("ambiguous", "", ["not_there"])),
        ("Việt Nam", ("ambiguous", "", ["not_there"])),
        ("Phường 1 (Đà Lạtt)", ("commune", "24784", ["era", "letter"])),
    ],
)
def test_places_as_people_write_them_today(written: str, expected: tuple[str, str, list[str]]) -> None:
    assert found(written) == expected
    assert found(unicodedata.normalize("NFD", written)) == expected


def test_names_of_today_in_the_columns_of_old_and_the_other_way_round() -> None:
    today_in_old = find_units(commune="xã Xuyên Mộc", province="TP. Hồ Chí Minh", on=OLD)
    assert (*answer(today_in_old), today_in_old.doubts) == ("commune", "26632", {Doubt.ERA})
    in_wrong_column = find_units(district="phường Lộc Ninh", province="Đồng Nai", on=NOW)
    assert answer(in_wrong_column) == ("commune", "25270")
    district_among_communes = find_units(commune="huyện Côn Đảo", province="BR-VT", on=OLD)
    assert (*answer(district_among_communes), district_among_communes.doubts) == ("district", "755", set())


def test_candidates_instead_of_a_guess() -> None:
    twins = find_units(commune="Loc Thanh", district="Loc Ninh", province="Binh Phuoc", on=OLD)
    assert twins.unit is None
    assert [candidate.words for candidate in twins.candidates][:2] == [
        "xã Lộc Thạnh, huyện Lộc Ninh, tỉnh Bình Phước",
        "xã Lộc Thành, huyện Lộc Ninh, tỉnh Bình Phước",
    ]
    two_levels = find_units("Xuyên Mộc, BR-VT", on=OLD)
    assert two_levels.unit is None
    assert [candidate.unit.code for candidate in two_levels.candidates][:2] == ["26629", "751"]
    assert answer(find_units("Xuyên Mộc, BR-VT", level="district", on=OLD)) == ("district", "751")
    many = find_units("xã Tân Lập", on=NOW)
    assert many.unit is None and "nhiều tỉnh" in many.warnings[0].sentence
    joined = find_units(district="Đất Đỏ", province="BR-VT", on=OLD)
    assert joined.unit is None
    assert [candidate.unit.code for candidate in joined.candidates] == ["753"]


def test_within_a_unit() -> None:
    lam_dong = unit_by_code("province", "68", NOW)
    assert answer(find_units("Tân Lập", within=lam_dong, on=NOW)) == ("commune", "23134")
    assert find_units("Xuyên Mộc", within=lam_dong, on=NOW).unit is None


def test_numbers_are_never_mended() -> None:
    assert find_units(commune="Phường 99", district="TP. Đà Lạt", province="Lâm Đồng", on=OLD).unit is None


def test_the_index_follows_the_map() -> None:
    assert find_units("xã Xuyên Mộc Thượng", on=NOW).unit is None
    unit = Unit.objects.get(level="commune", code="26632", valid_to=None)
    UnitName.objects.filter(unit=unit).update(name="Xuyên Mộc Thượng")
    PlacesLoad.objects.create(checksum="another", at=PlacesLoad.objects.latest("pk").at)
    assert answer(find_units("xã Xuyên Mộc Thượng", on=NOW)) == ("commune", "26632")


def test_asking_costs_one_query(django_assert_num_queries: object) -> None:
    find_units("xã Xuyên Mộc")
    with django_assert_num_queries(1):  # type: ignore[operator]
        find_units("xã Xuyên Mộc, BR-VT")


@time_machine.travel("2025-06-30 10:00 +07:00")
def test_today_is_the_day_unless_told_otherwise() -> None:
    assert answer(find_units("H.Định Quán")) == ("district", "736")
    assert find_units("H.Định Quán").warnings == ()


@pytest.mark.parametrize(
    ("written", "known", "expected"),
    [
        ("bac ruon", "bac ruong", True),
        ("bac ruongg", "bac ruong", True),
        ("bac ruomg", "bac ruong", True),
        ("bac runog", "bac ruong", True),
        ("abc ruong", "bac ruong", True),
        ("bac ruong", "bac ruong", False),
        ("bca rugno", "bac ruong", False),
        ("bac ruo", "bac ruong", False),
        ("phuong 1", "phuong 2", False),
        ("hue", "hua", False),
    ],
)
def test_one_letter_off(written: str, known: str, expected: bool) -> None:
    assert is_one_off(written, known) is expected
    assert is_one_off(known, written) is expected


def test_a_resolution_made_while_the_index_is_built_does_not_break_it() -> None:
    """Each query sees what was committed before it: the rows made in between may be missing, but nothing hangs loose."""
    made: list[Unit] = []

    def enter_in_between(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asks_map = sql.startswith("SELECT") and any(f'FROM "{table}"' in sql for table in TABLES)
        if asks_map:
            asked.append(sql)
        if asks_map and len(asked) in (2, 3):
            made.append(Unit.objects.create(level="commune", code=f"9999{len(made)}", kind="Xã", name="Mới"))
            UnitName.objects.create(unit=made[-1], kind="Xã", name="Mới")
            UnitLink.objects.create(old=first, new=made[-1], on="2027-03-01", kind="whole")
        return execute(sql, params, many, context)

    asked: list[str] = []
    first = Unit.objects.order_by("pk")[0]
    with connection.execute_wrapper(enter_in_between):
        index = _build(None)
    assert len(made) == 2
    assert {place for ids in index.successors.values() for place in ids} <= set(index.places)


TABLES = ("core_unit", "core_unitname", "core_unitlink")
