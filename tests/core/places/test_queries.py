"""Finding the unit that somebody meant, and what it became."""

from __future__ import annotations

import csv
import unicodedata
from datetime import date
from typing import Any

import pytest

from core.places import reference
from core.places.models import PlacesLoad, Unit, UnitLink, UnitName
from core.places.queries import communes_of, name_on, old_unit, provinces, strip_kind, successor, unit_by_code

pytestmark = pytest.mark.django_db

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


def meant(*written: str) -> tuple[str, str] | None:
    """(level, code) of the old unit, or None."""
    unit = old_unit(*written)
    return (unit.level, unit.code) if unit else None


def became(*written: str) -> str | None:
    """Today's unit of what was written, in words."""
    old = old_unit(*written)
    assert old is not None, written
    today = successor(old)
    return f"{today}, {today.parent}" if today and today.parent else today and str(today)


@pytest.mark.parametrize(
    "written",
    [
        "Bà Rịa - Vũng Tàu",
        "Bà Rịa – Vũng Tàu",
        "Bà Rịa-Vũng Tàu",
        "BÀ RỊA-VŨNG TÀU",
        "BR-VT",
        "BRVT",
        "Ba Ria-Vung Tau",
        "tỉnh Bà Rịa - Vũng Tàu",
        "  Bà Rịa\xa0‑ Vũng Tàu ",
    ],
)
def test_one_province_in_the_spellings_of_real_sheets(written: str) -> None:
    assert meant(written) == ("province", "77")
    assert meant(unicodedata.normalize("NFD", written)) == ("province", "77")


@pytest.mark.parametrize("written", ["TP.HCM", "TPHCM", "TP. HCM", "Tp. Hồ Chí Minh", "TP Hồ Chí Minh", "Sài Gòn"])
def test_the_city_in_its_spellings(written: str) -> None:
    assert meant(written) == ("province", "79")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (("Bình Thuận", "H. Tánh Linh"), "599"),
        (("Bình Thuận", "H.Tánh Linh"), "599"),
        (("Binh Thuan", "tanh linh"), "599"),
        (("Bình Thuận", "TP. Phan Thiết"), "593"),
        (("Bình Thuận", "T.P Phan Thiết"), "593"),
        (("Bình Thuận", "thành phố Phan Thiết"), "593"),
        (("Bình Thuận", "TX.La Gi"), "594"),
        (("Bình Thuận", "Phú Quý"), "602"),  # in the register with an i: Phú Quí
        (("Bình Thuận", "huyện đảo Phú Quý"), "602"),
        (("Bình Phước", "TX. Phước Long"), "688"),
        (("Bình Phước", "Thị xã Phước Long"), "688"),
        (("Đồng Nai", "H.Định Quán"), "736"),
        (("TP.HCM", "Q.1"), "760"),
        (("TPHCM", "Q1"), "760"),
        (("Thanh Hóa", "Quan Hóa"), "385"),  # the first word is no «quận»
        (("Thanh Hóa", "huyện Quan Hóa"), "385"),
        (("Thừa Thiên Huế",), "46"),
    ],
)
def test_districts_and_provinces_in_messy_spellings(written: tuple[str, ...], code: str) -> None:
    for form in ("NFC", "NFD"):
        found = meant(*(unicodedata.normalize(form, name) for name in written))
        assert found is not None and found[1] == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (("Bình Thuận", "Tuy Phong", "Phong Phú"), "22978"),
        (("Bình Thuận", "", "Phong Phú"), "22978"),
        (("Bình Thuận", "TX.La Gi", "P.Phước Hội"), "23231"),
        (("Bình Thuận", "Bắc Bình", "T.T Chợ Lầu"), "23005"),
        (("Bình Phước", "H.Lộc Ninh", "TT Lộc Ninh"), "25270"),
        (("BR-VT", "Châu Đức", "Xà Bang"), None),
        (("tp hcm", "Quận 1", "P. Bến Nghé"), "26740"),
    ],
)
def test_communes_in_messy_spellings(written: tuple[str, ...], code: str | None) -> None:
    found = old_unit(*written)
    assert found is not None and found.level == "commune"
    if code is None:
        assert found.name == written[-1]  # the first word is no «xã»
    else:
        assert found.code == code


def test_marks_and_prefixes_choose_between_look_alikes() -> None:
    assert (meant("Tiền Giang", "TX Cai Lậy"), meant("Tiền Giang", "H. Cai Lậy")) == (
        ("district", "817"),
        ("district", "820"),
    )
    thanh, thanh_dot = (old_unit("Bình Phước", "Lộc Ninh", name) for name in ("Lộc Thành", "Lộc Thạnh"))
    assert thanh is not None and thanh_dot is not None
    assert (thanh.name, thanh_dot.name) == ("Lộc Thành", "Lộc Thạnh")
    town = old_unit("Cần Thơ", "Vĩnh Thạnh", "TT. Thạnh An")
    assert town is not None and str(town) == "thị trấn Thạnh An"


@pytest.mark.parametrize(
    "written",
    [
        ("Tiền Giang", "Cai Lậy"),  # a town and a district
        ("Bình Phước", "Lộc Ninh", "Loc Thanh"),  # Thành or Thạnh
        ("Cần Thơ", "Vĩnh Thạnh", "Thạnh An"),  # a town and a commune
        ("Bình Thuận", "Châu Đức"),  # another province's
        ("Bình Thuận", "Tuy Phong", "Xuân Lộc"),
        ("Bình Thuận", "Tuy Phogn", "Phong Phú"),  # a wrong district is not passed over
        ("Bà Rịa - Vũng Tàu", "Đất Đỏ"),  # had become part of Long Đất
        ("", ""),
        ("Tỉnh",),
        ("Việt Nam",),
    ],
)
def test_what_is_not_exactly_one_unit_is_not_guessed(written: tuple[str, ...]) -> None:
    assert old_unit(*written) is None


