"""The recording proxy itself: what it passes on is what was said, and an answer can be lost after it was given."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from tests.market.payments.stripe_api.wire import Recorder


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(402)
        self.send_header("X-Said", self.path)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[::-1])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=upstream.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    recorder = Recorder(upstream.server_port)
    yield recorder
    recorder.stop()
    upstream.shutdown()
    upstream.server_close()


def test_it_passes_on_and_remembers(recorder: Recorder) -> None:
    answer = requests.post(f"{recorder.url}/v1/x%20?a=[b]&c=%5B", data=b"abc\x00", headers={"X-Own": "1"}, timeout=5)
    assert (answer.status_code, answer.content, answer.headers["X-Said"]) == (
        402,
        b"\x00cba",
        "/v1/x%20?a=%5Bb%5D&c=%5B",
    )
    (said,) = recorder.exchanges
    assert (said.method, said.path, said.body, said.status, said.answer) == (
        "POST",
        "/v1/x%20",
        b"abc\x00",
        402,
        b"\x00cba",
    )
    assert said.asked["X-Own"] == "1"


def test_an_answer_is_lost_after_it_was_given(recorder: Recorder) -> None:
    recorder.losing = lambda exchange: len(recorder.exchanges) == 1
    with pytest.raises(requests.ConnectionError):
        requests.post(recorder.url, data=b"abc", timeout=5)
    assert requests.post(recorder.url, data=b"abc", timeout=5).content == b"cba"
    assert [each.status for each in recorder.exchanges] == [402, 402]


def test_a_server_that_is_gone_is_a_lost_answer(recorder: Recorder) -> None:
    nobody = Recorder(1)
    with pytest.raises(requests.ConnectionError):
        requests.post(nobody.url, data=b"abc", timeout=5)
    assert [each.status for each in nobody.exchanges] == [0]
    nobody.stop()
