"""A proxy between a client and the server that remembers what was said, and can lose an answer."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Headers that belong to one connection and not to the message.
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@dataclass(frozen=True)
class Exchange:
    """A request and its answer; `status` 0: the answer never came."""

    method: str
    target: str
    asked: dict[str, str]
    body: bytes
    status: int
    headers: dict[str, str]
    answer: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def json(self) -> Any:
        return json.loads(self.answer)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


class Recorder:
    """Stands before `upstream` (host, port). `losing`: called with each whole exchange before it is passed on; True closes the
    connection instead. `early`: called once a request has gone on to the server, before its answer."""

    def __init__(self, upstream: int) -> None:
        self.exchanges: list[Exchange] = []
        self.losing: Callable[[Exchange], bool] | None = None
        self.early: Callable[[], None] | None = None
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True

            def _pass(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                exchange = recorder._forward(upstream, self.command, self.path, dict(self.headers.items()), body)
                recorder.exchanges.append(exchange)
                lost = exchange.status == 0 or (recorder.losing is not None and recorder.losing(exchange))
                if lost:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response_only(exchange.status)
                for name, value in exchange.headers.items():
                    if name.lower() not in _HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(exchange.answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(exchange.answer)

            do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_HEAD = _pass

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def _forward(self, port: int, method: str, target: str, headers: dict[str, str], body: bytes) -> Exchange:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers.items():
                # Nothing is asked to be packed: what is kept is read as it is.
                if name.lower() not in _HOP | {"accept-encoding"}:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            if self.early is not None:
                self.early()
            answer = connection.getresponse()
            content = answer.read()
            return Exchange(method, target, headers, body, answer.status, dict(answer.getheaders()), content)
        except (OSError, http.client.HTTPException):
            return Exchange(method, target, headers, body, 0, {}, b"")
        finally:
            connection.close()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
