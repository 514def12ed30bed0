"""What an account is on a day: the rule in Python, the same in SQL, and never anything stored."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Exists, QuerySet
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.kit.clock import VIETNAM
from core.kit.tables import with_tables
from core.people.queries import SYSTEM
from core.places.models import Hamlet, Unit
from onboarding.accounts.actions import claim_account
from onboarding.accounts.at_once import STATES, states_at_once
from onboarding.accounts.doings import has_activity, has_trade, live_goods
from onboarding.accounts.models import AccountReport, Observation, OutsideLink, Platform, PlatformAccount
from onboarding.accounts.queries import AccountState, account_states, state_of_account, with_states
from onboarding.accounts.rules import State
from onboarding.households.models import Household
from tests.people import People, make_producer

ON = date(2026, 11, 22)
SHA = "a" * 64


def day(back: int, hour: int = 9) -> datetime:
    return datetime(ON.year, ON.month, ON.day, hour, tzinfo=VIETNAM) - timedelta(days=back)


def page(account: PlatformAccount, kind: str = "product", number: int = 1) -> OutsideLink:
    url = f"https://voso.vn/{account.pk}-{kind}-{number}"
    made, _ = OutsideLink.objects.get_or_create(
        platform=account.platform, url=url, defaults={"account": account, "kind": kind, "claimed_at": day(400)}
    )
    return made


def look(link: OutsideLink, at: datetime, result: str = "live") -> None:
    Observation.objects.create(link=link, at=at, observer="adapter", result=result, evidence_hash="0" * 64)


def report(account: PlatformAccount, at: datetime, result: str, *, by: str = "platform", sha: str = SHA) -> None:
    AccountReport.objects.create(
        account=account, at=at, reporter=by, result=result, source_sha256=sha if by == "platform" else ""
    )


def state(account: PlatformAccount, on: date = ON) -> str:
    """The three ways of saying it, which must agree."""
    account.refresh_from_db()
    found: str = with_states(PlatformAccount.objects.filter(pk=account.pk), on).get().state
    assert found == state_of_account(account, on)
    rows = PlatformAccount.objects.filter(pk=account.pk)
    has_goods = rows.filter(Exists(live_goods(on, 90))).exists()
    has_done = rows.filter(has_activity(on, 90)).exists(), rows.filter(has_trade(on, 90)).exists()
    if account.producer.household_id is not None:
        own = Household.objects.filter(pk=account.producer.household_id).values("pk")
        for households in (None, own):
            assert at_once(account, on, households) == [(account.producer.household_id, found, has_goods, *has_done)]
    return found


def at_once(account: PlatformAccount, on: date, households: QuerySet[Any] | None) -> list[tuple[Any, ...]]:
    head, values = with_tables(states_at_once(PlatformAccount.objects.filter(pk=account.pk), on, 90, households))
    with connection.cursor() as cursor:
        cursor.execute(f"{head} SELECT * FROM {STATES}", values)
        return [(*row[:2], *map(bool, row[2:])) for row in cursor.fetchall()]


@pytest.fixture
def account(people: People) -> PlatformAccount:
    made = claim_account(platform=Platform.objects.get(code="voso"), producer=people.producer, by=SYSTEM)
    PlatformAccount.objects.filter(pk=made.pk).update(claimed_at=day(400))
    return made


def test_a_claim_is_never_more_however_often_it_is_said(account: PlatformAccount) -> None:
    page(account, "shop")
    report(account, day(3), "opened", by="person")
    look(page(account), day(2), "uncheckable")
    assert state(account) == State.CLAIMED


@pytest.mark.parametrize(("back", "expected"), [(0, "verified"), (180, "verified"), (181, "claimed"), (-1, "claimed")])
def test_seen_live_or_named_in_the_platforms_file_within_the_limit(
    account: PlatformAccount, people: People, back: int, expected: str
) -> None:
    look(page(account), day(back))
    assert state(account) == expected
    other = claim_account(platform=account.platform, producer=make_producer("Hộ Sáu", people.hamlet), by=SYSTEM)
    report(other, day(back), "opened")
    assert state(other) == expected


def test_a_platforms_word_without_its_file_is_no_proof(account: PlatformAccount) -> None:
    report(account, day(3), "opened", sha="")
    assert state(account) == State.CLAIMED


def test_days_are_vietnams(account: PlatformAccount) -> None:
    look(page(account), datetime(2026, 11, 22, 17, tzinfo=UTC))  # midnight of the 23rd in Vietnam
    assert state(account, ON) == State.CLAIMED
    assert state(account, ON + timedelta(days=1)) == State.VERIFIED


def test_a_page_that_went_is_death_until_somebody_sees_it_again(account: PlatformAccount) -> None:
    link = page(account)
    look(link, day(9))
    look(link, day(5), "gone")
    assert [state(account, ON - timedelta(days=back)) for back in (9, 6, 5, 0)] == [
        "verified",
        "verified",
        "dead",
        "dead",
    ]
    look(link, day(1))
    assert state(account) == State.VERIFIED


def test_of_two_looks_in_one_moment_the_later_written_one_holds(account: PlatformAccount) -> None:
    look(page(account), day(5), "gone")
    look(page(account), day(5))
    assert state(account) == State.VERIFIED
    look(page(account), day(5), "gone")
    assert state(account) == State.DEAD


def test_one_product_taken_down_does_not_take_the_shop_down_but_the_shops_own_page_does(
    account: PlatformAccount,
) -> None:
    look(page(account, number=1), day(9))
    look(page(account, number=2), day(8))
    look(page(account, number=2), day(5), "gone")
    assert state(account) == State.VERIFIED
    look(page(account, "shop"), day(4), "gone")
    assert state(account) == State.DEAD
    report(account, day(3), "opened")
    assert state(account) == State.VERIFIED


def test_a_platform_that_does_not_find_it_takes_back_what_was_seen(account: PlatformAccount) -> None:
    look(page(account), day(9))
    report(account, day(5), "not_found")
    assert state(account) == State.DEAD
    look(page(account), day(4))
    assert state(account) == State.VERIFIED


def test_closed_by_its_day_or_by_the_last_word(account: PlatformAccount) -> None:
    look(page(account), day(9))
    report(account, day(5), "closed")
    look(page(account), day(4))
    assert [state(account, ON - timedelta(days=back)) for back in (6, 5, 0)] == ["verified", "closed", "closed"]
    report(account, day(3), "opened", by="person")  # open again, as somebody says; the look of the day before stands
    assert state(account) == State.VERIFIED
    PlatformAccount.objects.filter(pk=account.pk).update(closed_on=ON)
    assert [state(account, ON - timedelta(days=back)) for back in (1, 0)] == ["verified", "closed"]


def test_a_refusal_takes_back_opened_and_nothing_else(account: PlatformAccount) -> None:
    report(account, day(9), "opened")
    report(account, day(5), "refused")
    assert state(account) == State.CLAIMED
    look(page(account), day(4))
    assert state(account) == State.VERIFIED


def test_the_words_say_what_the_state_rests_on(account: PlatformAccount, people: People) -> None:
    home = people.producer.household_id
    assert home is not None

    def said(on: date = ON) -> list[AccountState]:
        return account_states([home], on).get(home, [])

    assert said(ON - timedelta(days=500)) == []
    assert said() == [
        AccountState("voso", "claimed", "Khai có gian hàng trên VoSo, chưa ai thấy.", None, "", account.pk)
    ]
    report(account, day(300), "opened")
    assert [each.words for each in said(ON - timedelta(days=300))] == [
        "VoSo báo đã mở ngày 26/01/2026, chưa ai mở trang xem."
    ]
    link = page(account)
    look(link, day(200))
    assert [each.words for each in said()] == ["Thấy trên VoSo lần cuối ngày 06/05/2026, đã quá 180 ngày."]
    look(link, day(2))
    assert said() == [
        AccountState("voso", "verified", "Đã thấy trên VoSo ngày 20/11/2026.", day(2), link.url, account.pk)
    ]
    look(link, day(1), "gone")
    assert [each.words for each in said()] == ["Gian hàng trên VoSo không còn, xem ngày 21/11/2026."]
    PlatformAccount.objects.update(closed_on=ON)
    assert [(each.state, each.words) for each in said()] == [("closed", "Gian hàng trên VoSo đã đóng.")]


@pytest.mark.parametrize("size", [1, 25])
def test_the_states_of_many_households_cost_one_query(people: People, size: int) -> None:
    homes = []
    for number in range(size):
        producer = make_producer(f"Hộ {number}", people.hamlet)
        made = claim_account(platform=Platform.objects.get(code="voso"), producer=producer, by=SYSTEM)
        look(page(made), day(number % 3))
        homes.append(producer.household_id)
    with CaptureQueriesContext(connection) as captured:
        found = account_states([home for home in homes if home], date.today())
    assert (len(captured), len(found)) == (1, size)


# Few moments and few links, so that they meet: the same instant, before and after each other, on the limit.
_moments = st.sampled_from([day(back) for back in (-1, 0, 1, 2, 3, 179, 180, 181, 200)])
_looks = st.tuples(st.sampled_from(["shop", "product"]), st.integers(1, 2), _moments,
                   st.sampled_from(["live", "gone", "uncheckable"]))  # fmt: skip
_words = st.tuples(_moments, st.sampled_from(["opened", "refused", "closed", "not_found"]),
                   st.sampled_from(["platform", "person"]), st.sampled_from([SHA, ""]))  # fmt: skip


class TheTwoWaysAgree(TestCase):
    """`with_states` says in SQL what `state_on` says in Python, for any history."""

    account: PlatformAccount

    @classmethod
    def setUpTestData(cls) -> None:
        commune = Unit.objects.filter(level="commune", valid_to=None).order_by("code")[0]
        hamlet = Hamlet.objects.create(commune=commune, name="Thôn thử")
        producer = make_producer("Hộ Thử", hamlet)
        cls.account = claim_account(platform=Platform.objects.get(code="voso"), producer=producer, by=SYSTEM)

    @settings(max_examples=100)
    @given(
        st.lists(_looks, max_size=5),
        st.lists(_words, max_size=3),
        st.sampled_from([None, None, ON, ON + timedelta(days=1)]),
    )
    def test_any_history(
        self,
        looks: list[tuple[str, int, datetime, str]],
        words: list[tuple[datetime, str, str, str]],
        closed: date | None,
    ) -> None:
        made = self.account
        for kind, number, at, result in looks:
            look(page(made, kind, number), at, result)
        for at, result, by, sha in words:
            report(made, at, result, by=by, sha=sha)
        PlatformAccount.objects.filter(pk=made.pk).update(closed_on=closed)
        state(made)
        state(made, ON - timedelta(days=2))
