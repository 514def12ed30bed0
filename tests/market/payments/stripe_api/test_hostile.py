"""Ten thousand requests that nobody means well with: the answer is always JSON and never our fault, and whoever is refused has
changed nothing. A part of them goes over real sockets to a real server."""

from __future__ import annotations

import contextlib
import io
import json
import re
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from django.apps import apps
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from market.payments.models import PaymentAttempt
from market.payments.stripe_api.models import ApiCharge, ApiEvent
from tests.market.buying import notice, send_ipn
from tests.market.payments.stripe_api import schema
from tests.market.payments.stripe_api.accounts import Account, account
from tests.market.payments.stripe_api.hostile import GOOD, Known, Request, hostile
from tests.market.payments.stripe_api.serving import Server

SEED = 20261123
WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
ALLOWED = {400, 401, 402, 403, 404, 405, 409, 411, 413, 429}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    kind: str
    body: bytes


def in_process(handler: WSGIHandler) -> Callable[[Request], Answer]:
    """Sends a request as a WSGI server would hand it over."""

    def send(request: Request) -> Answer:
        path, _, query = request.target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method, "SCRIPT_NAME": "", "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query, "SERVER_NAME": "testserver", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": str(len(request.body)), "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(request.body), "wsgi.errors": io.StringIO(), "wsgi.multithread": False,
            "wsgi.multiprocess": True, "wsgi.run_once": False,
        }  # fmt: skip
        for name, value in request.headers.items():
            word = name.upper().replace("-", "_")
            # WSGI's strings hold the bytes of the wire, one by one.
            environ[word if word == "CONTENT_TYPE" else f"HTTP_{word}"] = value.encode().decode("latin-1")
        started: list[Any] = []
        answer = handler(environ, lambda status, headers: started.extend([status, dict(headers)]))
        body = b"".join(answer)
        answer.close()
        return Answer(int(started[0].split()[0]), started[1].get("Content-Type", ""), body)

    return send


class Books:
    """Everything that is kept, and whether a request changed any of it."""

    def __init__(self) -> None:
        self.writes = 0
        self.before = self.read()

    def read(self) -> dict[str, Any]:
        """Every row of payments, the book and the audit as it is stored, and how many there are of everything else."""
        rows: dict[str, Any] = {}
        with connection.cursor() as cursor:
            for model in apps.get_models():
                whole = model.__module__.startswith(("market.payments", "market.ledger", "core.audit", "core.jobs"))
                # When a key was last used, to the minute, is no trace of what was asked.
                columns = [field.column for field in model._meta.concrete_fields if field.name != "last_used_at"]
                what = ", ".join(f'"{column}"' for column in columns) if whole else "COUNT(*)"
                cursor.execute(f'SELECT {what} FROM "{model._meta.db_table}"')
                rows[model.__name__] = [dict(zip(columns, row, strict=False)) if whole else row for row in cursor]
        return rows

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            self.writes += bool(WRITE.match(sql))
            return execute(sql, params, many, context)

        self.writes = 0
        with connection.execute_wrapper(note):
            yield

    def changes(self) -> dict[str, Any]:
        """What is new since the last look, by table; the look is the new "before"."""
        now = self.read()
        found = {
            name: [row for row in rows if row not in self.before[name]]
            + [row for row in self.before[name] if row not in rows]
            for name, rows in now.items()
            if rows != self.before[name]
        }
        self.before = now
        return found


def faults_of(request: Request, answer: Answer, judge: schema.Schema | None) -> Iterator[str]:
    """What is wrong with an answer by itself."""
    if answer.status != 200 and answer.status not in ALLOWED:
        yield f"status {answer.status}"
    if request.method == "HEAD":
        return
    if not answer.kind.startswith("application/json"):
        yield f"{answer.status} {answer.kind}"
        return
    try:
        body = json.loads(answer.body)
    except ValueError:
        yield f"{answer.status} not JSON"
        return
    if not isinstance(body, dict) or ("error" in body) != (answer.status != 200):
        yield f"{answer.status} {answer.body[:200]!r}"
    elif "error" in body:
        error = body["error"]
        strings = {"type", "message", "code", "param", "doc_url", "decline_code"}
        if error["type"] not in {"invalid_request_error", "idempotency_error", "card_error"} or not error.get(
            "message"
        ):
            yield f"{answer.status} {error}"
        if not all(isinstance(error[name], str) for name in strings & error.keys()):
            yield f"{answer.status} {error}"
    if judge is not None:
        yield from judge.faults(body)


