"""What a member takes along: their own hamlets, no number in full, a fixed number of queries."""

from __future__ import annotations

import gzip
import json
import uuid
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role
from core.people.queries import SYSTEM
from core.places.models import Hamlet
from onboarding.fieldwork.bundle import MOST_HAMLETS, bundle_for, stamp_of
from onboarding.households.actions import register_household
from onboarding.households.facts import HouseholdFacts, ProductionFacts
from onboarding.households.models import Household
from onboarding.intake.actions.devices import enrol_device
from onboarding.intake.rules import can_send
from onboarding.teams.models import Team, TeamHamlet, TeamMember
from onboarding.visits.models import Visit
from onboarding.visits.registry import follow_up_kinds
from tests.people import People

pytestmark = pytest.mark.django_db
PHONE = "+84912345678"
PERSONAL_ID = "070123456789"
ACCOUNT = "1903456789012"


def household(hamlet: Hamlet, name: str = "Điểu Thị Hoa") -> Household:
    facts = HouseholdFacts(
        name, hamlet, phone=PHONE, phone_owner="own",
        production=(ProductionFacts("trees", "điều", area_m2=15_000, season="tháng 2–4"),),
        has_business_registration=False, personal_id=PERSONAL_ID, bank_bin="970436", bank_account=ACCOUNT,
    )  # fmt: skip
    return register_household(record_id=uuid.uuid4(), facts=facts, by=SYSTEM)


def hamlet_of(people: People, name: str) -> Hamlet:
    return Hamlet.objects.create(commune=people.commune, name=name)


def look_after(people: People, *hamlets: Hamlet, member: str = "hanh") -> None:
    """A team of this member that looks after these hamlets."""
    now = clock.now()
    team = Team.objects.create(
        commune=people.commune, name="Tổ 1", decision_number="1/QĐ", decision_on=date(2026, 1, 1),
        valid_from=date(2026, 1, 1), recorded_at=now,
    )  # fmt: skip
    TeamMember.objects.create(team=team, user=people.users[member], valid_from=date(2026, 1, 1))
    for hamlet in hamlets:
        TeamHamlet.objects.create(team=team, hamlet=hamlet, valid_from=date(2026, 1, 1))


def get(client: Client, people: People, who: str = "hanh", query: str = "") -> Any:
    return client.get(f"/api/v1/field/bundle{query}", headers=signed_in(client, people, who))


def signed_in(client: Client, people: People, who: str = "hanh") -> dict[str, str]:
    """Their browser, and the header that names its device."""
    client.force_login(people.users[who])
    device_id = uuid.uuid4()
    if can_send(people.viewer(who)):
        enrol_device(device_id=device_id, name="máy", by=people.viewer(who))
    return {"X-Field-Device": str(device_id)}


def test_a_member_takes_the_households_of_the_hamlets_asked_for(client: Client, people: People) -> None:
    away = hamlet_of(people, "Thôn 2")
    kept, other = household(people.hamlet), household(away, "Lê Văn Xa")
    Visit.objects.create(
        record_id=uuid.uuid4(), hamlet=people.hamlet, commune=people.commune, household=kept,
        visited_by=people.users["hanh"], visited_at=clock.now(), received_at=clock.now(),
    )  # fmt: skip
    bundle = get(client, people, query=f"?hamlets={people.hamlet.pk}").json()
    rows = {row["record"]: row for row in bundle["households"]}
    assert str(other.record_id) not in rows and bundle["other_hamlets"][0]["name"] == "Thôn 2"
    assert rows[str(kept.record_id)] == {
        "record": str(kept.record_id),
        "number": kept.pk,
        "version": 1,
        "name": "Điểu Thị Hoa",
        "hamlet": people.hamlet.pk,
        "phone_end": "678",
        "phone_owner": "own",
        "production": [
            {"kind": "trees", "goods": "điều", "area_m2": 15000, "heads": None, "season": "tháng 2–4", "scale": ""}
        ],
        "has_business_registration": False,
        "accounts": [],
        "follow_ups": [{"code": "no_account", "words": "Chưa có gian hàng trên sàn nào."}],
        "last_visit": clock.today().isoformat(),
    }
    assert bundle["person"] == {"id": people.users["hanh"].pk, "name": "Hanh"}
    assert bundle["notice"]["version"] == 1 and bundle["form"]["household"] == "household/1"
    assert [each["code"] for each in bundle["purposes"]] == ["publication", "platform", "contact"]
    assert bundle["hamlets"] == [{"id": people.hamlet.pk, "name": "Thôn 1", "commune": str(people.commune)}]


