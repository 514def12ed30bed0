"""Connections that go where they were checked to go, and answers that come in time: what `core.kit.outbound` speaks over.

A name is resolved once, for the connection itself. Asking first and connecting by name afterwards would leave it to whoever
answers for that name to say something else the second time.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import time
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NOBODYS = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # protocol assignments, parts of which Python calls global
    ipaddress.IPv4Network("192.88.99.0/24"),  # the abandoned relays of 6to4
    ipaddress.IPv6Network("3fff::/20"),  # for examples in documents, younger than Python's list
)


class NotPublic(Exception):
    """The name leads to an address that nobody outside has."""


class NoLine(Exception):
    """No connection was made: nothing was said."""


@dataclass
class Call:
    """What the connections of one session may do. `deadline` is of `time.monotonic`, for the answer that is awaited now."""

    only_public: bool
    deadline: float = 0.0


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whichever way it is written.

    An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64) counts as what it leads to. Groups, and every other IPv6 address
    outside the global unicast block (RFC 4291), are not public.
    """
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(found.packed[-4:])
        if inner is not None:
            return is_public(str(inner))
        if found not in _GLOBAL_UNICAST:
            return False
    is_nobodys = any(found in network for network in _NOBODYS if network.version == found.version)
    return found.is_global and not found.is_multicast and not is_nobodys


class Lines(HTTPAdapter):
    """Connections of one session; none of them goes through a proxy."""

    def __init__(self, call: Call) -> None:
        self._call = call
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_PlainPool, call=self._call),
            "https": partial(_TlsPool, call=self._call),
        }


def _connected(call: Call, connection: HTTPConnection) -> socket.socket:
    """A socket to an address of the connection's host. The host is resolved once, and what was checked is what is called."""
    host, patience = connection._dns_host.strip("[]"), cast(float, connection.timeout)
    until = time.monotonic() + patience
    try:
        found = socket.getaddrinfo(host, connection.port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise NotPublic(f"not a host name: {host!r}") from error
    except OSError as error:
        raise NoLine(f"no such host: {host}") from error
    # All of them: a name that stands for us and for a stranger is not the stranger's.
    if call.only_public and not all(is_public(str(entry[4][0])) for entry in found):
        raise NotPublic(f"{host} is not a public address")
    problem: OSError | None = None
    for family, kind, protocol, _, address in found:
        line = socket.socket(family, kind, protocol)
        try:
            for option in connection.socket_options or ():
                line.setsockopt(*option)
            line.settimeout(max(until - time.monotonic(), 0.001))
            line.connect(address)
            line.settimeout(patience)
            return line
        except OSError as error:
            problem = error
            line.close()
    raise NoLine(f"no connection to {host}: {problem}")


class _PlainLine(HTTPConnection):
    def __init__(self, *args: Any, call: Call, **options: Any) -> None:
        super().__init__(*args, **options)
        self._call = call
        self.response_class = partial(_TimelyAnswer, call=call)  # type: ignore[assignment]

    def _new_conn(self) -> socket.socket:
        return _connected(self._call, self)


class _TlsLine(HTTPSConnection):
    """TLS is spoken with, and the certificate must be of, the host that was asked for, whatever its address."""

    def __init__(self, *args: Any, call: Call, **options: Any) -> None:
        super().__init__(*args, **options)
        self._call = call
        self.response_class = partial(_TimelyAnswer, call=call)  # type: ignore[assignment]

    def _new_conn(self) -> socket.socket:
        return _connected(self._call, self)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainLine  # the pool hands `call` on


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsLine


class _TimelyAnswer(http.client.HTTPResponse):
    """Status, headers and body all stop at the deadline: a time-out of the socket begins anew with every byte."""

    def __init__(self, sock: socket.socket, *args: Any, call: Call, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_Timely(self.fp.detach(), sock, call))


class _Timely(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, sock: socket.socket, call: Call) -> None:
        self._raw, self._sock, self._call, self._gap = raw, sock, call, sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._call.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("answer took too long")
        self._sock.settimeout(left if self._gap is None else min(left, self._gap))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
