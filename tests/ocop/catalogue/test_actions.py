"""What may be written into the catalogue of hand-entered indicators, and what is kept of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction

from core.audit.models import AuditEntry
from core.people.models import Role, User
from core.places.models import Level, Unit
from ocop.catalogue.actions import (
    CatalogueRefused,
    Found,
    add_indicator,
    correct_figure,
    enter_figure,
    write_target,
    write_terms,
)
from ocop.catalogue.decimals import NotANumber, parse_decimal, written_decimal
from ocop.catalogue.models import HandFigure, HandIndicator, HandTarget, HandTerms
from ocop.catalogue.queries import catalogue_of, line_of, nearest
from ocop.catalogue.rules import is_reached
from ocop.catalogue.wording import line_words
from tests.ocop.conftest import Land, person, viewer

pytestmark = pytest.mark.usefixtures("noon")
DAY = date(2026, 6, 30)


@pytest.fixture
def noon() -> object:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


@pytest.fixture
def share(land: Land) -> HandIndicator:
    return HandIndicator.objects.get(code="kinh-te-so-grdp")


def found(value: str | None = "12,5", source: str = "120/BC-UBND", **more: int) -> Found:
    return Found(parse_decimal(value) if value else None, source, **more)


@pytest.mark.parametrize(
    ("written", "value", "shown"),
    [
        ("12,5", "12.5", "12,5"),
        ("1.234,5", "1234.5", "1.234,5"),
        (" 80 % ", "80", "80"),
        ("−3,25", "-3.25", "-3,25"),
        ("0,0001", "0.0001", "0,0001"),
        ("21,320", "21.32", "21,32"),
    ],
)
def test_numbers_are_written_the_vietnamese_way(written: str, value: str, shown: str) -> None:
    assert parse_decimal(written) == Decimal(value)
    assert written_decimal(parse_decimal(written)) == shown


@pytest.mark.parametrize("written", ["12.5", "1,2,3", "12,12345", "abc", "1e5", "", "12.34,5", "NaN", "-", "٣"])
def test_what_could_be_read_in_two_ways_is_refused(written: str) -> None:
    with pytest.raises(NotANumber, match="dấu phẩy"):
        parse_decimal(written)


def test_plans_bring_names_and_targets_with_their_documents_and_no_figure(land: Land) -> None:
    """Whatever no source says is empty; loading again changes nothing, also not what people wrote since."""
    former = Unit.objects.get(level=Level.PROVINCE, code="77", valid_to__isnull=False)
    assert former.name == "Bà Rịa - Vũng Tàu" or "Vũng Tàu" in former.name
    groups = {each.group.value: each for each in catalogue_of(former)}
    assert [each.counted for each in groups.values()] == [17, 8, 14, 7]
    lines = {line.indicator.code: line for group in groups.values() for line in group.lines}
    assert all(line.figure is None and line.terms is None for line in lines.values())
    grdp = HandTarget.objects.filter(indicator=lines["kinh-te-so-grdp"].indicator).order_by("year")
    assert [(row.year, row.value, row.is_above, row.unit) for row in grdp] == [
        (2023, 17, False, former),
        (2025, 20, True, former),
    ]
    assert all(row.document for row in HandTarget.objects.all())
    invoices, national = lines["hoa-don-dien-tu"].target, lines["len-san"].national
    assert invoices is not None and (invoices.value, invoices.year) == (100, None)
    assert national is not None and (national.value, national.year) == (60, 2030)
    assert "1568/QĐ-BCT" in national.document and lines["len-san"].target is None
    assert groups["security"].lines == []
    here = {line.indicator.code: line for group in catalogue_of(land.lam_dong) for line in group.lines}
    assert here["kinh-te-so-grdp"].target is None and here["len-san"].national == national

    chu = person("Chú", Role.PROVINCE, land.ho_chi_minh)
    changed = write_target(
        indicator=lines["hoa-don-dien-tu"].indicator,
        unit=former,
        year=None,
        value=None,
        document="Nhầm nguồn",
        by=viewer(chu),
    )
    before = (HandIndicator.objects.count(), HandTarget.objects.count())
    call_command("load_reference", verbosity=0)
    assert (HandIndicator.objects.count(), HandTarget.objects.count()) == before
    assert changed.value is None and line_of(changed.indicator, former).target is None


def test_phuong_enters_a_figure_with_day_and_source(land: Land, phuong: User, share: HandIndicator) -> None:
    terms = write_terms(
        indicator=share, unit=land.lam_dong, owner="Sở Tài chính", formula="A chia B", by=viewer(phuong)
    )
    assert terms is not None and terms.version == 1
    made = enter_figure(indicator=share, unit=land.lam_dong, as_of=DAY, found=found(), by=viewer(phuong))
    line = line_of(share, land.lam_dong)
    assert (line.figure, line.terms) == (made, terms)
    words = line_words(line)
    assert (words.value, words.on, words.source) == ("12,5\u00a0%", "30/06/2026", "120/BC-UBND")
    assert (made.terms_version, made.entered_by, made.replaces) == (1, phuong, None)
    noted = list(AuditEntry.objects.order_by("pk").values_list("action", "unit_code", "actor_id"))[-2:]
    assert noted == [
        ("hand_indicator.terms_written", "68", phuong.pk),
        ("hand_indicator.figure_entered", "68", phuong.pk),
    ]
    assert line_of(share, land.ho_chi_minh).figure is None  # another province has said nothing


def test_nought_is_a_figure_and_nothing_is_none(land: Land, phuong: User, share: HandIndicator) -> None:
    assert line_words(line_of(share, land.lam_dong)).value == ""
    enter_figure(indicator=share, unit=land.lam_dong, as_of=DAY, found=found("0"), by=viewer(phuong))
    assert line_words(line_of(share, land.lam_dong)).value == "0\u00a0%"


@pytest.mark.parametrize(
    ("code", "day", "said", "words"),
    [
        ("kinh-te-so-grdp", DAY, found("100,0001"), "từ 0 đến 100"),
        ("kinh-te-so-grdp", DAY, found("-1"), "từ 0 đến 100"),
        ("nang-suat-lao-dong", DAY, found("-100,5"), "từ -100 đến 1.000"),
        ("kinh-te-so-grdp", date(2026, 11, 23), found(), "đến hôm nay"),
        ("kinh-te-so-grdp", date(2017, 12, 31), found(), "đến hôm nay"),
        ("kinh-te-so-grdp", DAY, found(source=" "), "Hãy ghi nguồn"),
        ("kinh-te-so-grdp", DAY, Found(Decimal(1), "1/BC", "javascript:alert(1)"), "https://"),
        ("kinh-te-so-grdp", DAY, found(None), "Hãy ghi số liệu"),
        ("kinh-te-so-grdp", DAY, found(None, numerator=1), "cả tử số và mẫu số"),
        ("kinh-te-so-grdp", DAY, found(None, numerator=3, denominator=2), "không được lớn hơn"),
        ("kinh-te-so-grdp", DAY, found(None, numerator=0, denominator=0), "lớn hơn 0"),
        ("kinh-te-so-grdp", DAY, found("80,1", numerator=76, denominator=95), "cho 80 %"),
        ("nang-suat-lao-dong", DAY, found(None, numerator=1, denominator=2), "không phải tỷ lệ"),
    ],
)
def test_a_figure_that_cannot_be_true_is_refused(
    land: Land, phuong: User, code: str, day: date, said: Found, words: str
) -> None:
    line = HandIndicator.objects.get(code=code)
    with pytest.raises(CatalogueRefused, match=words):
        enter_figure(indicator=line, unit=land.lam_dong, as_of=day, found=said, by=viewer(phuong))
    assert not HandFigure.objects.exists() and not AuditEntry.objects.filter(action__startswith="hand_").exists()


def test_growth_may_be_negative_and_two_integers_say_a_percentage(
    land: Land, phuong: User, share: HandIndicator
) -> None:
    growth = HandIndicator.objects.get(code="nang-suat-lao-dong")
    fell = enter_figure(indicator=growth, unit=land.lam_dong, as_of=DAY, found=found("-1,5"), by=viewer(phuong))
    assert line_words(line_of(growth, land.lam_dong)).value == "-1,5\u00a0% mỗi năm" and fell.value == Decimal("-1.5")
    rate = enter_figure(
        indicator=share, unit=land.lam_dong, as_of=DAY, found=found(None, numerator=1, denominator=3), by=viewer(phuong)
    )
    assert rate.value == Decimal("33.33")
    assert line_words(line_of(share, land.lam_dong)).value == "33,33\u00a0% (1/3)"


def test_a_correction_is_a_figure_beside_the_old_one(land: Land, phuong: User, share: HandIndicator) -> None:
    by, where = viewer(phuong), land.lam_dong
    first = enter_figure(indicator=share, unit=where, as_of=DAY, found=found(), by=by)
    with pytest.raises(CatalogueRefused, match="đã có số liệu"):
        enter_figure(indicator=share, unit=where, as_of=DAY, found=found("13"), by=by)
    for said, reason, words in ((found("13"), " ", "vì sao"), (found(), "gõ lại", "như cũ")):
        with pytest.raises(CatalogueRefused, match=words):
            correct_figure(figure=first, found=said, reason=reason, by=by)
    second = correct_figure(figure=first, found=found("13,1"), reason="Báo cáo đính chính", by=by)
    assert (second.as_of, second.replaces, second.reason) == (DAY, first, "Báo cáo đính chính")
    with pytest.raises(CatalogueRefused, match="đã được sửa"):
        correct_figure(figure=first, found=found("14"), reason="nữa", by=by)
    assert line_of(share, where).figure == second
    gone = correct_figure(figure=second, found=None, reason="Nguồn đã bị thu hồi", by=by)
    assert (gone.value, gone.source) == (None, "120/BC-UBND") and line_of(share, where).figure is None
    with pytest.raises(CatalogueRefused, match="đã được rút"):
        correct_figure(figure=gone, found=None, reason="nữa", by=by)
    back = correct_figure(figure=gone, found=found("12,9"), reason="Có văn bản mới", by=by)
    assert line_of(share, where).figure == back
    assert list(HandFigure.objects.order_by("pk")) == [first, second, gone, back]
    words = list(AuditEntry.objects.filter(action__startswith="hand_").order_by("pk").values_list("action", flat=True))
    assert [word.rpartition("_")[2] for word in words] == ["entered", "corrected", "withdrawn", "corrected"]


def test_the_database_keeps_the_rules_too(land: Land, share: HandIndicator) -> None:
    facts = {
        "indicator": share,
        "unit": land.lam_dong,
        "as_of": DAY,
        "value": 1,
        "source": "1/BC",
        "entered_at": "2026-11-22T05:00Z",
    }
    first = HandFigure(**facts)
    first.save()
    for wrong in (
        {},  # a second figure of the day
        {"as_of": date(2026, 7, 1), "source": ""},
        {"as_of": date(2026, 7, 1), "reason": "không thay gì"},
        {"as_of": date(2026, 7, 1), "value": None},
        {"as_of": date(2026, 7, 1), "numerator": 3, "denominator": 2},
        {"replaces": first},  # no reason
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            HandFigure(**facts | wrong).save()
    assert HandFigure.objects.count() == 1


def test_nobody_else_writes(land: Land, phuong: User, chi: User, an: User, share: HandIndicator) -> None:
    """An officer of a commune, the province next door, an auditor, a seller; and nobody of a province writes for the country."""
    entered = enter_figure(indicator=share, unit=land.lam_dong, as_of=DAY, found=found(), by=viewer(phuong))
    others = [chi, an, person("Hoa", Role.PROVINCE, land.ho_chi_minh), person("Kiểm", Role.AUDITOR, land.lam_dong)]
    for who in map(viewer, others):
        for write in (
            lambda by: enter_figure(indicator=share, unit=land.lam_dong, as_of=date(2026, 7, 1), found=found(), by=by),
            lambda by: correct_figure(figure=entered, found=found("13"), reason="x", by=by),
            lambda by: write_terms(indicator=share, unit=land.lam_dong, owner="x", formula="", by=by),
            lambda by: write_target(
                indicator=share, unit=land.lam_dong, year=2026, value=Decimal(1), document="x", by=by
            ),
            lambda by: write_target(indicator=share, unit=None, year=2026, value=Decimal(1), document="x", by=by),
            lambda by: add_indicator(unit=land.lam_dong, group="economy", name="x", measure="percent", by=by),
        ):
            with pytest.raises(PermissionError):
                write(who)
    for place in (None, land.phu_thuy):
        with pytest.raises(PermissionError):
            write_target(indicator=share, unit=place, year=2026, value=Decimal(1), document="x", by=viewer(phuong))
    assert list(HandFigure.objects.all()) == [entered] and not HandTerms.objects.exists()
    assert not HandTarget.objects.filter(year=2026).exists()


def test_terms_have_versions_and_figures_keep_theirs(land: Land, phuong: User, share: HandIndicator) -> None:
    by, where = viewer(phuong), land.lam_dong
    early = enter_figure(indicator=share, unit=where, as_of=date(2025, 12, 31), found=found(), by=by)
    assert write_terms(indicator=share, unit=where, owner="", formula=" ", by=by) is None
    one = write_terms(indicator=share, unit=where, owner="Sở Tài chính", formula="A / B", by=by)
    assert write_terms(indicator=share, unit=where, owner="Sở Tài chính ", formula="A / B", by=by) == one
    two = write_terms(indicator=share, unit=where, owner="Sở Tài chính", formula="A / C", by=by)
    late = enter_figure(indicator=share, unit=where, as_of=DAY, found=found(), by=by)
    assert one is not None and two is not None
    assert [each.version for each in (one, two)] == [1, 2]
    assert [HandFigure.objects.get(pk=each.pk).terms_version for each in (early, late)] == [0, 2]
    assert line_of(share, land.ho_chi_minh).terms is None


def test_a_province_adds_a_line_of_its_own(land: Land, phuong: User) -> None:
    by = viewer(phuong)
    made = add_indicator(
        unit=land.lam_dong, group="society", name="Trạm 5G", measure="number", measure_words="trạm", by=by
    )
    enter_figure(indicator=made, unit=land.lam_dong, as_of=DAY, found=found("1.234"), by=by)
    [line] = [each for group in catalogue_of(land.lam_dong) for each in group.lines if each.indicator == made]
    assert line_words(line).value == "1.234\u00a0trạm"
    assert made not in [each.indicator for group in catalogue_of(land.ho_chi_minh) for each in group.lines]
    for name in ("trạm 5g", "Phủ cáp quang", " "):
        with pytest.raises(CatalogueRefused):
            add_indicator(unit=land.lam_dong, group="society", name=name, measure="number", by=by)
    hoa = viewer(person("Hoa", Role.PROVINCE, land.ho_chi_minh))
    with pytest.raises(PermissionError):
        enter_figure(indicator=made, unit=land.ho_chi_minh, as_of=DAY, found=found("1"), by=hoa)


def test_which_target_a_figure_is_read_against(land: Land, phuong: User, share: HandIndicator) -> None:
    by, where = viewer(phuong), land.lam_dong

    def aim(year: int | None, value: str, *, is_above: bool = False) -> HandTarget:
        return write_target(
            indicator=share, unit=where, year=year, value=Decimal(value), document="1/KH", is_above=is_above, by=by
        )

    unknown, past, near, far = aim(None, "5"), aim(2025, "10"), aim(2027, "12.5", is_above=True), aim(2030, "30")
    assert nearest([unknown, past, near, far], 2026) == near
    assert nearest([unknown, past], 2026) == past and nearest([unknown], 2026) == unknown and nearest([], 2026) is None
    again = aim(2027, "12.5")
    assert line_of(share, where).target == again
    even = enter_figure(indicator=share, unit=where, as_of=DAY, found=found("12,5"), by=by)
    assert is_reached(even, again) and not is_reached(even, near)
    write_target(indicator=share, unit=where, year=2027, value=None, document="Kế hoạch mới", by=by)
    assert line_of(share, where).target == far
    with pytest.raises(CatalogueRefused, match="không có mục tiêu"):
        write_target(indicator=share, unit=where, year=2027, value=None, document="x", by=by)
    for wrong in ({"document": " "}, {"year": 2017}, {"value": Decimal("100.5")}):
        facts = {"year": 2026, "value": Decimal(1), "document": "1/KH"} | wrong
        with pytest.raises(CatalogueRefused):
            write_target(indicator=share, unit=where, by=by, **facts)


def test_the_country_is_written_for_by_who_works_for_all_of_it(land: Land, share: HandIndicator) -> None:
    boss = viewer(person("Quản", operator=True))
    aim = write_target(indicator=share, unit=None, year=2030, value=Decimal(30), document="1/QĐ-TTg", by=boss)
    assert [line_of(share, unit).national for unit in (land.lam_dong, land.ho_chi_minh)] == [aim, aim]


def test_a_percentage_rounded_up_to_the_target_has_not_reached_it(
    land: Land, phuong: User, share: HandIndicator
) -> None:
    by, where = viewer(phuong), land.lam_dong
    target = write_target(indicator=share, unit=where, year=2026, value=Decimal(80), document="1/KH", by=by)
    almost = enter_figure(
        indicator=share, unit=where, as_of=DAY, found=found("80,0", numerator=7996, denominator=10000), by=by
    )
    assert not is_reached(almost, target)
