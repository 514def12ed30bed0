"""A household that had been verified says so, and what ended that."""

from __future__ import annotations

import uuid

from django.test import Client

from onboarding.checks.actions.verifying import take_back_verification, verify_household
from onboarding.desk.queries.unverified import lost_verifications
from onboarding.households.actions import change_household, register_household
from onboarding.households.facts import HouseholdFacts
from tests.people import People


def test_what_ended_a_verification(people: People) -> None:
    facts = HouseholdFacts("Lê Thị Mận", people.hamlet, phone="+84912000111", phone_owner="own")
    row = register_household(record_id=uuid.uuid4(), facts=facts, by=people.viewer("hanh"))
    assert lost_verifications([row.pk]) == {}
    verify_household(household=row, how="visit", by=people.viewer("chi"), seen_version=1)
    change_household(household=row, changes={"has_e_wallet": True}, by=people.viewer("hanh"))
    assert lost_verifications([row.pk]) == {}, "that is not what a verifier looked at"
    change_household(household=row, changes={"phone": "+84912000222"}, by=people.viewer("phuong"))
    lost = lost_verifications([row.pk])[row.pk]
    assert (lost.verified_by, lost.changed_by) == (people.users["chi"].pk, people.users["phuong"].pk)
    assert lost.what == "số điện thoại"
    client = Client()
    client.force_login(people.users["chi"])
    said = f"{people.users['chi']} đã xác minh"
    for address in ("/xa/xac-minh/", f"/xa/ho/{row.pk}/"):
        page = " ".join(client.get(address).content.decode().split())
        assert said in page and f"sau đó đổi số điện thoại, do {people.users['phuong']}" in page
        assert f"{people.users['phuong']} sửa sau cùng" in page
    verify_household(household=row, how="visit", by=people.viewer("chi"), seen_version=3)
    take_back_verification(household=row, reason="nhầm", by=people.viewer("chi"))
    assert lost_verifications([row.pk])[row.pk].what == ""
