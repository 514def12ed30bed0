"""Which addresses a name may lead to, asked where the connection is made: names that answer differently each time, spellings of
this machine, certificates, the environment's proxies."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from core.kit import lines
from core.kit.lines import is_public
from core.kit.outbound import NotSent, OutboundRefused, send

STRANGER = "93.184.215.14"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    seen: list[tuple[str, str]]


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.headers["host"], self.path))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_CONNECT = do_GET

    def log_message(self, *args: Any) -> None:
        pass


def serving(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.seen = []
    if context is not None:
        made.socket = context.wrap_socket(made.socket, server_side=True)
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    yield from serving()


class Names:
    """Stands in for the resolver alone: each name has its answers, one list of addresses after the other."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers, self.asked = answers, list[str]()
        self._real = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if host not in self.answers:
            return self._real(host, port, *args, **options)
        turn = self.asked.count(host)
        self.asked.append(host)
        now = self.answers[host][min(turn, len(self.answers[host]) - 1)]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (each, port, 0, 0))
            if ":" in each
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in now
        ]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Any:
    def say(**answers: list[list[str]]) -> Names:
        made = Names(**answers)
        monkeypatch.setattr(socket, "getaddrinfo", made)
        return made

    return say


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("2002:808:808::1", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.31.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("192.0.0.8", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("203.0.113.7", False),
        ("224.0.0.1", False),
        ("239.255.255.250", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::8.8.8.8", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:a9fe:a9fe", False),
        ("::ffff:0:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b:1::808:808", False),
        ("2002:7f00:1::", False),
        ("2002:c0a8:1::1", False),
        ("2001:0:7f00:1::", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("fc00::1", False),
        ("fd12:3456::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("5f00::1", False),
    ],
)
def test_what_is_an_address_of_the_public_internet(address: str, expected: bool) -> None:
    assert is_public(address) is expected


def test_the_address_that_was_checked_is_the_one_that_is_called(server: Server, names: Any) -> None:
    said = names(**{"shop.example": [[STRANGER], ["127.0.0.1"]]})
    # Nothing leaves this machine in a test: what refuses here names the address that was about to be called.
    with pytest.raises(AssertionError, match=rf"reach \('{STRANGER}', {server.server_port}\)"):
        send("GET", f"http://shop.example:{server.server_port}/ok")
    assert said.asked == ["shop.example"], "asked once, for the connection itself"
    with pytest.raises(OutboundRefused, match=r"shop\.example is not a public address"):
        send("GET", f"http://shop.example:{server.server_port}/ok")
    assert server.seen == []


@pytest.mark.parametrize(
    "answer",
    [
        [STRANGER, "127.0.0.1"],
        ["127.0.0.1", STRANGER],
        ["::1"],
        ["::ffff:127.0.0.1"],
        [STRANGER, "fe80::1"],
        ["10.0.0.1"],
    ],
)
def test_a_name_that_also_stands_for_something_private_is_refused(
    server: Server, names: Any, answer: list[str]
) -> None:
    names(**{"shop.example": [answer]})
    with pytest.raises(OutboundRefused):
        send("GET", f"http://shop.example:{server.server_port}/ok")
    assert server.seen == []


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0",
        "localhost.",
        "LOCALHOST",
        "ip6-localhost",
        "１２７.0.0.1",
        "127。0。0。1",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:7f00:1]",
        "user@127.0.0.1",
        "8.8.8.8@127.0.0.1",
    ],
)
def test_no_spelling_of_this_machine_is_let_through(server: Server, host: str) -> None:
    with pytest.raises((OutboundRefused, NotSent)):
        send("GET", f"http://{host}:{server.server_port}/ok")
    assert server.seen == []


def test_an_address_that_two_readers_would_read_differently_goes_where_it_was_checked(server: Server) -> None:
    with pytest.raises(AssertionError, match=r"reach \('8\.8\.8\.8', 80\)"):
        send("GET", f"http://8.8.8.8\\@127.0.0.1:{server.server_port}/ok")
    assert server.seen == []


def test_a_connection_that_might_go_anywhere_is_not_spoken_on_where_only_strangers_may_be_called(
    server: Server, names: Any
) -> None:
    names(**{"shop.example": [["127.0.0.1"]]})
    address = f"http://shop.example:{server.server_port}/ok"
    send("GET", address, allow_private=True)
    with pytest.raises(OutboundRefused):
        send("GET", address)
    send("GET", address, allow_private=True)
    assert len(server.seen) == 2


def test_a_proxy_of_the_environment_is_no_way_round(
    server: Server, names: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names(**{"shop.example": [["127.0.0.1"]]})
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.server_port}")
    for scheme in ("http", "https"):
        with pytest.raises(OutboundRefused):
            send("GET", f"{scheme}://shop.example/ok")
    assert server.seen == []


def test_passwords_kept_for_this_machines_programs_are_not_sent(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    heard: list[str | None] = []
    monkeypatch.setattr(Handler, "do_GET", _noting(heard, Handler.do_GET))
    send("GET", f"http://127.0.0.1:{server.server_port}/ok", allow_private=True)
    assert heard == [None]


def _noting(heard: list[str | None], real: Any) -> Any:
    def do_get(self: Handler) -> None:
        heard.append(self.headers.get("authorization"))
        real(self)

    return do_get


def test_the_next_address_is_tried_where_the_first_does_not_answer(server: Server, names: Any) -> None:
    names(**{"shop.example": [["::1", "127.0.0.1"]]})  # nobody listens on the first
    assert send("GET", f"http://shop.example:{server.server_port}/ok", allow_private=True).body == b"ok"
    assert server.seen == [(f"shop.example:{server.server_port}", "/ok")]


def test_a_name_that_nobody_knows_was_not_sent_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutboundRefused):
        send("GET", f"https://{'x' * 64}.example/")

    def unknown(*args: Any, **options: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent) as problem:
        send("GET", "https://nobody.example/")
    assert not problem.value.permanent


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    """A server whose certificate is for shop.example, and the certificate."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    own, private = tmp_path / "own.pem", tmp_path / "key.pem"
    own.write_bytes(certificate.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, private)
    for made in serving(context):
        yield made, own


@pytest.mark.parametrize("allow_private", [True, False])
def test_a_certificate_is_of_the_name_and_not_of_the_address(
    tls: tuple[Server, Path], names: Any, monkeypatch: pytest.MonkeyPatch, allow_private: bool
) -> None:
    server, own = tls
    # Whether this machine may be called is told above; here it stands for a stranger's.
    monkeypatch.setattr(lines, "is_public", lambda address: address == "127.0.0.1")
    names(**{"shop.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]})
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(own))
    port = server.server_port
    assert send("GET", f"https://shop.example:{port}/ok", allow_private=allow_private).body == b"ok"
    for host in ("other.example", "127.0.0.1"):
        with pytest.raises(NotSent, match="certificate"):
            send("GET", f"https://{host}:{port}/ok", allow_private=allow_private)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(NotSent, match="certificate"):
        send("GET", f"https://127.0.0.1:{port}/ok", allow_private=allow_private)
    assert server.seen == [(f"shop.example:{port}", "/ok")]
