"""The process: Django as a library behind the threaded WSGI server of the standard library."""

from __future__ import annotations

import logging
import secrets
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from typing import IO, Any, cast
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from market.platforms.sandbox.marketplace import ENVIRON_NAME, WHIMS_NAME, Marketplace
from market.platforms.sandbox.replies import Reply
from market.platforms.sandbox.troubles import play
from market.platforms.sandbox.whims import Whims

StartResponse = Callable[..., Any]
REASON_PHRASES = {200: "OK", 201: "Created", 204: "No Content", 429: "Too Many Requests", 500: "Server Error"}


def configure() -> None:
    """Set Django up: no database, no apps, our own few templates."""
    settings.configure(
        SECRET_KEY=secrets.token_urlsafe(32),
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="market.platforms.sandbox.urls",
        MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
        CSRF_COOKIE_NAME="sandbox_csrf",
        DATA_UPLOAD_MAX_MEMORY_SIZE=6_000_000,
        LANGUAGE_CODE="vi",
        USE_THOUSAND_SEPARATOR=True,
        NUMBER_GROUPING=3,
        TIME_ZONE="Asia/Ho_Chi_Minh",
        USE_TZ=True,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [Path(__file__).parent / "templates"],
            }
        ],
        LOGGING_CONFIG=None,
    )
    django.setup()
    # Refusals are this program's daily work; only its own crashes are worth a line.
    logging.getLogger("django.request").setLevel(logging.ERROR)


def build_application(marketplace: Marketplace) -> Callable[..., Iterable[bytes]]:
    """The WSGI application: decides what is due, keeps its pace, plays the fault plan, then lets Django answer."""
    inner = WSGIHandler()

    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ[ENVIRON_NAME] = marketplace
        marketplace.store.decide_due(time.time(), marketplace.habits.auto_review)
        if environ["PATH_INFO"].startswith("/api/"):
            reply = _answer_seller(marketplace, environ, lambda: _collect(inner, environ))
        else:
            reply = _collect(inner, environ)
        start_response(f"{reply.status} {REASON_PHRASES.get(reply.status, 'Answer')}", reply.headers)
        return _dripping(reply) if reply.pause else [reply.body]

    return application


def _answer_seller(marketplace: Marketplace, environ: dict[str, Any], act: Callable[[], Reply]) -> Reply:
    """The answer to a call by a seller, noted in the log with whatever was at work. May raise ConnectionCut."""
    method, path, habits = environ["REQUEST_METHOD"], environ["PATH_INFO"], marketplace.habits
    call = {"method": method, "path": path, "status": None, "fault": None, "at": time.time()}
    if habits.latency_ms:
        time.sleep(habits.latency_ms / 1000)
    try:
        refusal, headers = None, list[tuple[str, str]]()
        if habits.rate:
            refusal, headers = marketplace.limiter.take(environ.get("HTTP_AUTHORIZATION", ""), habits.rate)
        if refusal is not None:
            call["fault"], reply = "limit", refusal
        else:
            trouble, whims = marketplace.faults.strike(method, path)
            call["fault"] = next((fault.kind for fault in [trouble, *whims] if fault), None)
            environ[WHIMS_NAME] = Whims(whims)
            reply = play(trouble, act) if trouble else act()
        call["status"] = reply.status
        return replace(reply, headers=[*reply.headers, *headers])
    finally:
        marketplace.faults.note(call)


def _dripping(reply: Reply) -> Iterable[bytes]:
    for index in range(len(reply.body)):
        time.sleep(reply.pause)
        yield reply.body[index : index + 1]


def _collect(inner: WSGIHandler, environ: dict[str, Any]) -> Reply:
    head: list[Any] = []

    def keep(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        head[:] = [int(status.split()[0]), headers]
        return lambda text: None

    response = inner(environ, keep)
    try:
        body = b"".join(response)
    finally:
        getattr(response, "close", lambda: None)()
    return Reply(head[0], head[1], body)


class _Answering(ServerHandler):
    """One answer; `is_whole` when as much of it went out as was announced."""

    http_version = "1.1"
    is_whole = False

    def close(self) -> None:
        """The end of an answer; not reached when it was cut."""
        # The stubs of wsgiref do not know these three.
        headers, sent = getattr(self, "headers", None), getattr(self, "bytes_sent", 0)
        self.is_whole = headers is not None and headers.get("Content-Length") == str(sent)
        super().close()


class QuietHandler(WSGIRequestHandler):
    """Keeps the connection open for the next call, as marketplaces do. Writes no line per request; a test reads the call log
    instead."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = 60

    def handle(self) -> None:
        """One call after the other, until the caller leaves or an answer was not whole."""
        self.close_connection = False
        with suppress(ConnectionError, TimeoutError):
            while not self.close_connection and self._answered():
                self.wfile.flush()

    def _answered(self) -> bool:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            return False
        # Read here, or what a refusal leaves unread would be taken for the next call.
        body = BytesIO(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        answering = _Answering(body, cast("IO[bytes]", self.wfile), sys.stderr, self.get_environ())
        answering.request_handler = self  # type: ignore[attr-defined]
        answering.run(self.server.get_app())  # type: ignore[attr-defined]
        return answering.is_whole

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class ThreadedServer(ThreadingMixIn, WSGIServer):
    """One thread per connection; sleeping faults must not hold up the others."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def server_bind(self) -> None:
        """Bind without asking the name service who we are (slow where there is none)."""
        TCPServer.server_bind(self)
        host, port = self.socket.getsockname()[:2]
        self.server_name, self.server_port = str(host), int(port)
        self.setup_environ()
