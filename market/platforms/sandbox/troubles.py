"""Troubles of the way: what the answer to a call looks like when the line, the server or the shop is not well."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable

from market.platforms.sandbox.faults import Fault
from market.platforms.sandbox.replies import Reply, error_reply, json_reply, with_header

ELSEWHERE = "https://elsewhere.example/api/listings"
Act = Callable[[], Reply]


class ConnectionCut(ConnectionAbortedError):
    """Ends a connection without a word (the WSGI handler treats it as the caller having left)."""


def play(fault: Fault, act: Act) -> Reply:
    """The answer to a call that `fault` hits; `act` lets the call take effect. May raise ConnectionCut."""
    if fault.kind in _REFUSALS:
        return error_reply(*_REFUSALS[fault.kind])
    if fault.kind in _ANSWERS:
        return _ANSWERS[fault.kind](fault, act)
    if fault.kind.endswith("_after"):
        act()
    if fault.kind.startswith("timeout"):
        time.sleep(fault.seconds)
    raise ConnectionCut(fault.kind)


_BROKEN = (500, "server_error", "Máy chủ của sàn gặp trục trặc.")
# Nothing happened, and nothing will until somebody does something about it.
_REFUSALS = {
    "server_error": _BROKEN,
    "error_in_success": (200, "server_error", "Chưa ghi được, hãy thử lại."),
    "key_revoked": (401, "wrong_key", "Khóa không đúng hoặc đã bị thu hồi."),
    "token_expired": (401, "token_expired", "Phiên đã hết hạn."),
    "shop_suspended": (403, "shop_suspended", "Gian hàng đang bị khóa."),
    "shop_on_holiday": (403, "shop_on_holiday", "Gian hàng đang tạm nghỉ."),
    "open_order": (409, "open_order", "Tin đang có đơn chưa giao."),
}


def _rate_limited(fault: Fault, act: Act) -> Reply:
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    return error_reply(429, "rate_limited", "Gửi quá nhanh, hãy chậm lại.", headers)


def _server_error_after(fault: Fault, act: Act) -> Reply:
    act()
    return error_reply(*_BROKEN)


def _slow(fault: Fault, act: Act) -> Reply:
    time.sleep(fault.seconds)
    return act()


def _half(fault: Fault, act: Act) -> Reply:
    reply = act()
    half = reply.body[: len(reply.body) // 2]
    length = len(reply.body) if fault.kind == "cut_answer" else len(half)
    return Reply(reply.status, with_header(reply.headers, "Content-Length", str(length)), half)


def _wrong_length(fault: Fault, act: Act) -> Reply:
    reply = act()
    more = str(len(reply.body) + 10)
    return Reply(reply.status, with_header(reply.headers, "Content-Length", more), reply.body)


def _gzip_cut(fault: Fault, act: Act) -> Reply:
    reply = act()
    packed = gzip.compress(reply.body)
    half = packed[: len(packed) // 2]
    headers = with_header(reply.headers, "Content-Length", str(len(half)))
    return Reply(reply.status, [*headers, ("Content-Encoding", "gzip")], half)


def _empty(fault: Fault, act: Act) -> Reply:
    headers = with_header(act().headers, "Content-Length", "0")
    return Reply(200 if fault.kind == "empty" else 204, headers, b"")


def _drip(fault: Fault, act: Act) -> Reply:
    reply = act()
    return Reply(reply.status, reply.headers, reply.body, pause=fault.seconds)


def _huge(fault: Fault, act: Act) -> Reply:
    return json_reply(act().status, {"items": [], "padding": "x" * fault.number})


def _redirect(fault: Fault, act: Act) -> Reply:
    return Reply(302, [("Location", str(fault.body or ELSEWHERE)), ("Content-Length", "0")], b"")


_ANSWERS: dict[str, Callable[[Fault, Act], Reply]] = {
    "rate_limited": _rate_limited,
    "server_error_after": _server_error_after,
    "maintenance": lambda fault, act: Reply(503, [("Content-Type", "text/html")], "<h1>Bảo trì</h1>".encode()),
    "answer": lambda fault, act: json_reply(fault.status, fault.body),
    "slow": _slow,
    "cut_answer": _half,
    "truncated": _half,
    "wrong_length": _wrong_length,
    "gzip_cut": _gzip_cut,
    "empty": _empty,
    "no_content": _empty,
    "drip": _drip,
    "huge": _huge,
    "redirect": _redirect,
}