def test_no_number_goes_along_in_full(client: Client, people: People) -> None:
    household(people.hamlet)
    text = get(client, people, query=f"?hamlets={people.hamlet.pk}").content.decode()
    assert "Điểu Thị Hoa" in {row["name"] for row in json.loads(text)["households"]}
    for secret in (PHONE, "912345678", PERSONAL_ID, PERSONAL_ID[-3:] + '"', ACCOUNT, "970436"):
        assert secret not in text


def test_by_itself_it_brings_what_the_team_looks_after(client: Client, people: People) -> None:
    mine, _ = hamlet_of(people, "Thôn 2"), hamlet_of(people, "Thôn 3")
    assert get(client, people).json()["hamlets"] == []  # the lead's whole commune is theirs to choose from
    look_after(people, mine)
    assert [each["name"] for each in get(client, people).json()["hamlets"]] == ["Thôn 2"]


def test_a_member_with_a_grant_of_one_hamlet_gets_that_one(client: Client, people: People) -> None:
    give_grant(
        user=people.users["dung"], role=Role.TEAM_MEMBER, unit=people.commune, hamlet=people.hamlet, given_by=SYSTEM
    )
    other = hamlet_of(people, "Thôn 2")
    household(other, "Người Ngoài")
    bundle = get(client, people, "dung", f"?hamlets={other.pk}").json()
    assert [each["id"] for each in bundle["hamlets"]] == [people.hamlet.pk] and bundle["other_hamlets"] == []
    assert "Người Ngoài" not in json.dumps(bundle, ensure_ascii=False)


def test_at_most_five_hamlets(client: Client, people: People) -> None:
    many = [hamlet_of(people, f"Thôn {number}") for number in range(2, 10)]
    bundle = get(client, people, query="?hamlets=" + ",".join(str(each.pk) for each in many)).json()
    assert len(bundle["hamlets"]) == MOST_HAMLETS and len(bundle["other_hamlets"]) == 4


@pytest.mark.parametrize("who", ["an", "binh", "dung", "buu"])
def test_outsiders_get_nothing(client: Client, people: People, who: str) -> None:
    household(people.hamlet)
    answer = get(client, people, who, f"?hamlets={people.hamlet.pk}")
    assert answer.status_code == 404 and "Hoa" not in answer.content.decode()


def test_without_a_session_the_app_is_told_so(client: Client, people: People) -> None:
    answer = client.get("/api/v1/field/bundle")
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


def test_nonsense_is_refused(client: Client, people: People) -> None:
    assert get(client, people, query="?hamlets=1;drop").json()["code"] == "invalid"


def test_it_travels_compressed(client: Client, people: People) -> None:
    headers = signed_in(client, people) | {"accept-encoding": "gzip"}
    answer = client.get("/api/v1/field/bundle", headers=headers)
    assert answer.headers["Content-Encoding"] == "gzip" and answer.headers["Cache-Control"] == "no-store"
    assert json.loads(gzip.decompress(answer.content))["stamp"]


def test_the_stamp_changes_with_the_hamlets_and_not_with_a_household(people: People) -> None:
    viewer = people.viewer("hanh")
    before = stamp_of(viewer)
    household(people.hamlet)
    assert stamp_of(viewer) == before == bundle_for(viewer)["stamp"]
    hamlet_of(people, "Thôn 2")
    assert stamp_of(viewer) != before


def test_its_queries_do_not_grow(people: People) -> None:
    viewer = people.viewer("hanh")

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            bundle_for(viewer, [people.hamlet.pk])
        return len(seen)

    household(people.hamlet)
    few = count()
    for number in range(24):
        household(people.hamlet, f"Hộ thứ {number}")
    for number in range(4):
        hamlet_of(people, f"Thôn {number + 2}")
    many = count()
    # Each kind of follow-up that another slice adds may cost one or two more.
    assert few == many and many <= 13 + 2 * len(follow_up_kinds())
