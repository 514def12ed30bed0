"""The first page of the desk answers: what waits for me, who is not online, what is still on the phones?"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.desk.registry import todos_for
from onboarding.accounts.actions import claim_account
from onboarding.accounts.models import Platform
from onboarding.checks.actions.verifying import verify_household
from onboarding.desk.queries.home import Figures, desk_todos, figures_of
from onboarding.households.actions import end_household, register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household
from onboarding.intake.models import FieldDevice
from onboarding.matching.models import DuplicatePair, SharedPhone
from onboarding.matching.queries.phones import phones_to_look_at
from tests.people import People


def household(people: People, name: str = "Trần Thị Đào", **facts: str) -> Household:
    said = {"phone_owner": "none"} | facts
    return register_household(
        record_id=uuid.uuid4(),
        facts=HouseholdFacts(name, people.hamlet, **said),  # type: ignore[arg-type]
        by=people.viewer("hanh"),
    )


def page_of(people: People, name: str) -> str:
    client = Client()
    client.force_login(people.users[name])
    answer = client.get("/xa/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_figures_of_the_living_households_of_my_desk(people: People) -> None:
    first, second = household(people, phone="+84912345678", phone_owner="own"), household(people, "Lê Hai")
    verify_household(household=first, how="visit", by=people.viewer("chi"), seen_version=1)
    claim_account(platform=Platform.objects.get(code="voso"), producer=people.producer, by=people.viewer("an"))
    end_household(household=household(people, "Đã Đi"), reason="moved", by=people.viewer("chi"))
    DuplicatePair.objects.create(first=first, second=second, score=80, found_at=timezone.now())
    for phone in ("+84912345678", "+84912345679"):
        SharedPhone.objects.create(phone=phone, households=4, flagged_at=timezone.now())
    expected = Figures(households=3, verified=1, with_account=1, duplicates=1, phones=1)
    assert figures_of(people.viewer("chi")) == figures_of(people.viewer("hanh")) == expected
    assert figures_of(people.viewer("dung")) == Figures(0, 0, 0, 0, 0)
    page = page_of(people, "chi")
    assert page.count("1/3 (33,3\u00a0%)") == 2 and "Xem 2 hộ chưa có gian hàng" in page


def test_phones_are_counted_as_matching_flags_them(people: People) -> None:
    numbers = [f"+8491234567{digit}" for digit in range(4)]
    for number in numbers:
        household(people, f"Hộ {number}", phone=number, phone_owner="own")
    now = timezone.now()
    shared = {"flagged_at": now, "cleared_at": now, "cleared_by": people.users["chi"]}
    SharedPhone.objects.create(phone=numbers[0], households=3, flagged_at=now)  # three are not too many
    SharedPhone.objects.create(phone=numbers[1], households=4, cleared_for=4, **shared)
    again = SharedPhone.objects.create(phone=numbers[2], households=6, cleared_for=4, **shared)  # more since: again
    assert figures_of(people.viewer("chi")).phones == 1
    assert [row.shared for row in phones_to_look_at(people.viewer("chi"))] == [again]


def test_what_waits_for_whom(people: People) -> None:
    household(people)
    said = {name: [todo.sentence for todo in todos_for(people.viewer(name))] for name in ("chi", "hanh", "dung")}
    assert "2 hộ chờ bạn xác minh." in said["chi"]
    assert "1 hộ chờ bạn xác minh." in said["hanh"], "not the one she wrote herself"
    assert said["dung"] == []


def test_a_phone_that_holds_back_for_three_days_stands_out(people: People) -> None:
    now = timezone.now()
    for name, unsent, since in (("hanh", 4, now - timedelta(days=3, hours=1)), ("chi", 2, now - timedelta(days=1))):
        FieldDevice.objects.create(device_id=uuid.uuid4(), user=people.users[name], secret="x", enrolled_at=now,
                                   last_contact_at=now, unsent=unsent, unsent_since=since)  # fmt: skip
    page = page_of(people, "chi")
    assert "4 bản chưa gửi" in page and page.count("status-warn") == 1
    assert "2 bản chưa gửi" not in page, "Chi is in no team and has sent nothing"


def test_query_budgets(people: People) -> None:
    """The page also asks whatever others have registered, so that its number is no literal; it does not grow with rows."""
    client = Client()
    client.force_login(people.users["chi"])
    counts = {}
    for size in (1, 25):
        for number in range(size):
            household(people, f"Hộ {size}-{number}")
        client.get("/xa/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/xa/").status_code == 200
        counts[size] = len(captured)
    assert counts[1] == counts[25]
    viewer = people.viewer("chi")
    for read, budget in ((figures_of, 3), (lambda viewer: list(desk_todos(viewer)), 3)):
        with CaptureQueriesContext(connection) as captured:
            read(viewer)
        assert len(captured) == budget
