"""The day's recount goes through all rows at once; the lists behind the numbers mark them row by row. Both find the same in
every place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.db.models import Q, Sum
from django.test.utils import CaptureQueriesContext

from core.people.models import User
from ocop.indicators.actions import count_day
from ocop.indicators.counting import count_marked, key
from ocop.indicators.models import Tally
from ocop.indicators.queries import Scope, counted_rows, measure, rows_on
from ocop.indicators.registry import HOUSEHOLDS, INDICATORS, Side
from onboarding.accounts.models import AccountReport, PlatformAccount
from tests.ocop.conftest import Land, person, viewer
from tests.ocop.indicators.test_tallies import Life

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def lived(land: Land, seed: int) -> None:
    life = Life(land, seed)
    for _ in range(60):
        life.step()
    for number, account in enumerate(PlatformAccount.objects.order_by("pk")):
        result = ("opened", "not_found", "refused", "closed")[number % 4]
        sha = "a" * 64
        AccountReport.objects.create(
            account=account, at=account.claimed_at, reporter="platform", result=result, source_sha256=sha
        )


@pytest.mark.parametrize("seed", [4, 5])
def test_in_every_unit_the_recount_is_what_its_rows_say(land: Land, phuong: User, seed: int) -> None:
    lived(land, seed)
    count_day()
    everybody = viewer(person("Quản trị", operator=True))
    for unit in (land.phu_thuy, land.tuy_phong, land.con_dao, land.lam_dong):
        scope = Scope(everybody, TODAY, unit)
        for indicator, measured in zip(INDICATORS.values(), measure(INDICATORS.values(), scope), strict=True):
            listed = tuple(rows_on(indicator, scope, side).count() for side in Side)
            tallies = Tally.objects.filter(Q(unit=unit) | Q(unit__parent=unit), indicator=indicator.code, on=TODAY)
            kept = tallies.aggregate(n=Sum("numerator"), d=Sum("denominator"), m=Sum("missing"))
            assert (measured.numerator, measured.denominator, measured.missing) == listed, (unit, indicator.code)
            assert tuple(each or 0 for each in kept.values()) == listed, (unit, indicator.code)
    whole = {each.indicator.code: each for each in measure(INDICATORS.values(), Scope(viewer(phuong), TODAY))}
    assert whole["I1a"].numerator and whole["I1"].denominator > whole["I1"].numerator, "a life in which nothing counts"


def test_the_households_of_a_day_are_one_statement_that_reads_evidence_once(land: Land) -> None:
    lived(land, 6)
    everybody = Scope(viewer(person("Quản trị", operator=True)), TODAY)
    of_households = [each for each in INDICATORS.values() if each.subject is HOUSEHOLDS]
    with CaptureQueriesContext(connection) as captured:
        [(_, counts)] = count_marked(counted_rows(HOUSEHOLDS, everybody), of_households)
    assert counts[key(INDICATORS["I1"], Side.DENOMINATOR)] > 0
    [statement] = [query["sql"] for query in captured]
    assert statement.count('FROM "onboarding_accountreport"') == 1
    assert statement.count('FROM "onboarding_observation"') == 1
