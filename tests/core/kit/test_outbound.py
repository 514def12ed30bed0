"""The door to other servers, against a real HTTP server on this machine that misbehaves on request."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from core.kit import outbound
from core.kit.outbound import NotSent, OutboundRefused, OutcomeUnknown, send


class Server(ThreadingHTTPServer):
    """Answers by path, and remembers what arrived."""

    daemon_threads = True
    block_on_close = False
    seen: list[tuple[str, str, bytes]]
    callers: list[Any]
    headers: list[dict[str, str]]


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.server.callers.append(self.client_address)
        self.server.headers.append(dict(self.headers))
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.seen.append((self.command, self.path, body))
        getattr(self, f"answer_{urlsplit(self.path).path.strip('/')}")()

    do_POST = do_GET

    def log_message(self, *args: Any) -> None:
        pass

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content_length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_ok(self) -> None:
        self._answer(200, b'{"ok": true}', content_type="application/json")

    def answer_error(self) -> None:
        self._answer(503, b"later", retry_after="7")

    def answer_redirect(self) -> None:
        self._answer(302, b"", location="/ok")

    def answer_cookie(self) -> None:
        self._answer(200, b"", set_cookie="who=me; Path=/")

    def answer_leave(self) -> None:
        """A whole answer, and then the connection is closed without a word about it."""
        self._answer(200, b"bye")
        self.close_connection = True

    def answer_slow(self) -> None:
        time.sleep(2)

    def answer_hangup(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def answer_short(self) -> None:
        self._answer(200, b"half", content_length="8")
        self.close_connection = True

    def answer_two_lengths(self) -> None:
        self._answer(200, b"half", content_length="4, 8")
        self.close_connection = True

    def answer_long(self) -> None:
        self._answer(200, b"x" * 2001)

    def answer_packed(self) -> None:
        self._answer(200, gzip.compress(b"x" * 1_000_000), content_encoding="gzip")

    def answer_chunked(self) -> None:
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\nLen S\r\n3\r\nan!\r\n0\r\n\r\n")

    def answer_drip_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        with suppress(OSError):
            for number in range(100):
                time.sleep(0.1)
                self.wfile.write(b"x-%d: y\r\n" % number)

    def answer_drip_status(self) -> None:
        with suppress(OSError):
            for _ in range(100):
                time.sleep(0.1)
                self.wfile.write(b"H")

    def answer_drip(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "1000")
        self.end_headers()
        for _ in range(100):
            time.sleep(0.1)
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def address(server: Server) -> str:
    server.seen, server.callers, server.headers = [], [], []
    return f"http://127.0.0.1:{server.server_port}"


def ask(url: str, method: str = "GET", **options: Any) -> outbound.Answer:
    return send(method, url, allow_private=True, **{"connect_timeout": 0.5, "read_timeout": 0.5, **options})


def test_a_whole_answer(server: Server, address: str) -> None:
    answer = ask(f"{address}/ok", "POST", params={"q": "nước mắm"}, json={"price": 5})
    assert (answer.status, json.loads(answer.body)) == (200, {"ok": True})
    assert answer.headers["Content-Type"] == "application/json"
    [(method, path, body)] = server.seen
    assert (method, parse_qs(urlsplit(path).query), json.loads(body)) == ("POST", {"q": ["nước mắm"]}, {"price": 5})


def test_an_error_status_is_an_answer_not_an_exception(address: str) -> None:
    answer = ask(f"{address}/error")
    assert (answer.status, answer.headers["retry-after"], answer.body) == (503, "7", b"later")


def test_packed_and_chunked_answers_are_read_whole(address: str) -> None:
    assert ask(f"{address}/packed").body == b"x" * 1_000_000
    assert ask(f"{address}/chunked").body == b"Len San!"


def test_a_redirect_is_refused_and_not_followed(server: Server, address: str) -> None:
    with pytest.raises(OutboundRefused) as refused:
        ask(f"{address}/redirect")
    assert refused.value.permanent
    assert [path for _, path, _ in server.seen] == ["/redirect"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "[::ffff:127.0.0.1]:{port}", "0.0.0.0:{port}"]
)
def test_this_machine_is_refused_unless_it_is_configured(server: Server, address: str, host: str) -> None:
    with pytest.raises(OutboundRefused):
        send("GET", f"http://{host.format(port=server.server_port)}/ok")
    assert server.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://172.16.0.1/",
        "file:///etc/passwd",
        "ftp://8.8.8.8/x",
        "http:///x",
        "//8.8.8.8/",
        "http://[",
        "http://8.8.8.8:99999/",
    ],
)
def test_addresses_that_nobody_outside_has_are_refused(url: str) -> None:
    with pytest.raises(OutboundRefused):
        send("GET", url)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http://127.0.0.1:99999/", "http://["])
def test_a_configured_target_must_be_an_http_address_too(url: str) -> None:
    with pytest.raises(OutboundRefused):
        ask(url)


def test_a_refused_connection_was_not_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotSent) as problem:
        ask(f"http://127.0.0.1:{port}/ok")
    assert not problem.value.permanent


@pytest.fixture
def broken_tls(tmp_path: Path) -> Iterator[tuple[str, Path, list[bytes]]]:
    """A TLS server that reads one request and then speaks rubbish; its address, its certificate, what it read."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = Encoding.PEM
    own, private = tmp_path / "own.pem", tmp_path / "key.pem"
    own.write_bytes(certificate.public_bytes(pem))
    private.write_bytes(key.private_bytes(pem, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, private)
    heard: list[bytes] = []

    def serve() -> None:
        with (
            suppress(OSError),  # the caller may leave at any moment
            listener.accept()[0] as line,
            context.wrap_socket(line.dup(), server_side=True) as spoken,
        ):
            heard.append(spoken.recv(65536))
            while not heard[0].endswith(b"order"):
                heard[0] += spoken.recv(65536)
            line.sendall(b"no TLS at all " * 10)
            while line.recv(65536):  # whoever leaves first with something unread takes the rubbish back
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}/refund", own, heard
    thread.join(5)


