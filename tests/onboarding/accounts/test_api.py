"""Accounts for programs: by area, by day, one fixed number of queries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.kit import clock
from core.people.actions import make_api_token
from core.people.models import ApiToken
from core.people.queries import SYSTEM
from onboarding.accounts.actions import AccountFacts, claim_account, claim_link, observe, report_account
from onboarding.accounts.models import Platform, PlatformAccount
from tests.people import People, make_producer


def ask(people: People, name: str, **asked: Any) -> dict[str, Any]:
    key = make_api_token(user=people.users[name], name="thử", by=SYSTEM)
    # Noting a key's use would be a query of its own.
    ApiToken.objects.update(last_used_at=clock.now() + timedelta(hours=1))
    answer = Client().get("/api/v1/accounts", asked, headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def account(people: People) -> PlatformAccount:
    facts = AccountFacts("VS1", clock.today(), "team", "+84912345678")
    return claim_account(platform=Platform.objects.get(code="voso"), producer=people.producer, facts=facts, by=SYSTEM)


def test_an_account_with_what_its_state_rests_on(people: People, account: PlatformAccount) -> None:
    page = claim_link(account=account, url="https://voso.vn/gian-hang/an", kind="shop", by=SYSTEM)
    seen = observe(link=page, result="live", observer="adapter", by=SYSTEM)
    found = ask(people, "chi")
    [row] = found.pop("accounts")
    assert found == {"on": clock.today().isoformat(), "count": 1, "page": 1, "pages": 1}
    household = people.producer.household
    assert household is not None
    times = {name: row.pop(name) for name in ("claimed_at", "seen_at", "changed_at")}
    assert row == {
        "id": account.pk, "platform": "voso", "state": "verified", "household": str(household.record_id),
        "producer": people.producer.pk, "commune": people.commune.code, "seller_id": "VS1", "link": page.url,
        "opened_on": clock.today().isoformat(), "closed_on": None, "reported_at": None, "gone_at": None,
    }  # fmt: skip
    moment = [datetime.fromisoformat(times[name]) for name in ("seen_at", "changed_at")]
    assert all(abs(each - seen.at) < timedelta(milliseconds=2) for each in moment)
    assert "12345678" not in str(row)


def test_filters_narrow_and_never_widen(people: People, account: PlatformAccount) -> None:
    other = claim_account(platform=Platform.objects.get(code="postmart"), producer=people.producer, by=SYSTEM)
    report_account(account=other, result="opened", reporter="platform", source_sha256="a" * 64, by=SYSTEM)
    both = [account.pk, other.pk]

    def ids(name: str = "phuong", **asked: Any) -> list[int]:
        return [row["id"] for row in ask(people, name, **asked)["accounts"]]

    assert ids() == both
    assert ids(state="verified") == [other.pk]
    assert ids(state="claimed") == [account.pk]
    assert ids(platform="voso") == [account.pk]
    assert ids(commune=people.commune.code) == both
    assert ids(commune="00000") == []
    assert ids(on=(clock.today() - timedelta(days=1)).isoformat()) == []
    assert ids(changed_since=(clock.now() + timedelta(hours=1)).isoformat()) == []
    assert ids(changed_since=(clock.now() - timedelta(hours=1)).isoformat()) == both
    for name in ("dung", "hanh", "buu", "an"):
        assert ids(name) == [] == ids(name, commune=people.commune.code), name


@pytest.mark.parametrize("size", [1, 25])
def test_one_account_or_many_cost_the_same(people: People, size: int) -> None:
    for number in range(size):
        made = claim_account(
            platform=Platform.objects.get(code="voso"), producer=make_producer(f"Hộ {number}", people.hamlet), by=SYSTEM
        )
        claim_link(account=made, url=f"https://voso.vn/gian-hang/{number}", kind="shop", by=SYSTEM)
    key = make_api_token(user=people.users["chi"], name="thử", by=SYSTEM)
    ApiToken.objects.update(last_used_at=clock.now() + timedelta(hours=1))
    with CaptureQueriesContext(connection) as captured:
        answer = Client().get("/api/v1/accounts", headers={"authorization": f"Bearer {key}"})
    assert (len(captured), len(answer.json()["accounts"])) == (5, size)
