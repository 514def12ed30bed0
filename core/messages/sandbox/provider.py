"""The provider: accounts, numbers, references it has seen, the SMS it "sent", and the faults somebody asked for."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

KEY, SECRET, BRAND = "khoa-thu", "bi-mat-thu", "LENSAN"
REFUSED_END = "000"  # numbers with this end are blocked
# What can go wrong with the next call. *_after: the SMS went out all the same.
FAULTS = (
    "slow",
    "silent_after",
    "error_500",
    "error_500_after",
    "lost_answer",
    "lost_answer_after",
    "busy",
    "no_money",
    "page",
)


@dataclass
class Reply:
    """An HTTP answer; `status` 0 closes the connection without one."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Provider:
    """All state is in memory; one lock, since calls come in threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self.sent: list[dict[str, str]] = []
            self.calls = 0
            self.faults: deque[dict[str, Any]] = deque()
            self.drops_repeats = True
            self._seen: dict[str, str] = {}

    def plan(self, faults: list[dict[str, Any]]) -> bool:
        """The faults of the next calls, one each; {} is a good call. False for an unknown one."""
        if any(fault and fault.get("kind") not in FAULTS for fault in faults):
            return False
        with self._lock:
            self.faults = deque(faults)
        return True

    def take(self, order: dict[str, Any]) -> Reply:
        """One call, with the fault that is due."""
        with self._lock:
            self.calls += 1
            fault = self.faults.popleft() if self.faults else {}
        kind = fault.get("kind", "")
        if kind == "slow":
            time.sleep(float(fault.get("seconds", 1)))
        if kind == "error_500":
            return Reply(500, "Server Error")
        if kind == "lost_answer":
            return Reply(0)
        if kind == "busy":
            return Reply(429, "Too Many Requests", {"Retry-After": str(fault.get("retry_after", 1))})
        if kind == "page":
            return Reply(200, "<html>Bao tri</html>")
        if kind == "no_money":
            return Reply(200, {"CodeResult": "103", "CountRegenerate": 0, "ErrorMessage": "Balance not enough"})
        reply = self._send(order)
        if kind == "silent_after":
            time.sleep(float(fault.get("seconds", 1)))
        if kind == "error_500_after":
            return Reply(500, "Server Error")
        return Reply(0) if kind == "lost_answer_after" else reply

    def _send(self, order: dict[str, Any]) -> Reply:
        def refused(code: str, words: str) -> Reply:
            return Reply(200, {"CodeResult": code, "CountRegenerate": 0, "ErrorMessage": words})

        if (order.get("ApiKey"), order.get("SecretKey")) != (KEY, SECRET):
            return refused("101", "Authorize Failed")
        if order.get("Brandname") != BRAND:
            return refused("104", "Brand name code is not exist")
        phone = str(order.get("Phone", ""))
        if not (phone.startswith("84") and phone.isdigit() and len(phone) in {11, 12}):
            return refused("108", "Phone number is not in correct format")
        if phone.endswith(REFUSED_END):
            return refused("99", "The phone number is blocked in the system")
        reference = str(order.get("RequestId", ""))
        with self._lock:
            if self.drops_repeats and reference in self._seen:
                return Reply(200, {"CodeResult": "124", "CountRegenerate": 0, "ErrorMessage": "Request exist 1"})
            number = secrets.token_hex(16)
            self._seen[reference] = number
            self.sent.append({"phone": phone, "text": str(order.get("Content", "")), "reference": reference,
                              "unicode": str(order.get("IsUnicode", ""))})  # fmt: skip
        return Reply(200, {"CodeResult": "100", "CountRegenerate": 0, "SMSID": number})
