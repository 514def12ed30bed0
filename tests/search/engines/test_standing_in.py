"""While the search server is away, slow or broken, the embedded engine answers and says so; afterwards the server knows everything."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from search.engines import registry
from search.engines.contract import Answer, Question
from search.engines.elastic.jobs import send_changes
from search.engines.elastic.queries import lag
from search.engines.registry import current_engine, search, suggest
from search.ranking.understanding import understood
from tests.search.goods import make_places, make_shop, put_on_sale
from tests.search.servers import WHEEL, WHY_NOT, address_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    registry._away.clear()
    yield
    registry._away.clear()


def told(text: str = "dieu") -> tuple[list[str], str, bool]:
    answer: Answer = search(Question(text))
    return [hit.name for hit in answer.hits], answer.engine, answer.stands_in


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.skipif(not WHEEL, reason=WHY_NOT)
def test_killed_and_started_again(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from osmem_server import OsmemServer

    monkeypatch.setattr(registry, "LEFT_ALONE_SECONDS", 0.3)
    where = f"127.0.0.1:{free_port()}"
    settings.SEARCH_URL = address_of(f"http://{where}")
    shop = make_shop(make_places().loc_ninh)
    server = OsmemServer.start(japanese=False, addr=where)
    try:
        put_on_sale(shop, "Hạt điều")
        assert send_changes() > 0
        time.sleep(1.1)  # until what was written can be found
        assert told() == (["Hạt điều"], "elasticsearch", False)
        server.process.kill()
        server.process.wait()
        put_on_sale(shop, "Điều rang")
        assert told() == (["Điều rang", "Hạt điều"], "embedded", True)
        assert suggest(understood("dieu"), limit=5) == ["Điều rang", "Hạt điều"]
        assert send_changes() == 0
        assert lag().unsent > 0
        server = OsmemServer.start(japanese=False, addr=where)
        time.sleep(0.3)
        assert told() == (["Điều rang", "Hạt điều"], "embedded", True)  # it has lost everything, and is no empty shop
        assert send_changes() > 0
        time.sleep(1.1)
        assert told() == (["Điều rang", "Hạt điều"], "elasticsearch", False)
        assert suggest(understood("dieu"), limit=5) == ["Điều rang", "Hạt điều"]
        assert lag().unsent == 0
    finally:
        server.close(grace=0.1)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_server_that_says_not_now(settings: Any, status: int) -> None:
    asked: list[str] = []

    class Broken(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Broken)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        settings.SEARCH_URL = address_of(f"http://127.0.0.1:{server.server_port}")
        put_on_sale(make_shop(make_places().loc_ninh), "Hạt điều")
        assert told() == told() == (["Hạt điều"], "embedded", True)
        assert len(asked) == 1  # left alone for a while: the second page did not ask
        assert send_changes() == 0
        assert lag().unsent > 0
    finally:
        server.shutdown()
        server.server_close()


def test_a_server_that_never_answers_holds_up_one_page_for_two_seconds(settings: Any) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.SEARCH_URL = address_of(f"http://127.0.0.1:{silent.getsockname()[1]}")
        put_on_sale(make_shop(make_places().loc_ninh), "Hạt điều")
        start = time.monotonic()
        assert told() == (["Hạt điều"], "embedded", True)
        first = time.monotonic() - start
        start = time.monotonic()
        assert told() == (["Hạt điều"], "embedded", True)
        assert 1.9 < first < 4 and time.monotonic() - start < 1


def test_without_a_server_nothing_is_noted_for_one(settings: Any) -> None:
    settings.SEARCH_URL = ""
    put_on_sale(make_shop(make_places().loc_ninh), "Hạt điều")
    assert (told(), lag().unsent, current_engine().name) == ((["Hạt điều"], "embedded", False), 0, "embedded")
