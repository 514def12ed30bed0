"""The cases every report about households must get right, by their names."""

from __future__ import annotations

import io
import json
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from core.audit.models import AuditDetail
from core.imports.models import ImportBatch
from core.kit import clock
from core.people.actions import make_api_token
from core.people.models import ApiToken
from core.people.queries import SYSTEM, Viewer
from core.places.models import Hamlet
from ocop.boards.views.figures import figure_of
from ocop.indicators.queries import Measurement, measure, scope_for
from ocop.indicators.registry import Indicator, indicator_by_code
from onboarding.accounts.actions import claim_account, claim_link, observe
from onboarding.accounts.models import Platform
from onboarding.desk.queries.readiness import Share, household_readiness, total_of
from onboarding.households.actions import change_household, end_household, register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household
from onboarding.producers.actions import register_producer
from tests.core.imports.conftest import Desk
from tests.ocop.conftest import framed
from tests.people import People

TAX = "077203000456"  # twelve digits: it is the person's own number


def indicator(code: str) -> Indicator:
    found = indicator_by_code(code)
    assert found is not None
    return found


def measured(viewer: Viewer, code: str, on: date | None = None) -> Measurement:
    return measure([indicator(code)], scope_for(viewer, on=on))[0]


def seen_at(client: Client, path: str) -> str:
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode(errors="replace"))


def test_household_moved_across_hamlets_between_a_reports_day_and_now(people: People) -> None:
    """It is one household on both days, in one commune, whatever hamlet it is in; its evidence goes along."""
    account = claim_account(platform=Platform.objects.get(code="voso"), producer=people.producer, by=SYSTEM)
    link = claim_link(account=account, url="https://voso.vn/x-p1.html", by=SYSTEM)
    observe(link=link, result="live", observer="adapter", by=SYSTEM)
    day, chi = clock.today(), people.viewer("chi")
    framed(Household.objects.get(), year=day.year, on=date(day.year, 1, 1))
    before = measured(chi, "I1", day)
    assert (before.numerator, before.denominator) == (1, 1)
    with time_machine.travel(clock.now() + timedelta(days=3)):
        other = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
        change_household(household=Household.objects.get(), changes={"hamlet": other}, by=SYSTEM)
        for on in (day, clock.today()):
            again = measured(chi, "I1", on)
            assert (again.numerator, again.denominator, again.missing) == (1, 1, before.missing)
        places = household_readiness(chi, people.commune)
        assert [(place.name, place.total) for place in places] == [("Thôn 2", 1)]


class TestTwelveDigitTaxCodeMasked:
    @pytest.fixture
    def household(self, people: People) -> Household:
        facts = HouseholdFacts("Trần Thị Đào", people.hamlet, phone_owner="none")
        made = register_household(record_id=uuid.uuid4(), facts=facts, by=people.viewer("hanh"))
        register_producer(
            kind="farm_household", name="Hộ Đào", commune=people.commune, phone="", household=made, by=SYSTEM
        )
        return change_household(household=made, changes={"tax_code": TAX}, by=people.viewer("hanh"))

    @pytest.mark.parametrize("name", ["chi", "phuong"])
    def test_in_every_list_page_sheet_and_answer(self, people: People, household: Household, name: str) -> None:
        client = Client()
        client.force_login(people.users[name])
        paths = [
            "/xa/", "/xa/ho/", f"/xa/ho/{household.pk}/", "/xa/xac-minh/", "/xa/san-sang/",
            "/xa/trung/", "/xa/mo-gian-hang/", "/xa/kiem-tra-lai/",
        ]  # fmt: skip
        pages = {path: seen_at(client, path) for path in paths if client.get(path).status_code != 404}
        assert len(pages) >= 6, pages.keys()
        key = make_api_token(user=people.users[name], name="thử", by=SYSTEM)
        ApiToken.objects.update(last_used_at=timezone.now() + timedelta(hours=1))
        for path in ("households", f"households/{household.record_id}", "producers"):
            answer = Client().get(f"/api/v1/{path}", headers={"authorization": f"Bearer {key}"})
            assert answer.status_code == 200, path
            pages[path] = answer.content.decode()
        for path, page in pages.items():
            assert TAX not in page, path
        sheet = load_workbook(io.BytesIO(client.post("/xa/ho/danh-sach.xlsx").content))
        cells = [str(cell) for tab in sheet for line in tab.iter_rows(values_only=True) for cell in line]
        assert "Trần Thị Đào" in cells and not [cell for cell in cells if TAX in cell]
        assert "… …456" in pages[f"/xa/ho/{household.pk}/"], "its end is shown"

    def test_in_the_trail_and_in_a_list_that_is_brought(self, people: People, household: Household) -> None:
        sheet = [["Chủ hộ", "Thôn", "MST"], ["Lê Thị Mai", "Thôn 1", TAX]]
        batch = Desk(people).preview(sheet, kind="ho")
        client = Client()
        client.force_login(people.users["chi"])
        assert ImportBatch.objects.count() == 1
        for path in (f"/ban-viec/nhap/{batch.pk}/", f"/ban-viec/nhap/{batch.pk}/cot/"):
            assert TAX not in seen_at(client, path), path
        trail = [json.dumps(json.loads(each.text), ensure_ascii=False) for each in AuditDetail.objects.all()]
        assert trail and not [text for text in trail if TAX in text]


class TestZeroDenominator:
    @pytest.fixture(autouse=True)
    def nobody(self, people: People) -> None:
        end_household(household=Household.objects.get(), reason="moved", by=SYSTEM)

    def test_i1(self, people: People) -> None:
        Hamlet.objects.update(valid_to=clock.today())  # or the teams' coverage would be a rate
        with time_machine.travel(clock.now() + timedelta(days=1)):
            found = measured(people.viewer("chi"), "I1")
            assert (found.numerator, found.denominator) == (0, 0)
            client = Client()
            client.force_login(people.users["chi"])
            page = seen_at(client, "/bang/")
        assert "Chưa có số liệu" in page and "0,0\u00a0%" not in page and "0/0" not in page

    def test_coverage_and_readiness(self, people: People) -> None:
        assert household_readiness(people.viewer("chi"), people.commune) == []
        assert total_of([]) is None
        assert Share("Ví điện tử", 0, 0, 5).words == ""
        Hamlet.objects.update(valid_to=clock.today())  # no hamlet to be covered either
        client = Client()
        client.force_login(people.users["chi"])
        for path in ("/xa/", "/xa/san-sang/", "/xa/to/"):
            answer = client.get(path)
            if answer.status_code == 200:
                page = answer.content.decode()
                assert "0,0\u00a0%" not in page and "0/0" not in page, path


def test_7996_of_10000_households_is_not_80_percent() -> None:
    """On the way from the numbers to the words of the board."""

    class Asked:
        def address(self, *parts: Any) -> str:
            return "/"

    rate = indicator("I1")
    assert rate.target_percent == 80
    said = {}
    for numerator in (7996, 7999, 8000):
        shown = figure_of(Measurement(rate, numerator, 10_000, 0), Asked())  # type: ignore[arg-type]
        said[numerator] = (shown["value"], "Đã đạt." in shown["target"], "Chưa đạt." in shown["target"])
    assert said == {
        7996: ("7996/10000 (80,0\u00a0%)", False, True),
        7999: ("7999/10000 (80,0\u00a0%)", False, True),
        8000: ("8000/10000 (80,0\u00a0%)", True, False),
    }