def test_a_line_that_breaks_under_tls_leaves_the_outcome_open(
    broken_tls: tuple[str, Path, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, certificate, heard = broken_tls
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with pytest.raises(OutcomeUnknown, match="SSL"):
        ask(address, "POST", data=b"order")
    assert heard != [] and heard[0].startswith(b"POST /refund")


def test_nothing_is_said_to_a_server_whose_certificate_is_not_believed(
    broken_tls: tuple[str, Path, list[bytes]],
) -> None:
    address, _, heard = broken_tls
    with pytest.raises(NotSent, match="certificate"):
        ask(address, "POST", data=b"order")
    assert heard == []


@pytest.mark.parametrize("path", ["slow", "hangup", "short", "two_lengths"])
def test_without_a_whole_answer_the_outcome_is_unknown(server: Server, address: str, path: str) -> None:
    with pytest.raises(OutcomeUnknown):
        ask(f"{address}/{path}", "POST", data=b"order")
    assert server.seen == [("POST", f"/{path}", b"order")]  # it arrived, and only once: nothing is repeated


def test_an_answer_that_is_too_long_is_cut(address: str) -> None:
    with pytest.raises(outbound.TooLong) as cut:
        ask(f"{address}/long", max_bytes=2000)
    assert cut.value.status == 200
    assert len(ask(f"{address}/long", max_bytes=2001).body) == 2001
    with pytest.raises(OutcomeUnknown):
        ask(f"{address}/packed", max_bytes=2000)  # counted unpacked


def test_an_answer_that_drips_in_is_given_up_in_time(address: str) -> None:
    begun = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        ask(f"{address}/drip")
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("path", ["drip_headers", "drip_status"])
def test_headers_that_drip_in_are_given_up_in_time(server: Server, address: str, path: str) -> None:
    for _ in range(2):  # the second time on a connection that was kept
        ask(f"{address}/ok")
        begun = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            ask(f"{address}/{path}", "POST", data=b"order")
        assert time.monotonic() - begun < 1.5
    assert [path for method, path, _ in server.seen if method == "POST"] == [f"/{path}"] * 2


def test_time_is_counted_anew_for_every_call(address: str) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < 1.3:  # longer than one call may take
        ask(f"{address}/ok")
        time.sleep(0.05)


def test_calls_to_one_server_share_a_connection_and_nothing_else(server: Server, address: str) -> None:
    ask(f"{address}/cookie", headers={"Authorization": "Bearer one", "X-Request-Id": "1"})
    for path in ("ok", "chunked", "error", "ok"):
        ask(f"{address}/{path}", "POST", json={})
    assert len(server.callers) == 5 and len(set(server.callers)) == 1
    assert all({"Authorization", "X-Request-Id", "Cookie"}.isdisjoint(sent) for sent in server.headers[1:])


@pytest.mark.parametrize("path", ["long", "redirect", "short", "drip"])
def test_after_an_answer_that_was_not_read_whole_nobody_speaks_on(server: Server, address: str, path: str) -> None:
    with pytest.raises(outbound.OutboundError):
        ask(f"{address}/{path}", max_bytes=100)
    assert ask(f"{address}/ok").body == b'{"ok": true}'
    assert len(set(server.callers)) == 2


def test_another_server_a_pause_another_thread_and_another_process_have_their_own(
    server: Server, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(f"{address}/ok")
    ask(f"{address.replace('127.0.0.1', 'localhost')}/ok")
    ask(f"{address}/ok")
    assert len(set(server.callers)) == 3, "only the last server's is kept"
    monkeypatch.setattr(outbound, "IDLE_AT_MOST", 0.05)
    time.sleep(0.1)
    ask(f"{address}/ok")
    assert len(set(server.callers)) == 4
    monkeypatch.undo()
    other = threading.Thread(target=ask, args=[f"{address}/ok"])
    other.start()
    other.join()
    child = multiprocessing.get_context("fork").Process(target=ask, args=[f"{address}/ok"])
    child.start()
    child.join()
    assert child.exitcode == 0 and len(set(server.callers)) == 6
    ask(f"{address}/ok")
    assert len(server.callers) == 7 and server.callers[6] == server.callers[3]


def test_a_server_that_leaves_between_two_calls_costs_nothing(server: Server, address: str) -> None:
    for number in range(5):
        assert ask(f"{address}/leave", "POST", data=b"%d" % number).body == b"bye"
        time.sleep(0.02)
    assert server.seen == [("POST", "/leave", b"%d" % number) for number in range(5)], "each arrived, each once"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_kept_connection_that_ends_under_a_call_leaves_its_outcome_open(
    server: Server, address: str, method: str
) -> None:
    ask(f"{address}/ok")
    with pytest.raises(OutcomeUnknown):
        ask(f"{address}/hangup", method, data=b"order")
    assert server.seen[1:] == [(method, "/hangup", b"order")], "nothing is sent a second time unasked"
    assert server.callers[0] == server.callers[1]
    ask(f"{address}/ok")
    assert server.callers[2] != server.callers[1]


def test_a_private_address_is_refused_on_a_kept_connection_too(server: Server, address: str) -> None:
    ask(f"{address}/ok")
    with pytest.raises(OutboundRefused):
        send("GET", f"{address}/ok")
    assert len(server.seen) == 1
