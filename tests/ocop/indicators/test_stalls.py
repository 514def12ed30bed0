"""I4 and I4a: which market stalls count on a day, down to the rows, and how the counts are kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.people.models import Role
from core.people.queries import SYSTEM
from ocop.boards.sheets import rows_as_csv
from ocop.indicators.actions import count_day, recount_due
from ocop.indicators.breakdown import Dimension, measure_by
from ocop.indicators.evidence import StallRow, evidence_rows
from ocop.indicators.queries import Scope, measure, rows_on, scope_for
from ocop.indicators.registry import INDICATORS, Side
from ocop.indicators.tallies import figures
from onboarding.markets.actions import Told, close_market, close_stall, decide_name, set_holder, tell_use
from onboarding.markets.models import Stall
from tests.ocop.conftest import person
from tests.onboarding.markets.bazaar import Bazaar, bazaar_of, broken, code_text
from tests.people import People

BOTH = [INDICATORS["I4"], INDICATORS["I4a"]]
HOA = "NGUYEN THI HOA"


@pytest.fixture
def bazaar(people: People) -> Bazaar:
    return bazaar_of(people)


def counted(bazaar: Bazaar, on: date | None = None) -> list[tuple[int, int, int]]:
    scope = scope_for(bazaar.people.viewer("phuong"), on=on)
    return [(each.numerator, each.denominator, each.missing) for each in measure(BOTH, scope)]


def tell(bazaar: Bazaar, stall: Stall, did_use: bool, month: date | None = None) -> None:
    said = {stall.pk: Told(did_use)}
    day = month or bazaar.today
    tell_use(market=bazaar.market, month=day.replace(day=1), told=said, told_by="holder", by=bazaar.viewers["chi"])


def test_no_stall_is_no_number(bazaar: Bazaar) -> None:
    assert counted(bazaar) == [(0, 0, 0), (0, 0, 0)]


def test_only_right_codes_of_the_holder_count(bazaar: Bazaar) -> None:
    for number, text in enumerate(
        (code_text(name=HOA), code_text(name="TRAN VAN BAY"), broken(code_text(name=HOA)), code_text(), "")
    ):
        stall = bazaar.stall(f"A{number}")
        if text:
            bazaar.check(stall, text)
    assert counted(bazaar) == [(1, 5, 0), (0, 5, 0)]


def test_an_ended_stall_leaves_both_numbers_and_the_day_before_stays(bazaar: Bazaar) -> None:
    right, other = bazaar.stall("A1"), bazaar.stall("A2")
    yesterday = bazaar.today - timedelta(days=1)
    with time_machine.travel(yesterday, tick=False):
        bazaar.check(right, code_text(name=HOA))
        tell(bazaar, right, True)
    assert counted(bazaar) == [(1, 2, 0), (1, 2, 0)]
    close_stall(stall=right, end=bazaar.today, by=bazaar.viewers["chi"])
    assert counted(bazaar) == [(0, 1, 0), (0, 1, 0)]
    close_market(market=other.market, end=bazaar.today, by=bazaar.viewers["chi"])
    assert counted(bazaar) == [(0, 0, 0), (0, 0, 0)]
    assert counted(bazaar, yesterday) == [(1, 2, 0), (1, 2, 0)]
    assert counted(bazaar, yesterday - timedelta(days=1)) == [(0, 2, 0), (0, 2, 0)]


def test_one_code_at_stalls_of_two_people(bazaar: Bazaar) -> None:
    stalls = [bazaar.stall("A1"), bazaar.stall("A2", "Nguyễn Thị Hòa")]
    for stall in stalls:
        bazaar.check(stall, code_text(name=HOA))
    assert counted(bazaar)[0] == (0, 2, 0)
    bazaar.check(stalls[1], code_text("5556667778", name=HOA))
    assert counted(bazaar)[0] == (2, 2, 0)


def test_a_nearly_equal_name_counts_from_the_day_somebody_said_so(bazaar: Bazaar) -> None:
    stall = bazaar.stall("A1")
    yesterday = bazaar.today - timedelta(days=1)
    with time_machine.travel(yesterday, tick=False):
        check = bazaar.check(stall, code_text(name="NGUYEN HOA"))
    assert counted(bazaar)[0] == (0, 1, 0)
    decide_name(check=check, is_same=True, by=bazaar.viewers["chi"])
    assert [counted(bazaar)[0], counted(bazaar, yesterday)[0]] == [(1, 1, 0), (0, 1, 0)]


def test_a_stall_that_changed_hands_is_to_be_checked_anew(bazaar: Bazaar) -> None:
    stall = bazaar.stall("A1")
    bazaar.check(stall, code_text(name=HOA))
    set_holder(stall=stall, facts=None, is_correction=False, by=bazaar.viewers["chi"])
    assert counted(bazaar)[0] == (0, 1, 0)


def test_every_row_says_why(bazaar: Bazaar) -> None:
    right, none = bazaar.stall("A1"), bazaar.stall("A2")
    bazaar.check(right, code_text(name=HOA))
    tell(bazaar, none, False)
    scope = scope_for(bazaar.people.viewer("phuong"))
    found = {
        row.stall.number: row
        for row in evidence_rows(BOTH[0], rows_on(BOTH[0], scope), scope.on)
        if isinstance(row, StallRow)
    }
    assert {number: row.sides for number, row in found.items()} == {
        "A1": ["numerator", "denominator"],
        "A2": ["denominator"],
    }
    assert (found["A1"].state.words, found["A2"].state.words) == ("Mã đúng, đúng tên chủ sạp.", "Chưa kiểm tra mã.")
    assert found["A1"].state.use_words == "chưa khai" and found["A2"].state.use_words.startswith("không dùng, tháng")
    sheet = "".join(rows_as_csv(BOTH[0], scope, Side.DENOMINATOR))
    assert "Mã đúng, đúng tên chủ sạp." in sheet and "Hoa" not in sheet and "0123456789" not in sheet


def test_communes_and_provinces_add_up(bazaar: Bazaar) -> None:
    bazaar.check(bazaar.stall("A1"), code_text(name=HOA))
    who = bazaar.people.viewer("phuong")
    groups = measure_by(BOTH, scope_for(who, unit_code=bazaar.people.commune.parent.code), Dimension.UNIT)
    assert [(each.key, each.measurements[0].numerator, each.measurements[0].denominator) for each in groups] == [
        (bazaar.people.commune.code, 1, 1)
    ]
    assert (
        sum(
            each.measurements[0].denominator for each in measure_by(BOTH, Scope(SYSTEM, bazaar.today), Dimension.FORMER)
        )
        == 1
    )


def test_kept_counts_follow_what_happens(bazaar: Bazaar) -> None:
    stall = bazaar.stall("A1")
    count_day()
    everything = Scope(SYSTEM, bazaar.today)

    def kept() -> list[tuple[int, int]]:
        assert recount_due() > 0
        found = figures(everything)
        assert found.counted_at is not None
        return [(each.numerator, each.denominator) for each in found.measurements if each.indicator in BOTH]

    bazaar.check(stall, code_text(name=HOA))
    assert kept() == [(1, 1), (0, 1)]
    tell(bazaar, stall, True)
    assert kept() == [(1, 1), (1, 1)]
    close_stall(stall=stall, end=bazaar.today, by=bazaar.viewers["chi"])
    assert kept() == [(0, 0), (0, 0)]


def test_the_board_shows_them_and_opens_them(bazaar: Bazaar) -> None:
    browser = Client()
    browser.force_login(bazaar.people.users["chi"])
    page = browser.get("/bang/").content.decode()
    section = page[page.index('id="stall-figures"') :]
    assert "chưa có số liệu" in section[: section.index("</section>")].lower()
    stall = bazaar.stall("A1")
    bazaar.check(stall, code_text(name=HOA))
    page = browser.get("/bang/").content.decode()
    section = page[page.index('id="stall-figures"') :]
    assert "1/1" in section[: section.index("</section>")]
    rows = _rows(browser, page)
    assert f"/xa/cho/sap/{stall.pk}/" in rows and "Mã đúng, đúng tên chủ sạp." in rows
    auditor = Client()
    auditor.force_login(person("Kiểm", Role.AUDITOR, bazaar.people.commune.parent))
    rows = _rows(auditor, auditor.get("/bang/").content.decode())
    assert "Mã đúng, đúng tên chủ sạp." in rows and f"/xa/cho/sap/{stall.pk}/" not in rows


def _rows(browser: Client, page: str) -> Any:
    section = page[page.index('id="stall-figures"') :]
    address = section[section.index('href="') + 6 :]
    return browser.get(address[: address.index('"')].replace("&amp;", "&")).content.decode()
