"""The ranking, the map, the months and the steps of the board."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from core.people.models import User
from core.places.models import Unit
from ocop.boards.charts import Band, band_of, ground_of
from ocop.indicators.lines import line_of
from ocop.indicators.models import Tally
from tests.ocop.boards.test_boards import page
from tests.ocop.conftest import Land, linked, listing, look, moment, product, put_on

ON = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def sold(unit: Unit, *platforms: str) -> None:
    """A certified product of this commune, seen on these platforms two days ago."""
    made, offer = product("Nước mắm", (4, "2025-03-01"), unit=unit), listing("Nước mắm", unit)
    linked(made, offer)
    for code in platforms:
        look(put_on(offer, code), moment(ON - timedelta(days=2)))


def test_places_are_ranked_by_integers_with_ties_by_name_and_none_last(land: Land, phuong: User) -> None:
    communes = {each.code: each for each in Unit.objects.filter(parent=land.lam_dong, valid_to=None)}
    third = next(each for each in communes.values() if each not in (land.phu_thuy, land.tuy_phong))
    for unit in (land.phu_thuy, third):  # 1/2 each
        sold(unit, "voso", "postmart")
        sold(unit, "voso")
    for _ in range(3):  # 2/3
        sold(land.tuy_phong, *(("voso", "postmart") if _ else ()))
    product("Chỉ biết tỉnh", (4, "2025-03-01"), unit=land.lam_dong)
    seen = page(phuong, "/bang/")
    ranks = re.findall(r'<th scope="row">(\d+)\. <a href="/bang/\?unit=(\d+)&amp;ma=I2both">', seen)
    assert ranks[0] == ("1", land.tuy_phong.code)
    assert [place for place, _ in ranks] == ["1", "2", "2"]
    assert {code for _, code in ranks[1:]} == {land.phu_thuy.code, third.code}
    assert "4/8 (50,0 %)" in seen, "the sum, not a mean of 2/3, 1/2 and 1/2"
    assert "Trong tổng còn 0/1 (0,0 %) chưa rõ ở xã nào" in seen
    assert f"{len(communes) - 3} nơi chưa có số liệu" in seen
    marks = re.findall(r'<a href="/bang/\?unit=(\d+)&amp;ma=I2both" aria-label="([^"]+)"', seen)
    assert {code for code, _ in marks} == {land.tuy_phong.code, land.phu_thuy.code, third.code}
    assert any("2/3 (66,7 %)" in label for _, label in marks)
    assert page(phuong, "/bang/", ma="I1").count("map-half") == 1, "only the key: no household, no mark"


def test_every_step_opens_to_as_many_rows(land: Land, phuong: User) -> None:
    sold(land.phu_thuy, "voso", "postmart")
    sold(land.phu_thuy, "voso")
    sold(land.tuy_phong)
    product("Trà", (3, "2025-03-01"), unit=land.phu_thuy)
    product("Mực", (4, "2023-05-01"), unit=land.phu_thuy)  # lapsed in May 2026
    product("Cá", (4, "2021-05-01"), unit=land.phu_thuy)  # lapsed long ago
    seen = page(phuong, "/bang/")
    assert "Trong 365 ngày qua 1 sản phẩm hết hạn giấy" in seen
    for words, count, address in (
        ("Có giấy còn hạn", 4, "/bang/I2both/?side=denominator"),
        ("Đã gắn tin hoặc trang", 3, "/bang/san-pham/?han=con&amp;gan=roi"),
        ("Thấy trên ít nhất một sàn", 2, "/bang/I2any/?side=numerator"),
        ("Thấy trên cả hai sàn", 1, "/bang/I2both/?side=numerator"),
    ):
        assert f'<a href="{address}">{words}</a>' in seen
        assert f"{count}/4 (" in seen.split(words)[1][:900]
        opened = page(phuong, address.replace("&amp;", "&"))
        assert len(set(re.findall(r"/bang/san-pham/(\d+)/\"", opened))) == count
    assert len(set(re.findall(r"/bang/san-pham/(\d+)/\"", page(phuong, "/bang/san-pham/", han="vua-het")))) == 1


def test_months_without_a_count_are_gaps_on_the_board_and_counted_on_their_page(land: Land, phuong: User) -> None:
    sold(land.phu_thuy, "voso", "postmart")
    kept = {"unit": land.phu_thuy, "indicator": "I2both", "version": 2, "counted_at": timezone.now(), "missing": 0}
    Tally.objects.create(on=date(2026, 9, 30), numerator=3, denominator=7, **kept)
    Tally.objects.create(on=date(2026, 8, 31), numerator=7, denominator=7, **kept | {"version": 1})
    seen = page(phuong, "/bang/")
    assert "3/7 (42,9 %)" in seen
    assert "7/7" not in seen, "what an older definition counted"
    assert seen.count("months-dot") == 2
    assert 'class="months-line"' not in seen, "October is missing between them"
    opened = page(phuong, "/bang/xu-huong/", ma="I2both")
    assert opened.count("months-dot") == 12, "what was not kept is counted"
    assert "3/7 (42,9 %)" in opened


def test_the_line_is_drawn_without_words_and_told_to_those_who_do_not_see_it(land: Land, phuong: User) -> None:
    sold(land.phu_thuy, "voso", "postmart")
    kept = {"unit": land.phu_thuy, "indicator": "I2both", "version": 2, "counted_at": timezone.now(), "missing": 0}
    Tally.objects.create(on=date(2026, 9, 30), numerator=3, denominator=7, **kept)
    drawing = page(phuong, "/bang/").split('<figure class="months">')[1].split("</figure>")[0]
    assert "<text" not in drawing, "words in a drawing shrink with it"
    named = re.search(r'<svg [^>]*aria-labelledby="(\S+)" aria-describedby="(\S+)"', drawing)
    assert named
    title = re.search(rf'<title id="{named[1]}">([^<]+)</title>', drawing)
    said = re.search(rf'<desc id="{named[2]}">([^<]+)</desc>', drawing)
    assert (
        title and title[1] == "Sản phẩm OCOP có trên cả VoSo và Postmart, cuối mỗi tháng từ 31/12/2025 đến 22/11/2026"
    )
    assert said and said[1] == (
        "Ngày 30/09/2026: 3/7 (42,9 %). Ngày 22/11/2026: 1/1 (100,0 %). Mục tiêu 100 %. Số từng tháng nằm trong bảng bên dưới."
    )
    assert "Vạch đứt: mục tiêu 100 %" in drawing
    assert "100 %</li><li>50 %</li><li>0 %" in drawing
    assert "<td" in drawing, "the table of the drawing"


def test_people_read_names_and_no_codes(land: Land, phuong: User) -> None:
    product("Mắm", (4, "2025-01-01"), unit=land.phu_thuy)
    for path in ("/bang/", "/bang/xu-huong/", "/bang/thay-doi/", "/bang/chi-tieu/", "/bang/I2v/", "/bang/viec/"):
        words = re.sub(r"<[^>]+>", " ", page(phuong, path).split("<main")[1])
        assert not re.findall(r"\bI[123](?:a|b|c|d|v|p|o|any|both)?\b", words), path
    assert "Sản phẩm OCOP có trên VoSo (cách tính bản 2)" in page(phuong, "/bang/").replace("  ", " ")


def test_bands_lines_and_grounds() -> None:
    assert [band_of(n, d, 80) for n, d in ((7996, 10000), (8000, 10000), (40, 100), (39, 100), (0, 0))] == [
        Band.HALF, Band.REACHED, Band.HALF, Band.FAR, Band.NONE,
    ]  # fmt: skip
    ground = ground_of([(10.0, 107.0), (12.0, 109.0), None])
    assert ground.spots[2] is None
    south, north = ground.spots[0], ground.spots[1]
    assert south and north
    assert (south.x, north.y) == (40, 40)
    assert south.y > north.y and north.x > south.x
    assert ground_of([None]).spots == [None]
    days = [date(2026, month, 1) for month in (1, 2, 3, 4)]
    line = line_of([(days[0], (0, 4)), (days[1], (4, 4)), (days[2], (0, 0)), (days[3], (1, 2))], 80)
    assert [dot.y for dot in line.dots] == [230, 20, None, 125]
    assert len(line.paths) == 1
    assert line.target_y == 62