def kept_for_a_repeat(request: Request, answer: Answer, changes: dict[str, Any]) -> bool:
    """A refusal that came after the key was taken is remembered under that key, and nothing else is."""
    rows = changes.get("IdempotencyRecord", [])
    return (
        changes.keys() == {"IdempotencyRecord"}
        and "Idempotency-Key" in request.headers
        and [row["status"] for row in rows] == [answer.status]
    )


@pytest.fixture
def mine(committed_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Account:
    settings.STRIPE_API_REQUESTS_PER_SECOND = 0
    # One connection for all requests of this process: making one takes longer than most of them.
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
    connection.close()
    return account("Tiệm bị quấy")


def known(mine: Account, send: Callable[[Request], Answer]) -> Known:
    """Something of every kind, made through the interface; one payment has been paid."""
    ids: dict[str, list[str]] = {}

    def made(where: str, **fields: str) -> dict[str, Any]:
        body = "&".join(f"{name}={value}" for name, value in (fields or GOOD[where]).items()).encode()
        headers = {"Authorization": f"Bearer {mine.test_key}", "Content-Type": "application/x-www-form-urlencoded"}
        answer = send(Request("POST", f"/v1/{where}", body, headers))
        assert answer.status == 200, answer.body
        found: dict[str, Any] = json.loads(answer.body)
        ids.setdefault(found["id"].split("_")[0], []).append(found["id"])
        return found

    made("customers")
    made("webhook_endpoints")
    made("checkout/sessions")
    made("payment_intents")
    waits = made("payment_intents")["id"]
    made(f"payment_intents/{waits}/confirm", return_url="https://shop.example/b")
    paid = made("payment_intents")["id"]
    made(f"payment_intents/{paid}/confirm", return_url="https://shop.example/b")
    attempt = PaymentAttempt.objects.get(payment__reference=paid)
    assert send_ipn(notice(attempt)) == "00"
    made("refunds", payment_intent=paid, amount="5000")
    ids["ch"] = list(ApiCharge.objects.values_list("public_id", flat=True))
    ids["evt"] = list(ApiEvent.objects.values_list("public_id", flat=True)[:5])
    return Known(
        mine.test_key, account("Tiệm khác").test_key, {name: sorted(set(found)) for name, found in ids.items()}
    )


def storm(count: int, mine: Account) -> Counter[int]:
    send = in_process(WSGIHandler())
    targets = known(mine, send)
    judge = schema.Schema() if schema.FILE.exists() else None
    books, seen, faults = Books(), Counter[int](), []
    for request in hostile(SEED, count, targets):
        with books.watched():
            answer = send(request)
        seen[answer.status] += 1
        faults += [f"{fault} ← {request}" for fault in faults_of(request, answer, judge)]
        if books.writes:
            changes = books.changes()
            if answer.status != 200 and changes and not kept_for_a_repeat(request, answer, changes):
                faults.append(f"{answer.status} and changed {changes} ← {request}")
        assert len(faults) < 40, "\n".join(faults)
    assert faults == [], "\n".join(faults)
    return seen


def test_hundreds_of_hostile_requests(committed_db: None, mine: Account) -> None:
    seen = storm(600, mine)
    # The storm reaches every kind of refusal, and some of it is let in.
    assert {200, 400, 401, 403, 404, 405, 413} <= seen.keys() and seen[400] > 200, seen


@pytest.mark.slow
def test_ten_thousand_hostile_requests(committed_db: None, mine: Account) -> None:
    seen = storm(10_000, mine)
    assert {200, 400, 401, 403, 404, 405, 413} <= seen.keys() and seen.total() == 10_000, seen


# Over real sockets: what a WSGI server lets through, and what is no HTTP at all.


def over_the_wire(port: int, raw: bytes) -> bytes:
    """Send these bytes, say that there are no more, and read until the server has nothing to say."""
    found = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        with contextlib.suppress(OSError):  # it may have hung up already
            wire.sendall(raw)
            wire.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while part := wire.recv(65536):
                found += part
    return found


def written(request: Request) -> bytes:
    head = [f"{request.method} {request.target} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    head += [f"{name}: {value}" for name, value in request.headers.items()]
    head.append(f"Content-Length: {len(request.body)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + request.body


def read_answer(raw: bytes) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join(re.findall(rb"[0-9a-f]+\r\n(.*?)\r\n", body, re.DOTALL))
    return Answer(int(first.split()[1]), headers.get("content-type", ""), body)


def is_http(request: Request) -> bool:
    """Whether the web server itself has nothing against it: its limits and its idea of a method are its own."""
    values = "".join(request.headers.values())
    longest = max(len(value.encode()) for value in (request.target, *request.headers.values(), ""))
    return (
        bool(re.fullmatch("[A-Z]{3,20}", request.method))
        and longest < 4000
        and not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", values)
    )


@pytest.fixture
def served(committed_db: None, tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start(workers=1)
    yield server
    server.stop()


def test_hostile_requests_over_real_sockets(mine: Account, served: Server) -> None:
    targets = known(mine, in_process(WSGIHandler()))
    judge = schema.Schema() if schema.FILE.exists() else None
    books, faults, judged, refused = Books(), [], 0, list[Request]()
    for request in hostile(SEED + 1, 300, targets):
        raw = over_the_wire(served.port, written(request))
        if is_http(request):
            judged += 1
            answer = read_answer(raw)
            faults += [f"{fault} ← {request}" for fault in faults_of(request, answer, judge)]
        else:
            answer = read_answer(raw) if raw else Answer(400, "", b"")
            faults += [f"{answer.status} ← {request}"] if answer.status >= 500 and answer.status != 501 else []
        refused.append(request)
        if answer.status == 200:
            books.changes()
            refused.clear()
        elif len(refused) == 5:  # one by one they are looked at in the process itself
            changes = books.changes()
            kept = changes.pop("IdempotencyRecord", [])
            if changes or len(kept) > sum("Idempotency-Key" in each.headers for each in refused):
                faults.append(f"changed {changes} {kept} ← one of {[str(each) for each in refused]}")
            refused.clear()
    assert faults == [], "\n".join(faults)
    assert judged > 250


BROKEN = {
    "no http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "nothing": b"",
    "no version": b"POST /v1/customers\r\n\r\n",
    "a version of the future": b"POST /v1/customers HTTP/9.9\r\nHost: x\r\n\r\n",
    "no host": b"POST /v1/customers HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "another host": b"POST /v1/customers HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n",
    "a header without a colon": b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nfoo\r\n\r\n",
    "a null in a header": b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "a negative length": b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
    "a length in words": b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ten\r\n\r\n",
    "a huge length": b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
    "two lengths": b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc",
    "a length and chunks": b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
    "broken chunks": b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
    "odd chunks": b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a body that ends early": b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer KEY\r\nContent-Length: 900\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nname=An",
    "a whole address": b"POST http://evil.example/v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n",
    "many headers": b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-A: b\r\n" * 500 + b"\r\n",
    "a long line": b"GET /v1/" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a long header": b"GET /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\n",
    "chunks": b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer KEY\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\n7\r\nname=An\r\n0\r\n\r\n",
    "two in one": b"GET /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /v1/charges HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}  # fmt: skip


def test_what_is_no_http_changes_nothing(mine: Account, served: Server) -> None:
    books, answers = Books(), {}
    for name, raw in BROKEN.items():
        heard = over_the_wire(served.port, raw.replace(b"KEY", mine.test_key.encode()))
        answers[name] = read_answer(heard) if heard else None
    assert books.changes() == {}
    # The web server's own 501 and 505 say what it does not speak; nothing else of ours broke.
    assert {
        name: each.status
        for name, each in answers.items()
        if each and each.status >= 500 and each.status not in {501, 505}
    } == {}
    # What reached the product was answered in JSON, whatever host it was for.
    for name in ("another host", "two in one", "a body that ends early", "chunks"):
        answer = answers[name]
        assert answer is None or answer.kind.startswith("application/json"), (name, answer)
    health = read_answer(
        over_the_wire(served.port, b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    )
    assert health.status == 200
