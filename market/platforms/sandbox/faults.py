"""Troubles on order: a seeded plan says which calls go wrong, and how.

A plan is `{"seed": 1, "faults": [{"method": "POST", "path": "/api/listings", "kind": "cut_after",
"calls": [1, 3]}]}`. `path` is a prefix; `calls` are the n-th matching calls (from 1), `probability` is a
chance per call, neither means every call. Further keys: `seconds`, `retry_after`, `status`, `body`.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "rate_limited",  # 429, with Retry-After exactly as given, or without
    "server_error",  # 500 before anything happened
    "server_error_after",  # 500 although the call took effect
    "maintenance",  # 503 with a page in HTML
    "answer",  # any status and JSON body, nothing happens
    "timeout_before",  # silence for `seconds`, then the connection ends; nothing happened
    "timeout_after",  # the call took effect, then the same silence
    "cut_before",  # the connection ends at once; nothing happened
    "cut_after",  # the call took effect, then the connection ends without an answer
    "cut_answer",  # the call took effect, the connection ends in the middle of the answer
    "error_in_success",  # 200 that carries an error; nothing happened
    "truncated",  # the call took effect, the answer is half a JSON text with a fitting length
    "slow",  # `seconds` of waiting, then everything is well
)


class PlanRefused(ValueError):
    """A fault plan that says something this marketplace cannot play."""


class ConnectionCut(ConnectionAbortedError):
    """Ends a connection without a word (the WSGI handler treats it as the caller having left)."""


@dataclass(frozen=True)
class Reply:
    """A whole HTTP answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Fault:
    """One line of the plan, with the number of calls it has seen."""

    kind: str
    method: str = ""
    path: str = "/api/"
    calls: tuple[int, ...] = ()
    probability: float | None = None
    seconds: float = 5.0
    retry_after: str | None = None
    status: int = 500
    body: Any = None
    seen: int = field(default=0, init=False)

    def strikes(self, method: str, path: str, chance: random.Random) -> bool:
        """Whether this call goes wrong; counts it when it matches."""
        if (self.method and method != self.method) or not path.startswith(self.path):
            return False
        self.seen += 1
        if self.calls:
            return self.seen in self.calls
        return self.probability is None or chance.random() < self.probability


class FaultPlan:
    """The plan in force and the log of the latest calls; shared by all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._chance = random.Random(0)
        self.calls: deque[dict[str, Any]] = deque(maxlen=2000)

    def load(self, plan: dict[str, Any]) -> int:
        """Put a new plan in force; returns how many faults it has. Raises PlanRefused."""
        try:
            faults = [_fault(line) for line in plan.get("faults", [])]
            seed = int(plan.get("seed", 0))
        except (TypeError, ValueError, AttributeError) as error:
            raise PlanRefused(str(error)) from error
        with self._lock:
            self._faults, self._chance = faults, random.Random(seed)
        return len(faults)

    def clear(self) -> None:
        """No faults, empty log."""
        self.load({})
        self.calls.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """The first fault that hits this call, if any."""
        with self._lock:
            hits = [fault for fault in self._faults if fault.strikes(method, path, self._chance)]
        return hits[0] if hits else None


def _fault(line: dict[str, Any]) -> Fault:
    fault = Fault(**{**line, "calls": tuple(line.get("calls", ()))})
    if fault.kind not in KINDS:
        raise PlanRefused(f"unknown kind {fault.kind!r}; known: {', '.join(KINDS)}")
    return fault


def play(fault: Fault, act: Callable[[], Reply]) -> Reply:
    """The answer to a call that `fault` hits; `act` lets the call take effect. May raise ConnectionCut."""
    match fault.kind:
        case "rate_limited":
            headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
            return _error(429, "rate_limited", "Gửi quá nhanh, hãy chậm lại.", headers)
        case "server_error":
            return _error(500, "server_error", "Máy chủ của sàn gặp trục trặc.")
        case "server_error_after":
            act()
            return _error(500, "server_error", "Máy chủ của sàn gặp trục trặc.")
        case "maintenance":
            return Reply(503, [("Content-Type", "text/html")], b"<h1>B\xe1\xba\xa3o tr\xc3\xac</h1>")
        case "answer":
            return _json(fault.status, fault.body)
        case "error_in_success":
            return _error(200, "server_error", "Chưa ghi được, hãy thử lại.")
        case "slow":
            time.sleep(fault.seconds)
            return act()
        case "cut_answer" | "truncated":
            reply = act()
            half = reply.body[: len(reply.body) // 2]
            length = len(reply.body) if fault.kind == "cut_answer" else len(half)
            return Reply(reply.status, _with_length(reply.headers, length), half)
        case _:
            if fault.kind.endswith("_after"):
                act()
            if fault.kind.startswith("timeout"):
                time.sleep(fault.seconds)
            raise ConnectionCut(fault.kind)


def _with_length(headers: list[tuple[str, str]], length: int) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
    return [*kept, ("Content-Length", str(length))]


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Reply:
    reply = _json(status, {"error": {"code": code, "message": message, "fields": {}}})
    return Reply(reply.status, [*reply.headers, *(headers or {}).items()], reply.body)


def _json(status: int, body: Any) -> Reply:
    return Reply(status, [("Content-Type", "application/json")], json.dumps(body, ensure_ascii=False).encode())
