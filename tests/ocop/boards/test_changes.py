"""What moved a number within a week: the rows add up to the change, and each says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.people.models import User
from ocop.boards.changes import change_of, explained, moved_rows, moves_counted
from ocop.indicators.queries import Scope, measure
from ocop.indicators.registry import INDICATORS
from ocop.register.models import OcopProduct
from onboarding.accounts.models import Observation
from onboarding.households.models import Household
from tests.ocop.boards.test_boards import page, signed_in
from tests.ocop.conftest import (
    Land,
    account,
    framed,
    household,
    linked,
    listing,
    look,
    moment,
    paper,
    platform,
    producer,
    product,
    put_on,
    viewer,
)

ON, SINCE = date(2026, 11, 22), date(2026, 11, 15)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def seen(of: OcopProduct, *days: int, gone: int | None = None) -> None:
    """The product has a page on both platforms, seen so many days before, and gone."""
    assert of.unit is not None
    offer = listing(of.name, of.unit)
    linked(of, offer)
    for code in ("voso", "postmart"):
        link = put_on(offer, code)
        for back in days:
            look(link, moment(ON - timedelta(days=back)))
        if gone is not None and code == "voso":
            look(link, moment(ON - timedelta(days=gone)), Observation.Result.GONE)


@pytest.fixture
def week(land: Land) -> None:
    """One of each kind of move, and one that stays."""
    unit = land.phu_thuy
    stays = product("Ở lại", (4, "2025-01-01"), unit=unit)
    seen(stays, 20, 2)
    seen(product("Mới thấy", (4, "2025-01-01"), unit=unit), 3)
    seen(product("Đã mất", (4, "2025-01-01"), unit=unit), 10, gone=2)
    seen(product("Đã cũ", (4, "2025-01-01"), unit=unit), 33)
    seen(product("Hết hạn", (4, "2023-11-18"), unit=unit), 9, 2)
    revoked = product("Thu hồi", unit=unit)
    seen(revoked, 9)
    certificate = paper(revoked, 4, "2025-01-01")
    certificate.revoked_on, certificate.revoked_reason = date(2026, 11, 20), "12/QĐ"
    certificate.save()
    product("Giấy mới", (3, "2026-11-19"), unit=unit)


def test_the_rows_add_up_to_the_change_of_the_numbers(land: Land, phuong: User, week: None) -> None:
    homes = [household(land.phu_thuy) for _ in range(3)]
    for number, home in enumerate(homes):
        claimed = account(producer("Hộ", land.phu_thuy, home), platform("voso"))
        link = put_on(listing(f"x{number}", land.tuy_phong), "voso")
        link.account = claimed
        link.save()
        look(link, moment(ON - timedelta(days=(2, 183, 20)[number])))
    framed(*homes[:2], on=date(2026, 11, 17))
    Household.objects.filter(pk=homes[0].pk).update(ended_on=date(2026, 11, 21), end_reason="moved")
    scope = Scope(viewer(phuong), ON)
    moved = 0
    for each in INDICATORS.values():
        [now], [then] = measure([each], scope), measure([each], replace(scope, on=SINCE))
        moves = moves_counted(moved_rows(each, scope, SINCE))
        expected = (now.numerator - then.numerator, now.denominator - then.denominator)
        assert change_of(moves) == expected, each.code
        rows = explained(each, moved_rows(each, scope, SINCE)[:50], scope, SINCE)
        assert len(rows) == sum(moves.values())
        assert all(row.reasons for row in rows)
        moved += len(rows)
    assert moved > 10


def test_each_row_says_why(land: Land, phuong: User, week: None) -> None:
    scope, both = Scope(viewer(phuong), ON), INDICATORS["I2both"]
    found = {row.label: row for row in explained(both, moved_rows(both, scope, SINCE)[:50], scope, SINCE)}
    assert {name: (row.then, row.now) for name, row in found.items()} == {
        "Mới thấy": ("d", "n"), "Đã mất": ("n", "d"), "Đã cũ": ("n", "d"), "Hết hạn": ("n", "-"), "Thu hồi": ("n", "-"),
        "Giấy mới": ("-", "d"),
    }  # fmt: skip
    said = {name: " ".join(row.reasons) for name, row in found.items()}
    assert "Thấy đang bán trên VoSo ngày 19/11/2026." in said["Mới thấy"]
    assert "Xem trang trên VoSo ngày 20/11/2026 thì không còn." in said["Đã mất"]
    assert "Lần cuối thấy đang bán trên Postmart là ngày 20/10/2026, đã quá 30 ngày." in said["Đã cũ"]
    assert "còn hạn chắc chắn đến ngày 18/11/2026" in said["Hết hạn"]
    assert "bị thu hồi từ ngày 20/11/2026" in said["Thu hồi"]
    assert "công nhận ngày 19/11/2026" in said["Giấy mới"]
    text = page(phuong, "/bang/thay-doi/", ma="I2both")
    assert "Tử số -3, mẫu số -1." in text
    assert "Ở lại" not in text


def test_household_rows_say_why_and_carry_no_name(land: Land, phuong: User) -> None:
    home, gone = household(land.phu_thuy, name="Trần Thị Sáu"), household(land.phu_thuy)
    framed(home, gone, on=date(2026, 11, 17))
    Household.objects.filter(pk=gone.pk).update(ended_on=date(2026, 11, 21), end_reason="moved")
    text = page(phuong, "/bang/thay-doi/", ma="I1")
    assert "Mẫu số năm 2026 của xã được ký ngày 17/11/2026." in text
    assert "Hộ thôi tính từ ngày 21/11/2026: chuyển đi nơi khác." in text
    assert "Sáu" not in text


@pytest.mark.parametrize("size", [1, 25])
@pytest.mark.parametrize(("code", "budget"), [("I2both", 14), ("I1", 12)])
def test_budget(land: Land, phuong: User, fill: Callable[[int, date], None], code: str, budget: int, size: int) -> None:
    fill(size, ON)
    client = signed_in(phuong)
    client.get("/bang/thay-doi/", {"ma": code})
    with CaptureQueriesContext(connection) as captured:
        answer = client.get("/bang/thay-doi/", {"ma": code})
    assert f"Tử số +{size}, mẫu số +0." in " ".join(answer.content.decode().split())
    assert len(captured) == budget, [query["sql"][:120] for query in captured]
