"""A bad line between browser and server, as a process of its own.

    python dropping_proxy.py --port 21010 --to 21000

It hands every request on, and may then lose the answer although the server has done its work. `POST /_line` with JSON sets
what goes wrong with calls of the field API: `drop_every` n (0: none), `in_a_row` (how many are lost each time), `delay`
(seconds before each answer), `bad_gateway_every` n. With `newer` the app's page carries that word, as a page of a newer
version would; `broken` is an address that answers 502. `GET /_line` says what went over it.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FIELD = "/api/v1/field/"
SHELL = "/thuc-dia/"
WORKER = "/thuc-dia/sw.js"
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
QUIET: dict[str, Any] = {
    "drop_every": 0, "in_a_row": 1, "delay": 0.0, "bad_gateway_every": 0, "newer": "", "broken": "",
}  # fmt: skip


class Line:
    """What goes wrong, and what has gone over it."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.faults = dict(QUIET)
        self.lock = threading.Lock()
        self.calls = self.dropped = self.still_to_drop = 0
        self.bytes: dict[str, int] = {}
        self.seen: list[str] = []

    def verdict(self) -> str:
        """What happens to this answer: "", "drop" or "bad gateway"."""
        with self.lock:
            self.calls += 1
            if self.still_to_drop:
                self.still_to_drop -= 1
                self.dropped += 1
                return "drop"
            every, bad = self.faults["drop_every"], self.faults["bad_gateway_every"]
            if every and self.calls % every == 0:
                self.still_to_drop = self.faults["in_a_row"] - 1
                self.dropped += 1
                return "drop"
            return "bad gateway" if bad and self.calls % bad == 0 else ""


class Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A browser that was killed hangs up in the middle of an answer."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    line: Line

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/_line":
            return self._control(body)
        path = self.path.partition("?")[0]
        if path == self.line.faults["broken"]:
            return self._send(502, {"Content-Type": "text/html"}, b"<h1>502</h1>")
        status, headers, answer = self._ask(body)
        if path.startswith(FIELD):
            self.line.seen.append(f"{self.command} {path.removeprefix(FIELD)}")
            time.sleep(self.line.faults["delay"])
            verdict = self.line.verdict()
            if verdict == "drop":
                self.close_connection = True
                return self.connection.close()
            if verdict:
                return self._send(502, {"Content-Type": "text/html"}, b"<h1>502 Bad Gateway</h1>")
        if self.line.faults["newer"] and path in {SHELL, WORKER}:
            answer = self._newer(path, answer)
        return self._send(status, headers, answer)

    do_GET = do_POST = do_PUT = do_HEAD = _answer

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        server = http.client.HTTPConnection("127.0.0.1", self.line.upstream, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        if self.line.faults["newer"] and self.path in {SHELL, WORKER}:
            headers.pop("Accept-Encoding", None)
        server.request(self.command, self.path, body=body or None, headers=headers)
        found = server.getresponse()
        kept = [(name, value) for name, value in found.getheaders() if name.lower() not in HOP]
        content = found.read()
        server.close()
        return found.status, kept, content

    def _newer(self, path: str, answer: bytes) -> bytes:
        """The page, or the worker that knows the page, of a next version."""
        if path == SHELL:
            return self._page(answer)
        _, _, page = self._upstream_page()
        old, new = hashlib.sha256(page).hexdigest(), hashlib.sha256(self._page(page)).hexdigest()
        text = answer.decode().replace(old, new)
        return re.sub(r'VERSION = "\w+"', f'VERSION = "{new[:16]}"', text).encode()

    def _page(self, page: bytes) -> bytes:
        return page.replace(b"<head>", f'<head><meta name="version" content="{self.line.faults["newer"]}">'.encode(), 1)

    def _upstream_page(self) -> tuple[int, Any, bytes]:
        server = http.client.HTTPConnection("127.0.0.1", self.line.upstream, timeout=60)
        server.request("GET", SHELL, headers={"Host": self.headers["Host"]})
        found = server.getresponse()
        return found.status, None, found.read()

    def _control(self, body: bytes) -> None:
        line = self.line
        if body:
            line.faults |= json.loads(body)
            line.calls = line.still_to_drop = 0
        said = {"dropped": line.dropped, "seen": line.seen, "bytes": line.bytes}
        self._send(200, [("Content-Type", "application/json")], json.dumps(said).encode())

    def _send(self, status: int, headers: Any, body: bytes) -> None:
        pairs = list(headers.items()) if isinstance(headers, dict) else headers
        self.send_response_only(status)
        for name, value in pairs:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        over = len(body) + sum(len(name) + len(value) + 4 for name, value in pairs) + 40
        path = self.path.partition("?")[0]
        self.line.bytes[path] = self.line.bytes.get(path, 0) + over


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--to", type=int, required=True)
    given = parser.parse_args()
    Handler.line = Line(given.to)
    Server(("127.0.0.1", given.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
