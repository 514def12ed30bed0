"""Between us and a real server: a proxy that counts calls and spoils some, on a plan of the marketplace double's kind.

What happens on the server is real; only what comes back (or arrives at all) is spoilt here.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from market.platforms.sandbox.faults import Fault, FaultPlan

BEFORE = {"rate_limited", "server_error", "maintenance", "answer", "cut_before", "timeout_before", "redirect"}
AFTER = {
    "cut_after",
    "cut_answer",
    "timeout_after",
    "server_error_after",
    "truncated",
    "wrong_length",
    "empty",
    "slow",
    "key_revoked",
}
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}


class Between:
    """A running proxy: its address, the plan in force, the calls so far."""

    def __init__(self, target: str) -> None:
        self.target, self.faults, self.latency = urlsplit(target), FaultPlan(), 0.0
        between = self

        class Handler(_Handler):
            owner = between

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def plan(self, *faults: dict[str, Any], seed: int = 0) -> None:
        """Put a plan in force, instead of the former one. Faults that this proxy cannot play are refused."""
        strange = {fault["kind"] for fault in faults} - BEFORE - AFTER
        assert not strange, f"no such fault here: {strange}"
        self.faults.load({"faults": list(faults), "seed": seed})

    def calls(self) -> list[dict[str, Any]]:
        """The calls so far: method, path, status (0: none came back), fault."""
        return list(self.faults.calls)

    def name_of(self, method: str, path: str, body: bytes) -> tuple[str, str]:
        """What a call is for plans and counts: as it came, unless a server says in the body what is done."""
        return method, path

    def status_of(self, status: int, body: bytes) -> int:
        """How it ended: as it was answered, unless a server says in the body how."""
        return status

    def reset(self) -> None:
        """No faults, no calls, no waiting."""
        self.faults.clear()
        self.latency = 0.0

    @contextmanager
    def running(self) -> Iterator[Between]:
        """Serve in a thread."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    owner: Between
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        method, path = self.owner.name_of(self.command, self.path.split("?")[0], body)
        fault, _ = self.owner.faults.strike(method, path)
        kind = fault.kind if fault else ""
        time.sleep(self.owner.latency)
        self._call = {"method": method, "path": path, "fault": kind, "at": time.time()}
        if fault and kind in BEFORE:
            self._spoilt_before(fault)
        else:
            self._forwarded(fault, body)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET

    def _spoilt_before(self, fault: Fault) -> None:
        if fault.kind in {"cut_before", "timeout_before"}:
            time.sleep(fault.seconds if fault.kind == "timeout_before" else 0)
            return self._cut()
        if fault.kind == "rate_limited":
            pause = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
            return self._answer(
                429, {**pause, "Content-Type": "application/json"}, b'{"detail": "Request was throttled."}'
            )
        if fault.kind == "redirect":
            return self._answer(302, {"Location": str(fault.body)}, b"")
        if fault.kind == "answer":
            return self._answer(fault.status, {"Content-Type": "application/json"}, json.dumps(fault.body).encode())
        return self._answer(
            503 if fault.kind == "maintenance" else 500, {"Content-Type": "text/html"}, b"<h1>Server Error</h1>"
        )

    def _forwarded(self, fault: Fault | None, body: bytes) -> None:
        headers, kind = dict(self.headers.items()), fault.kind if fault else ""
        if kind == "key_revoked":
            headers["Authorization"] = "Token of-somebody-who-left"
        there = http.client.HTTPConnection(self.owner.target.hostname or "", self.owner.target.port, timeout=60)
        try:
            there.request(self.command, self.path, body or None, headers)
            answer = there.getresponse()
            status, read = answer.status, answer.read()
            kept = {name: text for name, text in answer.getheaders() if name.lower() not in _HOP}
        finally:
            there.close()
        if fault is None or kind == "key_revoked":
            return self._answer(status, kept, read)
        if kind in {"timeout_after", "slow"}:
            time.sleep(fault.seconds)
        if kind == "slow":
            return self._answer(status, kept, read)
        if kind == "server_error_after":
            return self._answer(500, {"Content-Type": "text/html"}, b"<h1>Server Error</h1>")
        if kind == "empty":
            return self._answer(200, {}, b"")
        if kind == "truncated":
            return self._answer(status, kept, read[: len(read) // 2])
        if kind in {"wrong_length", "cut_answer"}:
            self._answer(status, kept, read, announced=len(read) + 100)
            return self._cut()
        return self._cut()

    def _answer(self, status: int, headers: dict[str, str], body: bytes, *, announced: int | None = None) -> None:
        self._note(self.owner.status_of(status, body))
        self.send_response_only(status)
        for name, text in headers.items():
            self.send_header(name, text)
        if status != 204:
            self.send_header("Content-Length", str(len(body) if announced is None else announced))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _cut(self) -> None:
        self._note(0)
        self.close_connection = True

    def _note(self, status: int) -> None:
        """Before the answer leaves: whoever has it may count calls. Once for each call."""
        if self._call:
            self.owner.faults.note({**self._call, "status": status})
        self._call = {}

    def handle(self) -> None:
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass
