"""Start the marketplace as a child process and stop it again: for tests and for demonstrations."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Double:
    """A running marketplace: its address, the seller's key, and its control API."""

    url: str
    key: str = field(repr=False)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call `/_control/<path>`; the JSON answer, or None where there is none."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_control/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def approve(self, listing_id: str) -> None:
        """Decide as a moderator: live."""
        self.control("POST", "review", {"id": int(listing_id), "decision": "approve"})

    def reject(self, listing_id: str, *reasons: tuple[str, str]) -> None:
        """Decide as a moderator: refused, with (field, text) reasons."""
        given = [{"field": name, "text": text} for name, text in reasons]
        self.control("POST", "review", {"id": int(listing_id), "decision": "reject", "reasons": given})

    def suspend(self, listing_id: str) -> None:
        """Take a live listing down."""
        self.control("POST", "review", {"id": int(listing_id), "decision": "suspend"})

    def plan(self, *faults: dict[str, Any], seed: int = 0) -> None:
        """Put a fault plan in force, instead of the former one."""
        self.control("POST", "faults", {"seed": seed, "faults": list(faults)})

    def habits(self, **habits: Any) -> None:
        """Change standing habits (`habits.Habits`) until the next reset."""
        self.control("POST", "habits", habits)

    def catalogue(self, nodes: list[dict[str, str]] | None = None, **rules: dict[str, Any]) -> None:
        """Another tree of goods, or other rules for some categories (by code); the version of the rules grows."""
        self.control("POST", "catalogue", {"nodes": nodes or [], "rules": rules})

    def order(self, **given: Any) -> dict[str, Any]:
        """Place an order, or change the one with this `id`; see `orders.OrderBook.put`."""
        found: dict[str, Any] = self.control("POST", "orders", given)
        return found

    def push_to(self, address: str) -> None:
        """Where hints go from now on ("": nowhere)."""
        self.control("POST", "push_target", {"url": address})

    def pushed(self, *events: dict[str, str], fault: str = "", deliver: bool = False) -> tuple[dict[str, str], bytes]:
        """Headers and raw body of a message with these hints ({kind, subject, id, at}), whole or spoilt by a `pushes.FAULTS`; sent
        only with `deliver`."""
        answer = self.control("POST", "push", {"events": list(events), "fault": fault, "deliver": deliver})
        return answer["headers"], base64.b64decode(answer["body"])

    def push_answers(self) -> list[int]:
        """The statuses with which hints were answered (0: none came)."""
        answers: list[int] = self.control("GET", "push")["answers"]
        return answers

    def counts(self) -> dict[str, int]:
        """How many seller calls there were since the last reset, by method and by status."""
        found: dict[str, int] = self.control("GET", "counts")
        return found

    def expire_tokens(self) -> None:
        """All tokens for calls are out of date from now on."""
        self.control("DELETE", "tokens")

    def exchanges(self) -> int:
        """How many times somebody showed a refresh token."""
        return int(self.control("GET", "tokens")["exchanges"])

    def listings(self) -> list[dict[str, Any]]:
        """Everything the marketplace holds."""
        items: list[dict[str, Any]] = self.control("GET", "listings")["items"]
        return items

    def calls(self) -> list[dict[str, Any]]:
        """The seller calls so far: method, path, status, fault, at (seconds since 1970)."""
        items: list[dict[str, Any]] = self.control("GET", "calls")["items"]
        return items


@contextmanager
def running_double(state: Path, *options: str, key: str = "key-for-tests", port: int = 0) -> Iterator[Double]:
    """A marketplace in a process of its own on `port` (0: any free one), stopped on leaving.

    Raises RuntimeError when it does not start.
    """
    command = [sys.executable, "-m", "market.platforms.sandbox", "--port", str(port), "--state", str(state)]
    environment = {**os.environ, "SANDBOX_MARKET_KEY": key, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    with subprocess.Popen(
        [*command, *options], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as child:
        try:
            assert child.stdout is not None
            line = child.stdout.readline()
            if "http://" not in line:
                raise RuntimeError(f"the marketplace did not start: {line!r}")
            yield Double(url=line[line.index("http://") :].strip().rstrip("/"), key=key)
        finally:
            child.terminate()
            try:
                child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                child.kill()
