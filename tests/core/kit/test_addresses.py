"""Where a request comes from."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from core.kit.addresses import client_address, line_of

OURS = ["10.0.0.0/8", "2001:db8:1::/48"]


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # no proxy of ours: what it says counts for nothing
        ("10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # what the client wrote stands further left
        ("10.0.0.2", "1.2.3.4, 198.51.100.1, 10.0.0.9", "198.51.100.1"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "unknown", "10.0.0.2"),
        ("10.0.0.2", "10.0.0.3", "10.0.0.3"),
        ("2001:db8:1::5", "2001:db8:9:9:1::1", "2001:db8:9:9:1::1"),
        ("::ffff:10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_our_proxies_are_believed(settings: Any, remote: str, forwarded: str, address: str) -> None:
    settings.TRUSTED_PROXIES = OURS
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert client_address(RequestFactory(REMOTE_ADDR=remote, headers=headers).get("/")) == address


def test_without_proxies_nothing_is_believed(settings: Any) -> None:
    settings.TRUSTED_PROXIES = []
    request = RequestFactory(REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": "198.51.100.1"}).get("/")
    assert client_address(request) == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "line"),
    [("203.0.113.7", "203.0.113.7"), ("2001:db8:9:9:1::1", "2001:db8:9:9::/64"), ("", ""), ("rác", "")],
)
def test_a_household_of_ipv6_is_one_line(address: str, line: str) -> None:
    assert line_of(address) == line
