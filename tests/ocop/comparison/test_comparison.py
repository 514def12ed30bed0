"""Pilots beside the rest: sums of integers by the membership of each month, or of one group followed back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from core.people.models import Role, User
from core.places.models import Level, Unit, UnitLink
from ocop.comparison.queries import Comparison, Month, Part, comparison
from ocop.comparison.rules import is_thin, tenths_between
from ocop.comparison.wording import doubts, has_moved, latest_words, pilot_words, points
from ocop.indicators.models import Tally
from ocop.indicators.queries import Scope
from ocop.indicators.registry import INDICATORS
from onboarding.households.models import PilotUnit
from tests.ocop.conftest import Land, moment, person, viewer

I1 = INDICATORS["I1"]
SEP, OCT, NOV = date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 22)
PAGE = "/bang/thi-diem/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False) as clock_:
        yield clock_


def kept(on: date, *counts: tuple[Unit | None, int, int], version: int = I1.version, code: str = "I1") -> None:
    """The day was counted, with these integers by unit."""
    Tally.objects.bulk_create(
        Tally(indicator=code, version=version, on=on, unit=unit, numerator=n, denominator=d, missing=0, counted_at=moment(on))
        for unit, n, d in [(None, 0, 0), *counts]
    )  # fmt: skip


def pilot(commune: Unit, since: date, until: date | None = None, decision: str = "12/QĐ-UBND") -> PilotUnit:
    return PilotUnit.objects.create(commune=commune, valid_from=since, valid_to=until, decision=decision)


def communes(land: Land, count: int) -> list[Unit]:
    return list(Unit.objects.filter(parent=land.lam_dong, level=Level.COMMUNE, valid_to=None).order_by("code")[:count])


def told(found: Comparison) -> list[tuple[str, Any, Any]]:
    def part(each: Part | None) -> tuple[int, int, int] | None:
        return (each.numerator, each.denominator, each.counted) if each else None

    return [(f"{month.first:%m}", part(month.pilots), part(month.rest)) for month in found.months]


def test_a_commune_moves_from_one_group_to_the_other_and_only_last_days_count(land: Land, phuong: User) -> None:
    a, b, c, d = communes(land, 4)
    kept(date(2026, 9, 29), (a, 99, 99))  # not the last day of its month
    kept(SEP, (a, 1, 10), (b, 2, 20), (c, 3, 30))
    kept(NOV, (a, 6, 10), (b, 10, 20), (c, 3, 30), (d, 0, 5), (land.lam_dong, 7, 8))
    kept(OCT, (a, 9, 9), version=I1.version - 1)  # by a definition that is no more: no figures of this one
    kept(NOV, (land.con_dao, 50, 50), code="I3")
    Tally.objects.create(indicator="I1", version=I1.version, on=NOV, unit=land.con_dao, numerator=5, denominator=5, missing=0, counted_at=moment(NOV))  # fmt: skip
    pilot(a, date(2026, 9, 1))
    pilot(b, date(2026, 10, 1))
    pilot(c, date(2026, 9, 1), date(2026, 9, 30))  # ended on the day itself: no longer one
    pilot(land.con_dao, date(2026, 1, 1))  # of another province
    found = comparison(I1, Scope(viewer(phuong), NOV, land.lam_dong), same_group=False)
    assert told(found) == [
        ("09", (1, 10, 1), (5, 50, 2)),
        ("10", None, None),
        ("11", (16, 30, 2), (3, 35, 2)),
    ]
    whole = Unit.objects.filter(parent=land.lam_dong, level=Level.COMMUNE, valid_to=None).count()
    first, _, last = found.months
    assert (first.pilots.communes, first.rest.communes) == (1, whole - 1)  # type: ignore[union-attr]
    assert (last.pilots.communes, last.rest.communes) == (2, whole - 2)  # type: ignore[union-attr]
    assert (first.on, last.on, last.is_running, first.is_running) == (SEP, NOV, True, False)
    assert found.unplaced == 8
    assert {each.line.commune.pk: (each.first, each.last, each.is_late) for each in found.pilots} == {
        a.pk: ((SEP, (1, 10)), (NOV, (6, 10)), True),  # nobody counted before it began
        b.pk: ((SEP, (2, 20)), (NOV, (10, 20)), False),
        c.pk: (None, None, False),  # counted neither before it began nor while it was one
    }
    same = comparison(I1, Scope(viewer(phuong), NOV, land.lam_dong), same_group=True)
    assert told(same) == [("09", (3, 30, 2), (3, 30, 1)), ("10", None, None), ("11", (16, 30, 2), (3, 35, 2))]


def test_a_pilot_goes_on_in_the_commune_it_became_and_its_group_is_followed_back(land: Land, phuong: User) -> None:
    whole, beside, other = communes(land, 3)
    turned = date(2026, 10, 15)
    old = Unit.objects.create(level=Level.COMMUNE, code="98001", parent=land.lam_dong, name="Cũ Một", kind="Xã", folded_name="cu mot", valid_to=turned)  # fmt: skip
    split = Unit.objects.create(level=Level.COMMUNE, code="98002", parent=land.lam_dong, name="Cũ Hai", kind="Xã", folded_name="cu hai", valid_to=turned)  # fmt: skip
    UnitLink.objects.create(old=old, new=whole, on=turned, kind=UnitLink.Kind.WHOLE)
    UnitLink.objects.create(old=split, new=whole, on=turned, kind=UnitLink.Kind.DEFAULT)
    UnitLink.objects.create(old=split, new=beside, on=turned, kind=UnitLink.Kind.PART)
    pilot(old, date(2026, 9, 1), turned)
    pilot(whole, turned)
    pilot(beside, turned)
    kept(SEP, (old, 1, 10), (split, 2, 20), (whole, 0, 0), (other, 4, 40))
    kept(NOV, (whole, 9, 28), (beside, 1, 2), (other, 5, 40))
    scope = Scope(viewer(phuong), NOV, land.lam_dong)
    by_dates, same = comparison(I1, scope, same_group=False), comparison(I1, scope, same_group=True)
    assert told(by_dates) == [("09", (1, 10, 1), (6, 60, 2)), ("10", None, None), ("11", (10, 30, 2), (5, 40, 1))]
    assert told(same) == [("09", (3, 30, 2), (4, 40, 1)), ("10", None, None), ("11", (10, 30, 2), (5, 40, 1))]
    assert (by_dates.followed, same.followed) == (0, 2)
    assert [month.pilots.communes for month in same.months if month.pilots] == [4, 2]  # they were there before as well
    [line] = [each for each in by_dates.pilots if each.line.commune == whole]
    [part] = [each for each in by_dates.pilots if each.line.commune == beside]
    assert (line.line.commune, line.line.since, line.line.before) == (whole, date(2026, 9, 1), ("xã Cũ Một",))
    assert (line.first, line.last) == ((SEP, (3, 30)), (NOV, (9, 28)))
    assert part.first == part.last == (NOV, (1, 2))  # what it got of the divided commune was never counted apart


def test_a_pilot_s_change_is_from_the_count_before_it_began_to_the_last_while_it_was_one(
    land: Land, phuong: User
) -> None:
    early, ended, short, none = communes(land, 4)
    for day, n in ((SEP, 1), (OCT, 5), (NOV, 9)):
        kept(day, (early, n, 10), (ended, n, 20), (short, n, 30))
    pilot(early, OCT)  # the day's own count is of its end of day, but no later one was before
    pilot(ended, date(2026, 10, 1), date(2026, 11, 10))
    pilot(short, date(2026, 11, 1), date(2026, 11, 20))
    pilot(none, date(2026, 9, 1))
    found = comparison(I1, Scope(viewer(phuong), NOV, land.lam_dong), same_group=False)
    assert {each.line.commune.pk: (each.first, each.last, each.is_late) for each in found.pilots} == {
        early.pk: ((OCT, (5, 10)), (NOV, (9, 10)), False),
        ended.pk: ((SEP, (1, 20)), (OCT, (5, 20)), False),
        short.pk: ((OCT, (5, 30)), (OCT, (5, 30)), False),
        none.pk: (None, None, False),
    }
    assert [pilot_words(each).difference for each in found.pilots if each.line.commune in (ended, short)] in (
        ["+20,0 điểm", ""],
        ["", "+20,0 điểm"],
    )


@pytest.mark.parametrize("is_counted", [False, True])
def test_a_pilot_that_went_on_elsewhere_before_anything_was_counted_is_one_line(land: Land, phuong: User, is_counted: bool) -> None:  # fmt: skip
    whole, *_others = communes(land, 1)
    turned = date(2026, 9, 15)
    old = Unit.objects.create(level=Level.COMMUNE, code="98001", parent=land.lam_dong, name="Cũ Một", kind="Xã", folded_name="cu mot", valid_to=turned)  # fmt: skip
    UnitLink.objects.create(old=old, new=whole, on=turned, kind=UnitLink.Kind.WHOLE)
    pilot(old, date(2026, 9, 1), turned)
    pilot(whole, turned)
    if is_counted:
        kept(SEP, (whole, 1, 10))
        kept(NOV, (whole, 4, 10))
    found = comparison(I1, Scope(viewer(phuong), NOV, land.lam_dong), same_group=True)
    [line] = found.pilots
    assert (line.line.since, line.line.before, found.followed) == (date(2026, 9, 1), ("xã Cũ Một",), 0)
    assert (line.first, line.is_late) == ((SEP, (1, 10)) if is_counted else None, is_counted)


def test_other_communes_in_the_group_or_with_figures_are_told_though_their_number_is_the_same(
    land: Land, phuong: User
) -> None:
    a, b, c, d = communes(land, 4)
    pilot(a, date(2026, 9, 1), date(2026, 10, 1))
    pilot(b, date(2026, 10, 1))
    kept(SEP, (a, 1, 10), (b, 2, 20), (c, 3, 30))
    kept(OCT, (a, 1, 10), (b, 2, 20), (c, 3, 30))
    scope = Scope(viewer(phuong), NOV, land.lam_dong)
    by_dates, same = comparison(I1, scope, same_group=False), comparison(I1, scope, same_group=True)
    assert has_moved(by_dates.months) and not has_moved(same.months)
    assert not any("Không phải tháng nào" in said for said in doubts(same, I1))
    kept(NOV, (a, 1, 10), (b, 2, 20), (c, 3, 30), (d, 1, 40))
    told_of_rest = doubts(comparison(I1, scope, same_group=True), I1)
    assert any("(nhóm thí điểm 1, nhóm còn lại 2–3 xã)" in said for said in told_of_rest)
    Tally.objects.filter(on=NOV, unit__in=(b, d)).delete()
    pilot(d, date(2026, 10, 1))
    Tally.objects.filter(on=NOV, unit=a).update(unit=d)
    told_of_pilots = doubts(comparison(I1, scope, same_group=True), I1)  # b had figures, then d: one each time
    assert any("(nhóm thí điểm 1, nhóm còn lại" in said for said in told_of_pilots)


def test_pilots_that_may_be_chosen_by_their_figures_are_told(land: Land, phuong: User) -> None:
    in_time, late, unknown = (pilot(each, date(2026, 9, 1)) for each in communes(land, 3))
    PilotUnit.objects.filter(pk=in_time.pk).update(recorded_at=moment(date(2026, 10, 1)))  # thirty days later
    PilotUnit.objects.filter(pk=late.pk).update(recorded_at=moment(date(2026, 10, 2)))
    found = comparison(I1, Scope(viewer(phuong), NOV, land.lam_dong), same_group=False)
    by_commune = {each.line.commune.pk: pilot_words(each).recorded for each in found.pilots}
    assert by_commune == {
        in_time.commune_id: "ghi ngày 01/10/2026",
        late.commune_id: "ghi ngày 02/10/2026",
        unknown.commune_id: "không rõ ghi ngày nào",
    }
    told_late, told_unknown = doubts(found, I1)
    assert told_late.startswith(
        f"1 xã được ghi là thí điểm hơn 30 ngày sau ngày bắt đầu ({late.commune}, ghi ngày 02/10/2026): có thể"
    )
    assert told_unknown.startswith("Không rõ 1 xã được ghi là thí điểm ngày nào")
    client = Client()
    client.force_login(phuong)
    shown = text(client, PAGE)
    assert "có thể được chọn khi đã biết số liệu" in shown and "12/QĐ-UBND; ghi ngày 02/10/2026" in shown
    PilotUnit.objects.update(recorded_at=moment(date(2026, 9, 30)))
    assert not doubts(comparison(I1, Scope(viewer(phuong), NOV, land.lam_dong), same_group=False), I1)


def test_the_page_says_what_is_compared_what_is_missing_and_that_it_proves_nothing(land: Land, phuong: User, chi: User, dung: User) -> None:  # fmt: skip
    client = Client()
    client.force_login(phuong)
    assert "Chưa có xã nào thí điểm" in text(client, PAGE)
    a, b, c = communes(land, 3)
    pilot(a, date(2026, 9, 1))
    pilot(b, date(2026, 11, 1), decision="<b>15</b>/QĐ")
    kept(SEP, (a, 0, 40), (c, 200, 800))
    kept(NOV, (a, 25, 40), (b, 5, 20), (c, 260, 800))
    shown = text(client, PAGE)
    assert "Tháng 11/2026: xã thí điểm 30/60 (50,0 %), các xã còn lại 260/800 (32,5 %), chênh lệch +17,5 điểm." in shown
    assert "0/40 (0,0 %)" in shown and "−25,0 điểm" in shown  # a true zero is one
    assert "không ngày nào được đếm" in shown and shown.count("(tháng đang chạy)") == 1
    assert "Chênh lệch không chứng minh là nhờ thí điểm" in shown
    assert "Nhóm thí điểm chỉ có 2 xã có số liệu với 60 hộ" in shown and "Nhóm còn lại chỉ có 1 xã" in shown
    assert "Các xã thí điểm không như nhau qua các tháng" in shown and "&lt;b&gt;15&lt;/b&gt;/QĐ" in shown
    assert shown.count("<option") == len(INDICATORS)  # one province: nothing to choose
    same = text(client, f"{PAGE}?nhom=cung&ma=I1&unit=68")
    assert (
        "So các xã đang thí điểm hôm nay, theo ngược" in same
        and "không như nhau" not in same
        and "khi đã thí điểm" in shown
    )
    assert client.get(f"{PAGE}?unit=79").status_code == 404 and client.get(f"{PAGE}?unit=22924").status_code == 404
    rows = list(csv.DictReader(io.StringIO(client.get(f"{PAGE}thi-diem.csv").content.decode("utf-8-sig"))))
    assert [(row["Tháng"], row["Tử số thí điểm"], row["Mẫu số thí điểm"], row["Chênh lệch"]) for row in rows] == [
        ("09/2026", "0", "40", "−25,0 điểm"),
        ("10/2026", "chưa có số liệu", "chưa có số liệu", "chưa có số liệu"),
        ("11/2026", "30", "60", "17,5 điểm"),
    ]
    book = load_workbook(io.BytesIO(b"".join(client.get(f"{PAGE}thi-diem.xlsx").streaming_content)))  # type: ignore[attr-defined]
    assert book.sheetnames == ["Từng tháng", "Xã thí điểm", "Cách so"]
    assert [cell.value for cell in list(book["Từng tháng"].rows)[3]][6:9] == [30, 60, 2]
    assert (
        "không chứng minh" in (told_there := str([row[1].value for row in book["Cách so"].rows]))
        and "không như nhau" in told_there
    )
    for other in (chi, dung, person("Kế toán", Role.ACCOUNTANT, land.lam_dong)):
        client.force_login(other)
        assert {client.get(f"{PAGE}{end}").status_code for end in ("", "thi-diem.csv", "thi-diem.xlsx")} == {404}
    client.force_login(person("Trung ương", Role.NATIONAL))
    assert "Cả nước" in text(client, PAGE) and "260/800" in text(client, f"{PAGE}?unit=68")


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("same_group", [False, True])
def test_as_few_queries_for_twenty_five_pilots_as_for_one(land: Land, phuong: User, same_group: bool) -> None:
    units = communes(land, 40)
    for day in (SEP, OCT, NOV):
        kept(day, *((unit, 1, 3) for unit in units))
    counted = []
    for count in (1, 25):
        for unit in units[PilotUnit.objects.count() : count]:
            pilot(unit, date(2026, 9, 1))
        with CaptureQueriesContext(connection) as queries:
            found = comparison(I1, Scope(viewer(phuong), NOV, land.lam_dong), same_group=same_group)
        assert [month.pilots.counted for month in found.months if month.pilots] == [count] * 3
        counted.append(len(queries))
    assert counted == [7 + same_group] * 2  # one of them reads the grants of the viewer


def test_differences_are_of_integers_and_small_groups_are_called_small() -> None:
    assert tenths_between((1, 3), (1, 3)) == 0
    assert tenths_between((1, 3), (0, 7)) == 333
    assert tenths_between((0, 7), (1, 3)) == -333
    assert tenths_between((1, 2000), (0, 1)) == 1 and tenths_between((0, 1), (1, 2000)) == -1  # half a tenth
    assert points((1, 10_000), (0, 1)) == "lệch dưới 0,1 điểm"
    assert points((2, 4), (1, 2)) == "bằng nhau" and points(None, (1, 2)) == "" and points((1, 2), None) == ""
    for rest, said in ((Part(1, 2, 1, 1), "bằng nhau"), (Part(5_001, 10_000, 1, 1), "lệch dưới 0,1 điểm"), (Part(0, 1, 1, 1), "chênh lệch +50,0 điểm")):  # fmt: skip
        assert latest_words(Month(NOV, NOV, True, Part(2, 4, 1, 1), rest)).endswith(f"%), {said}.")
    assert is_thin(4, 1000) and is_thin(50, 99) and not is_thin(5, 100)
