"""Connections: opened by a proved key, never shown again, paused, limited; what waits on each."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditDetail, AuditEntry
from core.desk.registry import todos_for
from core.jobs.models import Job
from core.kit import clock
from market.listings.models import Listing
from market.platforms.engine.flow import flow_of
from market.platforms.models import Connection, Flow, PlatformListing
from market.platforms.running.actions.connections import (
    ConnectionRefused,
    authorise_connection,
    pause_connection,
    resume_connection,
    set_limits,
)
from market.platforms.running.queries.connections import pace_in_force, queue_lines
from market.platforms.sandbox.process import Double
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.market.platforms.engine_tools import Engine
from tests.market.proof import everything, trail
from tests.people import People, make_listing

pytestmark = pytest.mark.django_db
LIST, SANTHU, QUEUE = "/san/ket-noi/", "/san/ket-noi/santhu/", "/san/hang-doi/santhu/"
KEY = "/san/ket-noi/santhu/khoa/"


@pytest.fixture
def engine(double: Double, listing: Listing, settings: Any) -> Iterator[Engine]:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    yield Engine(listing, double)
    double.plan()


def santhu() -> Connection:
    return Connection.objects.select_related("platform").get(adapter="santhu")


def proved(client: Client) -> Client:
    """With a password given just now."""
    session = client.session
    session["account_authentication_methods"] += [{"method": "password", "at": time.time()}]
    session.save()
    return client


# --- authorising ---


def test_a_key_is_kept_once_the_platform_took_it(engine: Engine, people: People, browser: Browser) -> None:
    client = proved(browser("buu"))
    assert client.post(KEY, {"secret_key": engine.double.key}).status_code == 302
    held = santhu()
    assert json.loads(held.credentials) == {"key": engine.double.key}
    assert (held.authorised_by_id, held.stopped) == (people.users["buu"].pk, "") and held.authorised_at is not None
    assert Flow.objects.get(connection=held).refreshing_until is None
    assert trail()[-1] == ("connection.authorised", people.users["buu"].pk, f"connection:{held.pk}")
    page = client.get(SANTHU).content.decode()
    assert "đã nhập hôm nay" in page and str(people.users["buu"]) in page
    assert engine.double.key not in page and f"…{engine.double.key[-4:]}" in page
    assert not any(engine.double.key in detail.text for detail in AuditDetail.objects.all())
    # Another one takes its place.
    assert client.post(KEY, {"secret_key": engine.double.key}).status_code == 302
    assert trail()[-1][0] == "connection.rotated"


def test_the_old_key_stays_until_the_new_one_is_proved(engine: Engine, browser: Browser) -> None:
    client = proved(browser("buu"))
    client.post(KEY, {"secret_key": engine.double.key})
    before = Connection.objects.values().get(adapter="santhu")
    for wrong in ("khoa-sai-khoa-sai", "khóa có dấu", "xuống\ndòng"):
        answer = client.post(KEY, {"secret_key": wrong})
        assert answer.status_code == 200 and wrong not in answer.content.decode()
        assert "không nhận khóa này" in answer.content.decode() or "ký tự lạ" in answer.content.decode()
    assert Connection.objects.values().get(adapter="santhu") == before
    assert AuditEntry.objects.filter(action__startswith="connection.").count() == 1
    assert Flow.objects.get(connection__adapter="santhu").refreshing_until is None


def test_a_proved_key_lifts_the_stop_and_the_queue_goes_on(
    engine: Engine, people: People, browser: Browser, settings: Any
) -> None:
    settings.SANDBOX_MARKET = {"url": engine.double.url, "key": "wrong"}
    engine.push()
    Flow.objects.filter(connection=santhu()).update(breaker="open", failures=9, opened_times=3)
    assert santhu().stopped == "key" and engine.state == ("absent", "queued")
    client = proved(browser("buu"))
    page = client.get(SANTHU).content.decode()
    assert "Sàn không nhận khóa nữa" in page and "Nhập khóa" in page
    (todo,) = todos_for(people.viewer("buu"))
    assert (todo.url, todo.urgency, todo.kind) == (SANTHU, 1, "bad") and "Sàn thử" in todo.sentence
    client.post(KEY, {"secret_key": engine.double.key})
    assert santhu().stopped == "" and santhu().stopped_at is None and list(todos_for(people.viewer("buu"))) == []
    engine.push()
    assert engine.state == ("pending", "idle")


def test_nobody_types_a_key_without_a_fresh_proof(engine: Engine, browser: Browser) -> None:
    before = everything()
    answer = browser("buu").post(KEY, {"secret_key": engine.double.key})
    assert answer.status_code == 302 and answer["location"].startswith("/tai-khoan/xac-nhan/")
    assert everything() == before


def test_a_renewal_in_progress_is_not_overwritten(engine: Engine, people: People) -> None:
    Flow.objects.filter(pk=flow_of(santhu()).pk).update(refreshing_until=clock.now() + timedelta(seconds=30))
    with pytest.raises(ConnectionRefused, match="một phút"):
        authorise_connection(connection=santhu(), answers={"key": engine.double.key}, by=people.viewer("buu"))
    assert santhu().credentials == ""
    assert Flow.objects.get(connection=santhu()).refreshing_until is not None


def test_sheets_need_no_key(people: People, browser: Browser) -> None:
    client = proved(browser("buu"))
    for address in ("/san/ket-noi/voso/khoa/", "/san/ket-noi/voso/gioi-han/"):
        assert client.get(address).status_code == 404
    with pytest.raises(ConnectionRefused):
        authorise_connection(
            connection=Connection.objects.get(adapter="voso"), answers={"key": "x"}, by=people.viewer("buu")
        )
    assert "trao đổi bằng tệp" in client.get("/san/ket-noi/voso/").content.decode()
    assert client.post("/san/ket-noi/voso/thu/", follow=True).status_code == 200


def test_health_is_asked_on_demand(engine: Engine, browser: Browser, settings: Any) -> None:
    client = browser("buu")
    assert "trả lời bình thường" in client.post(SANTHU + "thu/", follow=True).content.decode()
    settings.SANDBOX_MARKET = {"url": engine.double.url, "key": "wrong"}
    assert "không nhận khóa" in client.post(SANTHU + "thu/", follow=True).content.decode()
    settings.SANDBOX_MARKET = {"url": "http://127.0.0.1:9", "key": "wrong"}
    assert "không trả lời" in client.post(SANTHU + "thu/", follow=True).content.decode()


# --- pausing and limits ---


def test_paused_nothing_goes_out_and_going_on_catches_up(
    engine: Engine, people: People, shop: Shop, browser: Browser
) -> None:
    client, buu = browser("buu"), people.viewer("buu")
    client.post(SANTHU + "tam-dung/")
    pause_connection(connection=santhu(), by=buu)
    calls = len(engine.double.calls())
    engine.push()
    assert len(engine.double.calls()) == calls and engine.state == ("absent", "queued")
    engine.edit(name="Hạt điều rang muối")
    assert engine.row.revision == Listing.objects.get(pk=engine.listing.pk).revision
    new = make_listing(shop, name="Tiêu")
    assert not new.on_platforms.filter(connection=santhu()).exists()
    assert "Đang tạm dừng" in client.get(SANTHU).content.decode()
    client.post(SANTHU + "chay-tiep/")
    resume_connection(connection=santhu(), by=buu)
    assert Job.objects.get(name="platforms.catch_up").arguments == {"connection": santhu().pk}
    words = [word for word, _, _ in trail() if word.startswith("connection.")]
    assert words == ["connection.paused", "connection.resumed"]
    engine.push()
    assert engine.state == ("pending", "idle")


def test_limits_come_first_and_say_where_they_come_from(engine: Engine, people: People, browser: Browser) -> None:
    pace = pace_in_force(santhu())
    assert pace is not None and (pace.rate, pace.source, pace.daily) == (50.0, "theo tài liệu của sàn", None)
    Flow.objects.filter(pk=flow_of(santhu()).pk).update(learned_rate=7.0, learned_at=clock.now())
    pace = pace_in_force(santhu())
    assert pace is not None and (pace.rate, pace.source) == (7.0, "sàn vừa báo trong giờ qua")
    client = browser("buu")
    assert client.post(SANTHU + "gioi-han/", {"rate_limit": "0,5", "daily_limit": "1000"}).status_code == 302
    Flow.objects.update(day=clock.today(), calls_on_day=12)
    pace = pace_in_force(santhu())
    assert pace is not None and (pace.rate, pace.used, pace.daily) == (0.5, 12, 1000)
    page = client.get(QUEUE).content.decode()
    assert "0,5 lượt một giây (nhân viên sàn đã đặt)" in page and "12 trong 1000" in page
    assert AuditEntry.objects.filter(action="connection.limits_set").count() == 1
    for wrong in ({"rate_limit": "0"}, {"rate_limit": "nhanh"}, {"daily_limit": "-3"}, {"rate_limit": "nan"}):
        answer = client.post(SANTHU + "gioi-han/", wrong)
        assert answer.status_code == 200 and next(iter(wrong.values())) in answer.content.decode()
    with pytest.raises(ConnectionRefused):
        set_limits(connection=santhu(), rate_limit=0, daily_limit=None, by=people.viewer("buu"))
    flow = Flow.objects.get(connection=santhu())
    assert (flow.rate_limit, flow.daily_limit) == (0.5, 1000)


def test_only_the_operator_touches_a_connection(engine: Engine, people: People, browser: Browser) -> None:
    before = everything()
    for who in ("an", "chi", "phuong", "hanh"):
        client, viewer = proved(browser(who)), people.viewer(who)
        for address in (LIST, SANTHU, QUEUE, KEY, SANTHU + "gioi-han/", QUEUE + "content/queued/"):
            assert client.get(address).status_code == 404
        for address in ("thu/", "tam-dung/", "chay-tiep/", "gioi-han/", "khoa/"):
            assert client.post(SANTHU + address, {"secret_key": engine.double.key}).status_code == 404
        for act in (pause_connection, resume_connection):
            with pytest.raises(PermissionError):
                act(connection=santhu(), by=viewer)
        with pytest.raises(PermissionError):
            authorise_connection(connection=santhu(), answers={"key": engine.double.key}, by=viewer)
        with pytest.raises(PermissionError):
            set_limits(connection=santhu(), rate_limit=1, daily_limit=1, by=viewer)
        assert not [todo for todo in todos_for(viewer) if todo.url.startswith("/san/ket-noi")]
    assert everything() == before and engine.double.calls() == []


# --- queues ---


def test_the_queue_says_how_many_and_how_old(engine: Engine, browser: Browser) -> None:
    old = clock.now() - timedelta(hours=3)
    PlatformListing.objects.filter(pk=engine.row.pk).update(waiting_since=old, offer_work="dead")
    lines = queue_lines(santhu())
    assert [(line.lane, line.state, line.count, line.oldest) for line in lines] == [
        ("content", "queued", 1, old),
        ("offer", "dead", 1, old),
    ]
    client = browser("buu")
    page = client.get(QUEUE).content.decode()
    assert "3 giờ" in page and "Sàn đang nhận tin." in page and QUEUE + "offer/dead/" in page
    rows = client.get(QUEUE + "content/queued/").content.decode()
    assert "Hạt điều rang" in rows and engine.listing.sku in rows and "chờ 3 giờ" in rows
    assert "Không còn tin nào" in client.get(QUEUE + "content/blocked/").content.decode()
    for wrong in ("tien/queued/", "content/idle/", "content/xong/"):
        assert client.get(QUEUE + wrong).status_code == 404
    Flow.objects.filter(pk=flow_of(santhu()).pk).update(breaker="open", open_until=clock.now() + timedelta(minutes=5))
    assert "Gửi thử lại lúc" in client.get(QUEUE).content.decode()


def test_a_long_silence_is_a_to_do(engine: Engine, people: People) -> None:
    row = Flow.objects.filter(pk=flow_of(santhu()).pk)
    row.update(breaker="open", opened_times=4)
    assert list(todos_for(people.viewer("buu"))) == []
    row.update(opened_times=5)
    (todo,) = todos_for(people.viewer("buu"))
    assert (todo.url, todo.kind) == (SANTHU, "warn")


@pytest.mark.parametrize(("address", "queries"), [(LIST, 7), (QUEUE, 8), (QUEUE + "content/queued/", 7)])
def test_pages_cost_the_same_at_25_rows(
    engine: Engine, shop: Shop, browser: Browser, address: str, queries: int
) -> None:
    client = browser("buu")
    client.get(address)
    with CaptureQueriesContext(database) as one:
        client.get(address)
    for number in range(24):
        made = make_listing(shop, name=f"Tiêu {number}")
        made.on_platforms.update(waiting_since=clock.now())
    with CaptureQueriesContext(database) as many:
        client.get(address)
    assert (len(one), len(many)) == (queries, queries)
