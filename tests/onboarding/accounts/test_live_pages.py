"""What counts as live on a day, for how long, and who may say so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditEntry
from core.kit.clock import VIETNAM
from core.people.queries import SYSTEM
from onboarding.accounts.actions import (
    AccountRefused,
    claim_account,
    observe,
    set_robots_may_look,
    set_seen_within,
)
from onboarding.accounts.live_pages import (
    is_live,
    last_seen_live,
    live_links,
    look_limits,
    may_robots_look,
    robots_may_look,
    seen_live_at,
)
from onboarding.accounts.models import (
    AccountReport,
    Observation,
    OutsideLink,
    Platform,
    PlatformAccount,
    RobotPermission,
    SeenWithin,
)
from onboarding.accounts.reference import load_looking
from onboarding.accounts.rules import evidence_hash
from tests.people import People

ON = date(2026, 11, 22)


def day(back: int, hour: int = 9) -> datetime:
    return datetime(ON.year, ON.month, ON.day, hour, tzinfo=VIETNAM) - timedelta(days=back)


def page(account: PlatformAccount, number: int = 1, kind: str = "product") -> OutsideLink:
    url = f"https://voso.vn/{account.pk}-{kind}-p{number}.html"
    return OutsideLink.objects.create(
        platform=account.platform, account=account, url=url, kind=kind, claimed_at=day(400)
    )


def look(link: OutsideLink, at: datetime, result: str = "live") -> None:
    Observation.objects.create(link=link, at=at, observer="adapter", result=result, evidence_hash="0" * 64)


@pytest.fixture
def account(people: People) -> PlatformAccount:
    return claim_account(platform=Platform.objects.get(code="voso"), producer=people.producer, by=SYSTEM)


def live(on: date = ON) -> list[int]:
    return list(live_links(on).order_by("pk").values_list("pk", flat=True))


def test_a_page_is_live_for_thirty_days_and_then_only_was(account: PlatformAccount) -> None:
    link = page(account)
    assert (live(), seen_live_at(link)) == ([], None)
    look(link, day(30))
    assert live() == [link.pk] and is_live(link, ON)
    assert live(ON + timedelta(days=1)) == [] and not is_live(link, ON + timedelta(days=1))
    assert live(ON - timedelta(days=31)) == [], "not before it was seen"
    assert seen_live_at(link) == day(30), "what was seen stays seen"


def test_what_could_not_be_checked_says_neither(account: PlatformAccount) -> None:
    link, other = page(account), page(account, 2)
    look(link, day(3))
    look(link, day(1), "uncheckable")
    look(other, day(1), "uncheckable")
    assert live() == [link.pk]


@pytest.mark.parametrize("kind", ["product", "shop"])
def test_gone_takes_it_back_from_that_day_on(account: PlatformAccount, kind: str) -> None:
    link, untouched = page(account), page(account, 2)
    shop = page(account, 3, "shop")
    look(link, day(5))
    look(untouched, day(5))
    look(shop if kind == "shop" else link, day(2), "gone")
    assert live() == ([] if kind == "shop" else [untouched.pk])
    assert live(ON - timedelta(days=3)) == [link.pk, untouched.pk], "on that day it was there"
    look(link, day(1))
    assert link.pk in live()


def test_an_account_that_ended_has_no_live_page(account: PlatformAccount) -> None:
    link = page(account)
    look(link, day(5))
    AccountReport.objects.create(account=account, at=day(2), reporter="person", result="not_found")
    assert live() == [] and live(ON - timedelta(days=3)) == [link.pk]
    look(link, day(1))
    assert live() == [link.pk]
    PlatformAccount.objects.filter(pk=account.pk).update(closed_on=ON)
    assert live() == [] and live(ON - timedelta(days=1)) == [link.pk]


def test_each_platform_may_have_days_of_its_own(account: PlatformAccount, people: People) -> None:
    operator, voso = people.viewer("buu"), account.platform
    postmart = claim_account(platform=Platform.objects.get(code="postmart"), producer=people.producer, by=SYSTEM)
    link, other = page(account), page(postmart)
    look(link, day(10))
    look(other, day(10))
    set_seen_within(platform=voso, since=ON, days=7, by=operator)
    assert live() == [other.pk]
    assert live(ON - timedelta(days=1)) == [link.pk, other.pk], "days before stay what they were"
    set_seen_within(platform=None, since=ON, days=3, by=operator)
    assert live() == []
    set_seen_within(platform=voso, since=ON, days=10, by=operator)
    assert live() == [link.pk]
    assert (look_limits(ON).days(voso.pk), look_limits(ON).of_all) == (10, 3)
    assert look_limits(date(2000, 1, 1)).of_all == 30, "before the first line, the first"
    entry = AuditEntry.objects.filter(action="platform.seen_within_set").order_by("-pk")[0]
    assert (entry.actor_id, entry.object_label) == (people.users["buu"].pk, f"platform:{voso.pk}")
    assert "VoSo, từ 22/11/2026" in entry.detail.text and "10 ngày" in entry.detail.text


def test_only_an_operator_sets_it(account: PlatformAccount, people: People) -> None:
    before = [list(SeenWithin.objects.values()), list(RobotPermission.objects.values())]
    for name in ("an", "chi", "phuong", "dung"):
        with pytest.raises(PermissionError):
            set_seen_within(platform=None, since=ON, days=90, by=people.viewer(name))
        with pytest.raises(PermissionError):
            set_robots_may_look(
                platform=account.platform, since=ON, is_granted=True, ground="Cho phép", by=people.viewer(name)
            )
    for days in (0, 367, -1):
        with pytest.raises(AccountRefused, match="từ 1 đến 366"):
            set_seen_within(platform=None, since=ON, days=days, by=people.viewer("buu"))
    with pytest.raises(AccountRefused, match="căn cứ"):
        set_robots_may_look(platform=account.platform, since=ON, is_granted=True, ground=" ", by=people.viewer("buu"))
    assert [list(SeenWithin.objects.values()), list(RobotPermission.objects.values())] == before


def test_robots_stay_away_until_somebody_read_the_terms(people: People) -> None:
    codes = dict(Platform.objects.values_list("code", "pk"))
    assert robots_may_look(ON) == {codes["santhu"]}
    voso = Platform.objects.get(code="voso")
    set_robots_may_look(platform=voso, since=ON, is_granted=True, ground="Công văn 12", by=people.viewer("buu"))
    assert may_robots_look(voso, ON) and not may_robots_look(voso, ON - timedelta(days=1))
    set_robots_may_look(
        platform=voso, since=ON + timedelta(days=5), is_granted=False, ground="Sàn đổi ý", by=people.viewer("buu")
    )
    assert may_robots_look(voso, ON + timedelta(days=4)) and not may_robots_look(voso, ON + timedelta(days=5))
    load_looking()
    assert RobotPermission.objects.filter(platform=voso).count() == 2, "loading again touches nothing"


def test_every_look_names_who_or_what_looked(account: PlatformAccount) -> None:
    link = page(account)
    with pytest.raises(IntegrityError), transaction.atomic():
        observe(link=link, result="uncheckable", observer="robot", reason="login", by=SYSTEM)
    with pytest.raises(IntegrityError), transaction.atomic():
        observe(link=link, result="gone", observer="robot", robot="LenSan/1", reason="login", by=SYSTEM)
    seen = observe(link=link, result="uncheckable", observer="robot", robot="LenSan/1", reason="price", by=SYSTEM)
    assert (seen.robot, seen.reason, seen.get_reason_display()) == (
        "LenSan/1",
        "price",
        "giá trên trang khác giá của bạn",
    )
    seen = Observation.objects.get()
    assert evidence_hash(seen) == seen.evidence_hash
    for change in (
        {"result": "live"},
        {"robot": ""},
        {"reason": "title"},
        {"seen_price": 1},
        {"at": datetime.now(UTC)},
    ):
        other = Observation.objects.get()
        for name, value in change.items():
            setattr(other, name, value)
        assert evidence_hash(other) != seen.evidence_hash


def test_a_long_title_is_hashed_as_it_is_kept(account: PlatformAccount) -> None:
    seen = observe(link=page(account), result="live", observer="adapter", by=SYSTEM, seen_title="Đ" * 300)
    kept = Observation.objects.get()
    assert (len(kept.seen_title), evidence_hash(kept)) == (200, seen.evidence_hash)


@pytest.mark.parametrize("size", [1, 25])
def test_reading_costs_the_same_for_many(account: PlatformAccount, size: int) -> None:
    links = [page(account, number) for number in range(size)]
    for link in links:
        look(link, day(3))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found: Any = live()
    assert (len(found), len(asked)) == (size, 2)
    with CaptureQueriesContext(connection) as asked:
        assert len(last_seen_live(found)) == size
    assert len(asked) == 1
