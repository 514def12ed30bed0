"""What a robots.txt lets our robot do."""

from __future__ import annotations

import pytest

from market.platforms.pages.robots import RobotRules, rules_for

PAGE = "https://san.vn/sp/mat-ong-p1.html"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /", False),
        ("user-agent:*\ndisallow:/sp/ # hàng", False),
        ("User-agent: *\nDisallow: /gio-hang", True),
        ("User-agent: *\nDisallow: /\nAllow: /sp/", True),
        ("User-agent: *\nAllow: /sp/\nDisallow: /sp/mat", False),
        ("User-agent: *\nAllow: /sp/mat\nDisallow: /sp/mat", True),
        ("User-agent: *\nDisallow: /*.html$", False),
        ("User-agent: *\nDisallow: /*.htm$", True),
        ("User-agent: *\nDisallow: /sp/*p1", False),
        ("User-agent: lensan\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: LenSan/2.0\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: Googlebot\nDisallow: /", True),
        ("User-agent: Googlebot\nUser-agent: LenSan\nDisallow: /", False),
        ("User-agent: LenSan\nDisallow: /a\n\nUser-agent: LenSan\nDisallow: /sp", False),
        ("Disallow: /", True),
        ("<!doctype html><h1>Không có trang này</h1>", True),
        ("\ufeffUser-agent: *\r\nDisallow: /\r\n", False),
    ],
)
def test_the_longest_rule_decides(text: str, allowed: bool) -> None:
    assert rules_for(text).allows(PAGE) is allowed


def test_queries_and_marks_are_compared_as_they_travel() -> None:
    rules = rules_for("User-agent: *\nDisallow: /*?sort=\nDisallow: /mật-ong")
    assert not rules.allows("https://san.vn/sp?sort=gia")
    assert not rules.allows("https://san.vn/m%e1%ba%adt-ong")
    assert rules.allows("https://san.vn/sp?xem=1") and rules.allows("https://san.vn")


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 30", 30.0),
        ("User-agent: *\nCrawl-delay: 2.5\nCrawl-delay: 7", 7.0),
        ("User-agent: *\nCrawl-delay: 99999999", 86_400.0),
        ("User-agent: *\nCrawl-delay: -1", 0.0),
        ("User-agent: *\nCrawl-delay: mai", 0.0),
        ("User-agent: LenSan\nDisallow: /x\n\nUser-agent: *\nCrawl-delay: 30", 0.0),
    ],
)
def test_the_delay_it_asks_for(text: str, delay: float) -> None:
    assert rules_for(text).delay == delay


def test_no_text_is_too_strange() -> None:
    assert rules_for("User-agent: *\nDisallow: /(" + "*" * 50 + "[z").allows(PAGE)
    assert rules_for(":" * 100_000).allows(PAGE)
    assert RobotRules().allows("https://san.vn/")
