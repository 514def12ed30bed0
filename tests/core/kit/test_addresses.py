"""Where a request comes from."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from django.test import RequestFactory, override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kit.addresses import client_address, is_among, line_of

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
        ("10.0.0.2", "198.51.100.1" + ",10.0.0.9" * 900, "198.51.100.1"),
        ("10.0.0.2", "," * 5000, "10.0.0.2"),
        ("10.0.0.2", "198.51.100.1,", "10.0.0.2"),
        (
            "10.0.0.2",
            "1.2.3.4, 198.51.100.1:4711",
            "10.0.0.2",
        ),  # a port is not part of an address: rather none than a guess
        ("10.0.0.2", "1.2.3.4, '; DROP TABLE--", "10.0.0.2"),
        ("10.0.0.2", "fe80::1%<script>", "10.0.0.2"),
        ("10.0.0.2", "٢٠٣.0.113.7", "10.0.0.2"),
        ("10.0.0.2", "010.0.0.1", "10.0.0.2"),
        ("10.0.0.2", "::ffff:198.51.100.1", "198.51.100.1"),
        ("fe80::1%eth0", "198.51.100.1", ""),
        ("no address", "198.51.100.1", ""),
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


@settings(deadline=None)
@given(remote=st.text(max_size=40), forwarded=st.text(max_size=200))
def test_whatever_is_written_there_an_address_or_nothing_comes_out(remote: str, forwarded: str) -> None:
    for address in (remote, "10.0.0.2"):
        request = RequestFactory().get("/", REMOTE_ADDR=address, HTTP_X_FORWARDED_FOR=forwarded)
        with override_settings(TRUSTED_PROXIES=OURS):
            found = client_address(request)
        assert found == "" or str(ipaddress.ip_address(found)) == found


@pytest.mark.parametrize(
    ("address", "networks", "expected"),
    [
        ("113.52.45.78", ["113.52.45.78"], True),
        ("113.52.45.79", ["113.52.45.78", "203.0.113.0/24"], False),
        ("203.0.113.9", ["113.52.45.78", " 203.0.113.0/24"], True),
        ("2001:db8:1::9", ["203.0.113.0/24", "2001:db8:1::/48"], True),
        ("::ffff:203.0.113.9", ["203.0.113.0/24"], True),
        ("", ["0.0.0.0/0", "::/0"], False),
        ("203.0.113.9", [], False),
    ],
)
def test_an_address_among_networks(address: str, networks: list[str], expected: bool) -> None:
    assert is_among(address, networks) is expected


def test_a_network_that_is_none_is_an_error_not_a_yes() -> None:
    with pytest.raises(ValueError, match="vnpay"):
        is_among("203.0.113.9", ["vnpay"])


@pytest.mark.parametrize(
    ("address", "line"),
    [("203.0.113.7", "203.0.113.7"), ("2001:db8:9:9:1::1", "2001:db8:9:9::/64"), ("", ""), ("rác", "")],
)
def test_a_household_of_ipv6_is_one_line(address: str, line: str) -> None:
    assert line_of(address) == line
