"""Troubles on order: a seeded plan says which calls go wrong, and how.

A plan is `{"seed": 1, "faults": [{"method": "POST", "path": "/api/listings", "kind": "cut_after", "calls": [1, 3]}]}`.
`path` is a prefix; `calls` are the n-th matching calls (from 1), `probability` is a chance per call, neither means every
call. Further keys, where a kind uses them: `seconds`, `retry_after`, `status`, `body`, `required`, `number`, `reasons`. Of the
troubles that hit a call the first is played (`troubles`); of the whims all that hit it are at work (`whims`).
"""

from __future__ import annotations

import random
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

TROUBLES = (
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
    "wrong_length",  # the call took effect, the answer is whole but announced as longer
    "gzip_cut",  # the call took effect, the answer is half of a compressed one
    "empty",  # the call took effect, 200 with nothing in it
    "no_content",  # the call took effect, 204
    "slow",  # `seconds` of waiting, then everything is well
    "drip",  # the call took effect, the answer comes one byte in `seconds`
    "huge",  # the call took effect, the answer is `number` bytes long
    "redirect",  # 302 to another host (`body`); nothing happened
    "key_revoked",  # 401: the key is worth nothing any more
    "token_expired",  # 401: the token is out of date
    "shop_suspended",  # 403: the platform closed the shop
    "shop_on_holiday",  # 403: the shop takes a break
    "open_order",  # 409: somebody has ordered it, it may not go now
)
WHIMS = (
    "not_readable",  # what was made less than `seconds` ago is not found
    "stale",  # what was written less than `seconds` ago is read as it was before
    "list_lags",  # both of these, in lists only
    "page_repeated",  # a later page of a list shows the page before it once more
    "page_shifted",  # a later page of a list starts `number` rows too late (or too early): something moved meanwhile
    "page_loops",  # the next page of a list is said to be this very page
    "unknown_state",  # a state that no documentation names
    "doubled",  # one creation makes two objects
    "sku_unique",  # 409 for a SKU that this shop has there already
    "sku_taken",  # 409 for a SKU that somebody else holds: nobody here can see the holder
    "field_required",  # 422 when the field `required` is empty
    "title_rewritten",  # the name is kept in capitals, with an advertisement behind it
    "html_stripped",  # everything between < and > is dropped from the detail
    "price_rounded",  # down to whole `number` đồng
    "stock_capped",  # at `number`, without a word
    "photos_reencoded",  # photos are kept as other bytes
    "review_slow",  # approved `seconds` after it was sent, and no sooner
    "refused",  # refused after `seconds`, for `reasons`
    "taken_down",  # approved at once, blocked after `seconds`, for `reasons`
    "photo_failed",  # refused after `seconds`: the photo could not be fetched
)
LOG_LENGTH = 20_000


class PlanRefused(ValueError):
    """A fault plan that says something this marketplace cannot play."""


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
    required: str = ""
    number: int = 1
    reasons: list[dict[str, str]] = field(default_factory=list)
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
        self.calls: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self.counts: Counter[str] = Counter()

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
        with self._lock:
            self.calls.clear()
            self.counts.clear()

    def strike(self, method: str, path: str) -> tuple[Fault | None, list[Fault]]:
        """The first trouble that hits this call, if any, and all whims."""
        with self._lock:
            hits = [fault for fault in self._faults if fault.strikes(method, path, self._chance)]
        troubles = [fault for fault in hits if fault.kind in TROUBLES]
        return (troubles[0] if troubles else None), [fault for fault in hits if fault.kind in WHIMS]

    def note(self, call: dict[str, Any]) -> None:
        """Put a call that is over into the log, and count it by method and by status."""
        with self._lock:
            self.calls.append(call)
            self.counts.update([call["method"], str(call["status"])])


def _fault(line: dict[str, Any]) -> Fault:
    fault = Fault(**{**line, "calls": tuple(line.get("calls", ()))})
    if fault.kind not in TROUBLES + WHIMS:
        raise PlanRefused(f"unknown kind {fault.kind!r}; known: {', '.join(TROUBLES + WHIMS)}")
    return fault
