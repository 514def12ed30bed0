"""Which linked pages the robot looks at, and what becomes of what it saw."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from core.kit import clock
from market.platforms.pages.judging import Verdict, judge, unclear
from market.platforms.pages.queries import SECOND_LOOK
from market.platforms.pages.registry import page_sources
from ocop.presence.checking import LINKED_PAGES, linked_pages_due, page_of
from ocop.presence.models import PresenceLink
from ocop.presence.queries import with_presence_marks
from ocop.register.models import OcopProduct
from onboarding.accounts.models import Observation, OutsideLink, Platform, RobotPermission
from tests.ocop.conftest import Land, account, look, platform, producer, product

PAGE = "<html><head><title>{}</title></head><body><h1>{}</h1><p>{}</p></body></html>"


@pytest.fixture
def link(land: Land) -> PresenceLink:
    """The only product, linked to a page on VoSo, which robots may visit."""
    voso = platform("voso")
    page = OutsideLink.objects.create(
        platform=voso,
        account=account(producer("HTX Phú Hài", land.phu_thuy), voso),
        url="https://voso.vn/nuoc-mam-p12.html",
        claimed_at=timezone.now(),
    )
    RobotPermission.objects.create(platform=voso, since=clock.today(), is_granted=True, ground="thử")
    return PresenceLink.objects.create(
        product=product("Nước mắm nhĩ", (4, "2025-03-01"), unit=land.phu_thuy),
        outside_link=page,
        linked_at=timezone.now(),
    )


def online() -> bool:
    return bool(with_presence_marks(OcopProduct.objects.all(), clock.today()).get().is_on_voso)  # type: ignore[attr-defined]


def test_a_linked_page_is_due_until_it_was_seen(link: PresenceLink) -> None:
    assert LINKED_PAGES in page_sources()
    assert list(linked_pages_due()) == [link]
    due = page_of(link)
    assert (due.link, due.title, due.price, due.is_ours) == (link.outside_link, "Nước mắm nhĩ", None, False)
    due.note(Verdict(Observation.Result.LIVE, "", "Nước mắm nhĩ", 95_000))
    assert online()
    assert list(linked_pages_due()) == []
    seen = Observation.objects.get()
    assert (seen.observer, seen.result, seen.seen_title, seen.seen_price) == ("robot", "live", "Nước mắm nhĩ", 95_000)


def test_missing_twice_hours_apart_is_gone_and_once_is_nothing(link: PresenceLink) -> None:
    assert link.outside_link is not None
    missing = unclear(Observation.Reason.MISSING)
    look(link.outside_link, clock.now() - timedelta(days=1))
    page_of(link).note(missing)
    page_of(link).note(missing)
    assert online()
    Observation.objects.create(
        link=link.outside_link, at=clock.now() - SECOND_LOOK, observer="robot", robot="thử", result="uncheckable",
        reason="missing", evidence_hash="0" * 64,
    )  # fmt: skip
    page_of(link).note(missing)
    assert not online()
    assert Observation.objects.order_by("pk").last().result == "gone"  # type: ignore[union-attr]


def test_not_where_robots_may_not_go_nor_what_is_closed_or_taken_back(link: PresenceLink) -> None:
    RobotPermission.objects.update(is_granted=False)
    assert list(linked_pages_due()) == []
    RobotPermission.objects.update(is_granted=True)
    Platform.objects.filter(code="voso").update(is_simulation=True, counts_for_target=False)
    assert list(linked_pages_due()) == []
    Platform.objects.filter(code="voso").update(is_simulation=False)
    assert list(linked_pages_due()) == [link]
    PresenceLink.objects.update(ended_at=timezone.now())
    assert list(linked_pages_due()) == []


@pytest.mark.parametrize(
    ("page", "result"),
    [
        (PAGE.format("Nước mắm nhĩ", "Nước mắm nhĩ", "95.000 đ"), ("live", "")),
        (
            PAGE.format("Gian hàng Phú Hài", "Gian hàng", "Nước mắm nhĩ 95.000 đ, Mắm tôm 40.000 đ"),
            ("uncheckable", "title"),
        ),
        (PAGE.format("Hạt điều", "Hạt điều", "95.000 đ"), ("uncheckable", "title")),
    ],
)
def test_without_a_price_only_a_page_of_that_name_is_it(page: str, result: tuple[str, str]) -> None:
    verdict = judge(200, "text/html; charset=utf-8", page.encode(), title="Nước mắm nhĩ", price=None)
    assert (verdict.result, verdict.reason) == result