def test_communes_of_two_districts_that_had_been_merged_before() -> None:
    assert became("Bà Rịa - Vũng Tàu", "Đất Đỏ", "xã Long Tân") == "xã Đất Đỏ, thành phố Hồ Chí Minh"
    assert became("BR-VT", "H. Long Điền", "Phước Hưng") == "xã Long Hải, thành phố Hồ Chí Minh"


def test_the_shipped_ocop_rows_find_their_places() -> None:
    """Every place of the register's list but two communes that had gone before our records."""
    path = reference.DATA.parents[2] / "ocop" / "register" / "data" / "ocop_products.csv"
    with path.open(encoding="utf-8", newline="") as file:
        places = {(row["province_old"], row["district_old"], row["commune_old"]) for row in csv.DictReader(file)}
    assert len(places) > 50
    lost = {place for place in places if place[0] and old_unit(*place) is None}
    assert lost == {("Bà Rịa - Vũng Tàu", "Đất Đỏ", "xã Lộc An"), ("Bà Rịa - Vũng Tàu", "Đất Đỏ", "xã Long Mỹ")}


def test_what_old_units_became() -> None:
    assert became("Bình Thuận", "TP. Phan Thiết", "phường Mũi Né") == "phường Mũi Né, tỉnh Lâm Đồng"
    assert became("Bình Phước") == "thành phố Đồng Nai"
    assert became("Bình Thuận") == "tỉnh Lâm Đồng"
    assert became("BR-VT") == "thành phố Hồ Chí Minh"


def test_a_split_commune_has_no_exact_successor() -> None:
    old = old_unit("Bình Thuận", "Tuy Phong", "Phong Phú")
    assert old is not None
    assert {link.new.name for link in UnitLink.objects.filter(old=old)} == {"Phan Rí Cửa", "Tuy Phong"}
    assert successor(old) is None


def test_a_district_has_a_successor_only_if_it_became_one_commune() -> None:
    assert became("BR-VT", "Côn Đảo") == "đặc khu Côn Đảo, thành phố Hồ Chí Minh"
    assert became("Bình Thuận", "Phú Quý") == "đặc khu Phú Quý, tỉnh Lâm Đồng"
    assert became("Bình Thuận", "Tánh Linh") is None


def test_one_code_two_areas() -> None:
    before, after = unit_by_code("commune", "26740", BEFORE), unit_by_code("commune", "26740", AFTER)
    assert before is not None and after is not None
    assert (str(before), str(after)) == ("phường Bến Nghé", "phường Sài Gòn")
    assert before.pk != after.pk
    assert unit_by_code("commune", "99999", AFTER) is None
    assert unit_by_code("district", "760", AFTER) is None  # districts ended


def test_the_name_of_a_day() -> None:
    loc_ninh = unit_by_code("commune", "25270", date(2026, 6, 1))
    assert loc_ninh is not None
    names = [name_on(loc_ninh, day) for day in (date(2026, 4, 1), date(2026, 4, 29), date(2026, 4, 30))]
    assert names == ["xã Lộc Ninh", "xã Lộc Ninh", "phường Lộc Ninh"]
    assert str(loc_ninh) == "phường Lộc Ninh"


def test_provinces_and_communes_of_a_day() -> None:
    assert [provinces(day).count() for day in (BEFORE, AFTER)] == [63, 34]
    lam_dong = unit_by_code("province", "68", AFTER)
    assert lam_dong is not None
    communes = list(communes_of(lam_dong, AFTER))
    assert len(communes) == 124
    assert {unit.parent_id for unit in communes} == {lam_dong.pk}
    assert list(communes_of(lam_dong, BEFORE)) == []


@pytest.mark.parametrize(
    ("written", "level", "bare"),
    [
        ("TX. Phước Long", "district", "phuoc long"),
        ("Phường 05", "commune", "5"),
        ("Xã", "commune", "xa"),
        ("TP.HCM", "province", "hcm"),
        ("Thị trấn Tân Nghĩa", "commune", "tan nghia"),
        ("Tân Xã", "commune", "tan xa"),
    ],
)
def test_the_bare_name(written: str, level: str, bare: str) -> None:
    assert strip_kind(written, level) == bare


def _everything() -> list[Any]:
    return [
        list(Unit.objects.order_by("pk").values_list()),
        list(UnitName.objects.order_by("pk").values_list()),
        list(UnitLink.objects.order_by("pk").values_list()),
        list(PlacesLoad.objects.order_by("pk").values_list()),
    ]


def test_loading_again_changes_nothing() -> None:
    before = _everything()
    assert reference.load_places() is False
    assert _everything() == before


def test_a_new_version_of_the_files_keeps_the_units_that_rows_point_to() -> None:
    before = _everything()[0]
    Unit.objects.filter(code="25270", valid_to=None).update(name="Sai", folded_name="sai")
    PlacesLoad.objects.update(checksum="an older version")
    assert reference.load_places() is True
    assert _everything()[0] == before
    assert UnitName.objects.filter(unit__code="25270", unit__valid_to=None).count() == 2
