"""The one door through which the product speaks HTTP to other servers.

Guards: only http(s), no redirects, bounded answers, bounded time, and no private or loopback
address unless the caller says that its target is a configured one (server-side request forgery).
The address is checked where the connection is made (`core.kit.lines`), so there is no way round by a proxy
of the environment: proxies are not used. Certificates of the environment (REQUESTS_CA_BUNDLE) are believed.
Errors say what the caller may do next: `NotSent` may be tried again, `OutcomeUnknown` may not.

Each thread keeps the connection to the server that it spoke to last, for a moment: see `_session_for`.
"""

from __future__ import annotations

import os
import ssl
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from core.kit.lines import Call, Lines, NoLine, NotPublic

# A server that closes what is idle does so after some seconds. A connection that was idle for longer than this is not used
# again: what is sent while the other side closes may or may not have arrived.
IDLE_AT_MOST = 1.0


class OutboundError(Exception):
    """An HTTP call that brought no answer. `permanent`: trying again cannot help."""

    permanent = False


class OutboundRefused(OutboundError):
    """The address is not one we may call (scheme, private network, redirect)."""

    permanent = True


class Redirected(OutboundRefused):
    """The other side names another address, `location` (as it was written there); nobody went there."""

    def __init__(self, message: str, location: str) -> None:
        super().__init__(message)
        self.location = location


class NotSent(OutboundError):
    """The request never left: repeating it is safe."""


class OutcomeUnknown(OutboundError):
    """The request left, the answer did not come whole: the other side may have acted."""


class TooLong(OutcomeUnknown):
    """The answer is longer than the caller takes. `status` is what it began with."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer. `headers` are case-insensitive, `body` is at most `max_bytes` long."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    json: Any = None,
    data: bytes | Mapping[str, str] | None = None,
    connect_timeout: float = 5.0,
    read_timeout: float = 20.0,
    max_bytes: int = 5_000_000,
    allow_private: bool = False,
) -> Answer:
    """Send one request, without redirects or retries, and read the bounded answer.

    Timeouts are in seconds; `read_timeout` bounds the whole answer, not only the gap between bytes.
    Raises OutboundRefused (Redirected), NotSent or OutcomeUnknown (TooLong).
    """
    deadline = time.monotonic() + connect_timeout + read_timeout
    try:
        response = _session_for(url, Call(only_public=not allow_private, deadline=deadline)).request(
            method,
            url,
            headers=dict(headers or {}),
            params=params,
            json=json,
            data=data,
            timeout=(connect_timeout, read_timeout),
            allow_redirects=False,
            stream=True,
        )
    except NotPublic as error:
        raise OutboundRefused(str(error)) from error
    except NoLine as error:
        raise NotSent(str(error)) from error
    except requests.exceptions.InvalidHeader as error:
        # Also said of an answer's headers (two lengths that differ), though it is a ValueError like those below.
        raise OutcomeUnknown(str(error)) from error
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, ValueError) as error:
        raise OutboundRefused(str(error)) from error
    except requests.exceptions.SSLError as error:
        # Before hands are shaken nothing is said; other troubles of TLS also come in the middle of an answer.
        raise (NotSent if _broke_at_the_handshake(error) else OutcomeUnknown)(str(error)) from error
    except requests.exceptions.RequestException as error:
        raise OutcomeUnknown(str(error)) from error
    # Whatever is not read to its end closes the connection.
    with response:
        if 300 <= response.status_code < 400 and "location" in response.headers:
            raise Redirected(f"redirect from {urlsplit(url).netloc} refused", response.headers["location"][:2000])
        answer = Answer(response.status_code, response.headers, _read(response, max_bytes, deadline))
        _kept.used_at = time.monotonic()
        return answer


def _broke_at_the_handshake(error: BaseException | None) -> bool:
    while error is not None:
        steps = traceback.walk_tb(error.__traceback__)
        if isinstance(error, ssl.SSLError) and any(frame.f_code.co_name == "do_handshake" for frame, _ in steps):
            return True
        error = error.__cause__ or error.__context__
    return False


class _Kept(threading.local):
    """What a thread keeps between two calls: nothing but the connection to one server."""

    session: requests.Session | None = None
    call = Call(only_public=True)
    server, used_at = "", 0.0


_kept = _Kept()


def _forget() -> None:
    global _kept  # the parent's connections are not this process's to speak on
    _kept = _Kept()


os.register_at_fork(after_in_child=_forget)


def _session_for(url: str, call: Call) -> requests.Session:
    """This thread's session with the server of `url`, new when the last call went elsewhere, is long ago or might go where
    this one may not. It carries no cookies, and no headers from one call to the next."""
    parts = urlsplit(url)
    server, now = f"{parts.scheme}://{parts.netloc}", time.monotonic()
    is_same = _kept.server == server and _kept.call.only_public == call.only_public
    if _kept.session is None or not is_same or now - _kept.used_at > IDLE_AT_MOST:
        if _kept.session is not None:
            _kept.session.close()
        _kept.session, _kept.server, _kept.call = _new_session(call), server, call
    _kept.call.deadline = call.deadline
    # Until a call has ended well nobody knows what state the connection is in.
    _kept.used_at = 0.0
    return _kept.session


def _new_session(call: Call) -> requests.Session:
    session = requests.Session()
    # Neither proxies nor passwords (.netrc) of the environment: they are not for addresses that strangers name.
    session.trust_env = False
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, Lines(call))
    return session


def _read(response: requests.Response, max_bytes: int, deadline: float) -> bytes:
    """The body, cut short with OutcomeUnknown when it is too long, too slow or incomplete."""
    parts: list[bytes] = []
    size = 0
    try:
        # read1 gives what has arrived; read would wait for a whole block, however slowly it drips in.
        while part := response.raw.read1(65536, decode_content=True):
            size += len(part)
            if size > max_bytes:
                raise TooLong(f"answer longer than {max_bytes} bytes", response.status_code)
            if time.monotonic() > deadline:
                raise OutcomeUnknown("answer took too long")
            parts.append(part)
    except (HTTPError, OSError) as error:
        raise OutcomeUnknown(str(error)) from error
    expected = response.headers.get("content-length")
    raw = response.headers.get("content-encoding") is None
    if raw and expected is not None and expected.isdigit() and size < int(expected):
        raise OutcomeUnknown(f"answer ended after {size} of {expected} bytes")
    return b"".join(parts)
