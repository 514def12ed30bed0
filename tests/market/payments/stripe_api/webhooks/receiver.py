"""A program that hears of events, and does as the path says: the other end of a webhook."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Heard:
    """One call."""

    path: str
    headers: dict[str, str]
    body: bytes
    begun: float = field(default_factory=time.monotonic)
    ended: float = 0.0


class Receiver(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[Heard] = []
        self.hang_for = 1.5
        self.release = threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def at(self, path: str) -> list[Heard]:
        return [each for each in self.heard if each.path == path]

    def most_at_once(self, path: str) -> int:
        """How many calls of this path were open in one moment."""
        spans = [(each.begun, each.ended or time.monotonic()) for each in self.at(path)]
        return max((sum(begun <= at < ended for begun, ended in spans) for at, _ in spans), default=0)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        heard = Heard(self.path, dict(self.headers), body)
        self.server.heard.append(heard)
        try:
            with suppress(OSError):
                getattr(self, f"_{self.path.strip('/').split('/')[0]}", self._ok)()
        finally:
            heard.ended = time.monotonic()

    do_GET = do_POST

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _ok(self) -> None:
        self._answer(200, b"thanks")

    def _nothing(self) -> None:
        self._answer(204)

    def _broken(self) -> None:
        self._answer(500, b"<h1>Oh\x00 no</h1>")

    def _moved(self) -> None:
        self._answer(302, location=f"{self.server.url}/ok/after-moving")

    def _hang(self) -> None:
        self.server.release.wait(self.server.hang_for)
        self.close_connection = True

    def _slow(self) -> None:
        self.server.release.wait(self.server.hang_for)
        self._answer(200, b"at last")

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100):
            time.sleep(0.1)
            self.wfile.write(b"x-%d: y\r\n" % number)

    def _hangup(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _long(self) -> None:
        self._answer(200, b"x" * 300_000)

    def log_message(self, *args: Any) -> None:
        pass
