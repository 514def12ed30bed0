"""An operator says where our robot may look, and how long a look lasts."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from core.kit import clock
from market.platforms.models import PageHost
from onboarding.accounts.live_pages import look_limits, may_robots_look
from onboarding.accounts.models import Platform, RobotPermission, SeenWithin
from tests.market.conftest import Browser
from tests.people import People

ROBOTS = {"form": "robots", "is_granted": "yes", "since": "2026-11-01", "ground": "Công văn 12 của sàn"}


def test_both_settings_are_saved_by_themselves(people: People, browser: Browser) -> None:
    url, operator = reverse("platform_looking", args=["voso"]), browser("buu")
    voso = Platform.objects.get(code="voso")
    assert "máy không xem trang bán" in operator.get(url).text and not may_robots_look(voso)
    assert operator.post(url, ROBOTS).status_code == 302
    line = RobotPermission.objects.get(platform=voso)
    assert (line.since, line.is_granted, line.ground, line.entered_by) == (
        date(2026, 11, 1),
        True,
        "Công văn 12 của sàn",
        people.users["buu"],
    )
    assert "máy được xem trang bán" in operator.get(url).text and may_robots_look(voso)
    assert operator.post(url, {"form": "within", "days": "14", "since": "2026-11-01"}).status_code == 302
    assert look_limits(clock.today()).days(voso.pk) == 14
    assert "được tính trong 14 ngày" in operator.get(url).text


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(people: People, browser: Browser) -> None:
    url, operator = reverse("platform_looking", args=["voso"]), browser("buu")
    page = operator.post(url, ROBOTS | {"ground": " ", "since": "2026-11-02"})
    assert page.status_code == 200 and "Hãy ghi căn cứ." in page.text and "2026-11-02" in page.text
    for days in ("0", "367", "x", ""):
        assert operator.post(url, {"form": "within", "days": days, "since": "2026-11-01"}).status_code == 200
    assert operator.post(url, {"form": "khac"}).status_code == 200
    assert not RobotPermission.objects.filter(platform__code="voso").exists()
    assert not SeenWithin.objects.filter(platform__code="voso").exists()


def test_nobody_else_may(people: People, browser: Browser) -> None:
    url = reverse("platform_looking", args=["voso"])
    for name in ("an", "chi", "phuong", "hanh", "dung"):
        assert browser(name).get(url).status_code == 404
        assert browser(name).post(url, ROBOTS).status_code == 404
    assert browser("buu").get(reverse("platform_looking", args=["khong-co"])).status_code == 404
    assert not RobotPermission.objects.filter(platform__code="voso").exists() and not PageHost.objects.exists()
