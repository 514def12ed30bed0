"""Households and producers over the API: the area of the key, and never a phone, a name, an ID or a bank account."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.people.actions import give_grant, make_api_token
from core.people.models import ApiToken, Role, User
from core.people.queries import SYSTEM
from core.places.models import Hamlet, Unit
from onboarding.checks.actions.verifying import verify_household
from onboarding.households.actions import change_household, end_household, register_household
from onboarding.households.facts import HouseholdFacts, ProductionFacts
from onboarding.households.models import Household
from onboarding.producers.actions import note_readiness, register_producer
from tests.people import People


def key_of(user: User) -> dict[str, str]:
    key = make_api_token(user=user, name="thử", by=SYSTEM)
    ApiToken.objects.update(last_used_at=timezone.now() + timedelta(hours=1))
    return {"authorization": f"Bearer {key}"}


def ask(user: User, path: str) -> Any:
    answer = Client().get(f"/api/v1/{path}", headers=key_of(user))
    return answer.json() if answer.status_code == 200 else answer.status_code


@pytest.fixture
def row(people: People) -> Household:
    facts = HouseholdFacts(
        "Trần Thị Đào", people.hamlet, phone="+84912345678", phone_owner="own", personal_id="077170000123",
        tax_code="0100109106", bank_bin="970436", bank_account="0123456789", has_e_wallet=True,
        production=(ProductionFacts("trees", "điều", area_m2=15_000, season="tháng 2–4"),),
    )  # fmt: skip
    made = register_household(record_id=uuid.uuid4(), facts=facts, by=people.viewer("hanh"))
    return verify_household(household=made, how="visit", by=people.viewer("chi"), seen_version=1)


def test_one_household_in_full(people: People, row: Household) -> None:
    found = ask(people.users["chi"], f"households/{row.record_id}")
    moments = {name: found.pop(name) for name in ("changed_at", "registered_at", "verified_at")}
    assert found == {
        "id": str(row.record_id), "version": 1, "source": "field", "commune": people.commune.code,
        "hamlet": people.hamlet.pk, "hamlet_name": "Thôn 1", "has_phone": True, "phone_owner": "own",
        "has_business_registration": None,
        "production": [{"kind": "trees", "goods": "điều", "area_m2": 15_000, "heads": None, "season": "tháng 2–4", "scale": ""}],
        "ready": {"has_bank_account": None, "has_e_wallet": True, "has_e_identity": None, "has_payment_qr": None},
        "verified": True, "verified_how": "visit", "ended_on": None, "end_reason": None, "merged_into": None,
    }  # fmt: skip
    assert moments["verified_at"] and moments["changed_at"] >= moments["registered_at"]


def test_no_number_and_no_name_ever_leaves(people: People, row: Household) -> None:
    register_producer(
        kind="farm_household", name="Hộ Đào", commune=people.commune, phone="+84912345678", household=row, by=SYSTEM
    )
    headers = key_of(people.users["phuong"])
    for path in ("households", f"households/{row.record_id}", "producers"):
        body = Client().get(f"/api/v1/{path}", headers=headers).content.decode()
        for secret in ("912345678", "077170000123", "0100109106", "970436", "0123456789", "Trần Thị Đào"):
            assert secret not in body, (path, secret)


def test_only_the_area_of_the_key(people: People, row: Household) -> None:
    elsewhere = Unit.objects.filter(level="commune", valid_to=None).exclude(parent=people.commune.parent)[0]
    far_user = User.objects.create_user(username="xa-khac", full_name="X")
    give_grant(user=far_user, role=Role.COMMUNE, unit=elsewhere, given_by=SYSTEM)
    other = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
    member = User.objects.create_user(username="to-vien", full_name="T")
    give_grant(user=member, role=Role.TEAM_MEMBER, unit=people.commune, hamlet=other, given_by=SYSTEM)
    inside = register_household(record_id=uuid.uuid4(), facts=HouseholdFacts("Người Thôn Hai", other), by=SYSTEM)
    assert ask(far_user, "households") == {"count": 0, "page": 1, "pages": 1, "households": []}
    assert ask(far_user, f"households/{row.record_id}") == 404
    assert ask(far_user, f"producers/{people.producer.pk}") == 404
    assert [each["id"] for each in ask(member, "households")["households"]] == [str(inside.record_id)]
    for name in ("an", "dung", "buu"):
        assert ask(people.users[name], "households") == 404, name
    assert Client().get("/api/v1/households").status_code == 401


def test_filters_and_following_changes(people: People, row: Household) -> None:
    chi = people.users["chi"]

    def ids(asked: str) -> list[str]:
        return [each["id"] for each in ask(chi, f"households?{asked}")["households"]]

    an = str(Household.objects.get(pk=people.producer.household_id).record_id)
    mine = str(row.record_id)
    assert ids("") == [an, mine]
    assert ids("verified=true") == [mine] and ids("verified=false") == [an]
    assert ids(f"commune={people.commune.code}&hamlet={people.hamlet.pk}") == [an, mine]
    assert ids("commune=00000") == ids("hamlet=999999") == []
    since = timezone.now().isoformat().replace("+", "%2B")
    assert ids(f"changed_since={since}") == []
    change_household(household=row, changes={"has_e_wallet": False}, by=people.viewer("hanh"))
    assert ids(f"changed_since={since}") == [mine]
    end_household(household=Household.objects.get(record_id=an), reason="moved", by=people.viewer("chi"))
    assert ids(f"changed_since={since}") == [an, mine], "who follows learns that it ended"
    assert ids("") == [mine] and ids("ended=true") == [an, mine]
    assert ask(chi, "households?changed_since=x") == ask(chi, "households?page=0") == 422


def test_producers(people: People) -> None:
    note_readiness(
        producer=people.producer, answers={"has_e_invoice": True, "has_vn_domain": False}, by=people.viewer("an")
    )
    found = ask(people.users["chi"], f"producers/{people.producer.pk}")
    assert found.pop("registered_at")
    assert found == {
        "id": people.producer.pk, "kind": "farm_household", "name": "Hộ Nguyễn Văn An", "commune": people.commune.code,
        "household": str(people.producer.household.record_id), "has_phone": False,  # type: ignore[union-attr]
        "ready": {"has_e_invoice": True, "has_digital_signature": None, "has_vn_domain": False, "has_e_contract": None},
    }  # fmt: skip
    assert ask(people.users["chi"], f"producers?hamlet={people.hamlet.pk}&kind=farm_household")["count"] == 1
    assert ask(people.users["chi"], "producers?kind=company")["count"] == 0
    assert ask(people.users["chi"], f"producers/{10**30}") == 404


@pytest.mark.parametrize("size", [1, 25])
@pytest.mark.parametrize(("path", "budget"), [("households", 5), ("producers", 4)])
def test_query_budgets(people: People, path: str, budget: int, size: int) -> None:
    for number in range(size):
        facts = HouseholdFacts(f"Hộ {number}", people.hamlet, production=(ProductionFacts("trees"),))
        made = register_household(record_id=uuid.uuid4(), facts=facts, by=SYSTEM)
        register_producer(
            kind="farm_household", name=f"Hộ {number}", commune=people.commune, phone="", household=made, by=SYSTEM
        )
    headers = key_of(people.users["chi"])
    with CaptureQueriesContext(connection) as captured:
        body = Client().get(f"/api/v1/{path}", headers=headers).json()
    assert body["count"] == size + 1
    assert len(captured) == budget, [query["sql"][:120] for query in captured]
