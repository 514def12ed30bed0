"""Where a request comes from: the address of the person's own line, as far as our proxies can be believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# One household or office gets a whole /64 of IPv6; single addresses of it are free to change.
IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str:
    """The address of the client, or "" when there is none (a Unix socket).

    `X-Forwarded-For` counts only when the request comes from one of `settings.TRUSTED_PROXIES`, and is read from its
    end: the first address that is no proxy of ours. What a client wrote itself stands further left and is never reached.
    """
    address = _parsed(request.META.get("REMOTE_ADDR", ""))
    if address is None:
        return ""
    written = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while _is_ours(address) and written:
        further = _parsed(written.pop())
        if further is None:
            break
        address = further
    return str(address)


def is_among(address: str, networks: Sequence[str]) -> bool:
    """Whether an address (as `client_address` gives it) is one of these addresses or in one of these networks. "" is in none.
    Raises ValueError when a network is not written as one."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in _read(tuple(networks)))


def line_of(address: str) -> str:
    """What limits count by: an IPv4 address, or the /64 network of an IPv6 address; "" for ""."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))
    return str(parsed or "")


def _is_ours(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return any(address in network for network in _read(tuple(settings.TRUSTED_PROXIES)))


@lru_cache(maxsize=16)
def _read(networks: tuple[str, ...]) -> list[Network]:
    return [ipaddress.ip_network(network.strip(), strict=False) for network in networks]


def _parsed(written: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(written.strip())
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        return None  # the name of somebody else's network card: means nothing here and may hold any text
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
