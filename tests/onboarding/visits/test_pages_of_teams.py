"""The pages of teams: officers run them, the province reads, a lead sees the own team, others see nothing."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from core.kit import clock, money
from core.people.models import Grant, User
from core.people.queries import viewer_for
from onboarding.teams.actions import add_team_member, end_team, refound_team
from onboarding.teams.actions.founding import Term
from onboarding.teams.models import Team, TeamMember
from onboarding.visits.actions import log_session, log_visit
from onboarding.visits.queries import Coverage, hamlet_coverage, is_active
from tests.onboarding.teams.conftest import Village
from tests.people import People

DAYS_30 = timedelta(days=30)


@pytest.fixture
def village(people: People) -> Village:
    return Village(people)


def visit(village: Village, user: User, days_ago: float = 1, **changes: Any) -> Any:
    at = timezone.now() - timedelta(days=days_ago)
    facts = {
        "record_id": uuid.uuid4(), "hamlet": village.first, "household": village.people.producer.household,
        "by": viewer_for(user), "visited_at": at, "received_at": at, "taught": ["photos"], "note": "",
    }  # fmt: skip
    return log_visit(**{**facts, **changes})


def session(village: Village, user: User, **changes: Any) -> Any:
    at = timezone.now()
    facts = {
        "record_id": uuid.uuid4(), "hamlet": village.first, "held_at": at, "received_at": at, "topics": ["safety"],
        "households": [village.people.producer.household], "others": 6, "note": "", "by": viewer_for(user),
    }  # fmt: skip
    return log_session(**{**facts, **changes})


def page(client: Client, user: User, address: str) -> str:
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def old_team(village: Village, name: str = "Tổ 1", **changes: Any) -> Team:
    day = village.today - timedelta(days=200)
    team = village.found(name, decision_on=day, valid_from=day, **changes)
    TeamMember.objects.create(team=team, user=village.tam, valid_from=day, is_lead=True)
    return team


def test_a_team_that_exists_is_active_only_by_what_it_did(village: Village) -> None:
    team = old_team(village)
    assert hamlet_coverage(village.commune, village.today) == Coverage(3, 1, 0)
    visit(village, village.tam, days_ago=31.5)
    assert not is_active(team, village.today) and is_active(team, village.today - timedelta(days=2))
    visit(village, village.thu)  # somebody who is in no team
    assert not is_active(team, village.today)
    session(village, village.tam)
    assert is_active(team, village.today)
    province = village.commune.parent
    assert province is not None
    assert hamlet_coverage(village.commune, village.today) == Coverage(3, 1, 1)
    assert hamlet_coverage(province, village.today) == Coverage(3, 1, 1)
    assert hamlet_coverage(village.commune, village.today - timedelta(days=300)) == Coverage(3, 0, 0)
    end_team(team=team, by=village.chi)
    assert not is_active(team, village.today) and hamlet_coverage(village.commune, village.today) == Coverage(3, 0, 0)


def test_the_thirtieth_day_counts_and_the_one_before_does_not(village: Village) -> None:
    team = old_team(village)
    at = clock.start_of(village.today - DAYS_30)
    visit(village, village.tam, visited_at=at - timedelta(seconds=1), received_at=at)
    assert not is_active(team, village.today)
    visit(village, village.tam, visited_at=at, received_at=at)
    assert is_active(team, village.today)


def test_a_team_founded_again_stays_active(village: Village) -> None:
    team = old_team(village)
    visit(village, village.tam)
    term = Term("2/QĐ", village.today, village.today)
    assert is_active(refound_team(team=team, name="Tổ 1", term=term, by=village.chi), village.today)


def test_an_officer_sees_what_is_missing_first(village: Village, client: Client) -> None:
    old_team(village, "Tổ lười")
    html = page(client, village.people.users["chi"], "/xa/to/")
    assert html.index("2 nơi chưa có tổ") < html.index("Tổ lười")
    assert money.rate(1, 3) in html and money.rate(0, 3) in html
    assert "Đang có." in html and "Không hoạt động." in html
    assert "Lập tổ" in html
    assert "Lập tổ" not in page(client, village.people.users["phuong"], "/xa/to/")


def test_the_whole_way_of_an_officer(village: Village, client: Client) -> None:
    client.force_login(village.people.users["chi"])
    today = village.today.isoformat()
    decision = {"decision_number": "12/QĐ-UBND", "decision_on": today, "valid_from": today, "last_day": ""}
    hamlets = [village.first.pk, village.second.pk]
    answer = client.post("/xa/to/moi/", {**decision, "hamlets": hamlets, "how": "each"})
    assert answer.status_code == 302, answer.content.decode()
    teams = list(Team.objects.order_by("pk"))
    assert [team.name for team in teams] == ["Tổ công nghệ số cộng đồng Thôn 1", "Tổ công nghệ số cộng đồng Thôn 2"]
    one = teams[0]
    answer = client.post(
        f"/xa/to/{one.pk}/thanh-vien/", {"login": "0912345670", "full_name": "Lê Mới", "is_lead": "on"}
    )
    assert answer["Location"] == "/ban-viec/quyen/phieu/"
    assert "Lê Mới" in client.get("/ban-viec/quyen/phieu/").content.decode()
    member = one.members.get()
    assert (member.is_lead, member.user.phone) == (True, "+84912345670")
    client.post(f"/xa/to/{one.pk}/ap/", {"hamlet": village.third.pk})
    assert village.held(member.user) == {("TEAM_LEAD", "Thôn 1"), ("TEAM_LEAD", "Thôn 3")}
    client.post(f"/xa/to/thanh-vien/{member.pk}/to-truong/", {"lead": "0"})
    assert village.held(member.user) == {("TEAM_MEMBER", "Thôn 1"), ("TEAM_MEMBER", "Thôn 3")}
    client.post(f"/xa/to/ap/{one.hamlets.get(hamlet=village.third).pk}/ket-thuc/")
    html = client.get(f"/xa/to/{one.pk}/").content.decode()
    assert "Lê Mới" in html and "12/QĐ-UBND" in html and "Trước đây phụ trách: 1 nơi" in html
    assert "Lê Mới" in client.get(f"/xa/to/{one.pk}/in/").content.decode()
    client.post(f"/xa/to/thanh-vien/{member.pk}/ket-thuc/")
    assert village.held(member.user) == set()
    client.post(f"/xa/to/{one.pk}/lap-lai/", {**decision, "name": one.name, "decision_number": "45/QĐ"})
    assert Team.objects.get(decision_number="45/QĐ").follows == one
    client.post(f"/xa/to/{teams[1].pk}/ket-thuc/", {"last_day": ""})
    teams[1].refresh_from_db()
    assert teams[1].valid_to == village.today


def test_refusals_stand_in_the_form(village: Village, client: Client) -> None:
    team = village.found()
    client.force_login(village.people.users["chi"])
    before = Grant.objects.count()
    answer = client.post(f"/xa/to/{team.pk}/thanh-vien/", {"login": "tam", "full_name": "Người khác"})
    assert "đã có người khác dùng" in answer.content.decode() and Grant.objects.count() == before
    answer = client.post(f"/xa/to/{team.pk}/ap/", {"hamlet": village.first.pk})
    assert "vừa có tổ khác" in answer.content.decode()
    assert "Hãy ghi tên tổ chung." in client.post("/xa/to/moi/", {"how": "one"}).content.decode()


def test_a_lead_reads_the_own_team_and_no_other(village: Village, client: Client) -> None:
    one, two = village.found("Tổ 1", village.first), village.found("Tổ 2", village.second)
    member = add_team_member(team=one, user=village.tam, is_lead=True, by=village.chi)
    visit(village, village.tam, days_ago=0)
    visit(village, village.thu, hamlet=village.second, household=None, days_ago=0)
    html = page(client, village.tam, "/xa/to/")
    assert "Tổ 1" in html and "Tổ 2" not in html and "nơi chưa có tổ" not in html and "Lập tổ" not in html
    html = page(client, village.tam, f"/xa/to/{one.pk}/")
    assert "Tam" in html and "<button" not in html.split("<main")[1]
    assert client.get(f"/xa/to/{two.pk}/").status_code == 404
    assert client.post(f"/xa/to/thanh-vien/{member.pk}/ket-thuc/").status_code == 404
    html = page(client, village.tam, "/xa/to/luot/")
    assert "Thôn 1" in html and "Thôn 2" not in html
    # Hạnh leads by a grant of the whole commune, but no team: the list is empty.
    assert "Bạn chưa làm tổ trưởng" in page(client, village.people.users["hanh"], "/xa/to/")


def test_people_without_the_role_find_nothing(village: Village, client: Client) -> None:
    team = village.found()
    add_team_member(team=team, user=village.tam, by=village.chi)
    for user in (village.tam, village.people.users["dung"], village.people.users["an"]):
        client.force_login(user)
        for address in ("/xa/to/", f"/xa/to/{team.pk}/", "/xa/to/luot/", "/xa/to/luot/luot.csv", "/xa/to/moi/"):
            assert client.get(address).status_code == 404, (user, address)


def test_the_journal_is_narrowed_by_hamlet_person_month_and_kind(village: Village, client: Client) -> None:
    team = old_team(village, hamlets=(village.first, village.second))
    visit(village, village.tam)
    visit(village, village.thu, hamlet=village.second, household=None, days_ago=100, received_at=timezone.now())
    session(village, village.tam)
    chi = village.people.users["chi"]

    def rows(query: str) -> int:
        return page(client, chi, f"/xa/to/luot/?{query}").split("<tbody>")[-1].count("<tr>")

    month = f"{clock.day_of(timezone.now() - timedelta(days=100)):%Y-%m}"
    assert [rows(query) for query in ("", f"ap={village.second.pk}", f"nguoi={village.tam.pk}", f"to={team.pk}")] == [
        3,
        1,
        2,
        2,
    ]
    assert [rows(query) for query in (f"thang={month}", "loai=session", "loai=visit", "thang=x&ap=y&to=99")] == [
        1,
        1,
        2,
        3,
    ]
    assert "7 lượt người, hộ đến dự" in page(client, chi, "/xa/to/luot/") and "nhận lúc" in page(
        client, chi, "/xa/to/luot/"
    )


def test_files_name_no_household_and_run_nothing(village: Village, client: Client) -> None:
    User.objects.filter(pk=village.tam.pk).update(full_name="=1+1")
    household = village.people.producer.household
    assert household is not None
    old_team(village)
    visit(village, village.tam, note="Bí mật")
    session(village, village.tam)
    client.force_login(village.people.users["chi"])
    text = client.get("/xa/to/luot/luot.csv").content.decode()
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [line[5] for line in lines[1:]] == ["'=1+1", "'=1+1"] and lines[2][6] == str(household.pk)
    book = load_workbook(io.BytesIO(client.get("/xa/to/luot/luot.xlsx?loai=visit").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 2 and rows[1][5] == "'=1+1" and rows[1][8] == "Chụp ảnh sản phẩm"
    assert household.head_name not in text and "Bí mật" not in text


def test_lists_cost_the_same_for_many(village: Village, client: Client) -> None:
    client.force_login(village.people.users["chi"])

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    def grow(number: int) -> None:
        user = User.objects.create_user(username=f"t{number}", full_name=f"T {number}")
        visit(village, user, days_ago=number / 10)
        session(village, user, held_at=timezone.now() - timedelta(days=number / 10))
        TeamMember.objects.create(team=team, user=user, valid_from=village.today)
        other = village.found(f"Tổ {number + 10}", village.second, by=village.chi)
        end_team(team=other, by=village.chi)

    team = village.found()
    grow(0)
    addresses = ("/xa/to/?het=1", f"/xa/to/{team.pk}/", "/xa/to/luot/")
    few = [queries(address) for address in addresses]
    for number in range(1, 25):
        grow(number)
    assert [queries(address) for address in addresses] == few
    assert max(few) <= 25, few
