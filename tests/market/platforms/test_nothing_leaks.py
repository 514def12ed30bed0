"""Keys and phone numbers stay out of every log; what a platform writes is cut, and escaped wherever people read it."""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.kit import clock
from market.listings.models import Listing
from market.platforms.contract import ApiAdapter, ConnectionSettings, adapter_for
from market.platforms.engine.documents import settings_of
from market.platforms.models import Connection, Drift, PlatformListing
from market.platforms.reconcile.finding import reconcile
from market.platforms.sandbox.faults import TROUBLES, WHIMS
from market.platforms.sandbox.process import Double
from market.platforms.santhu import wire
from market.platforms.sheets.adapter import SheetAdapter
from onboarding.accounts.models import Observation
from tests.market.conftest import Browser
from tests.market.platforms.engine_tools import Engine
from tests.market.platforms.samples import document
from tests.market.platforms.sheet_tools import filled, rows_of

PHONES = ("0912 345 678", "+84 987.654.321", "02543-888-999")
WORDS = f"Gọi ngay {PHONES[0]} hoặc {PHONES[1]}, cố định {PHONES[2]}."
NASTY = "<script>alert('x')</script><b onclick=x>" * 250
# What makes a fault quick or loud here; everything else is played as it is.
MORE: dict[str, dict[str, Any]] = {
    "timeout_before": {"seconds": 0.1},
    "timeout_after": {"seconds": 0.1},
    "drip": {"seconds": 0.0005},
    "slow": {"seconds": 0.01},
    "huge": {"number": 6_000_000},
    "answer": {"status": 422, "body": {"error": {"code": WORDS, "message": WORDS, "fields": {"name": [WORDS]}}}},
    "redirect": {"body": f"https://elsewhere.example/?phone={PHONES[0]}"},
    "refused": {"seconds": 0, "reasons": [{"field": "name", "text": WORDS}]},
    "taken_down": {"seconds": 0, "reasons": [{"field": "", "text": WORDS}]},
    "photo_failed": {"seconds": 0},
    "field_required": {"required": "weight_g"},
    "price_rounded": {"number": 1000},
}


@pytest.fixture
def engine(double: Double, listing: Listing, settings: Any) -> Iterator[Engine]:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key, "read_timeout": 2.0}
    engine = Engine(listing, double)
    engine.edit(description=WORDS, ingredients=WORDS)
    yield engine
    double.plan()


def whole(record: logging.LogRecord) -> str:
    """Everything that any handler could write of a record."""
    return (
        f"{logging.Formatter('%(name)s %(threadName)s %(message)s').format(record)} {record.args!r} {record.__dict__!r}"
    )


def leaks(records: list[logging.LogRecord], secrets: list[str]) -> list[str]:
    """Lines with one of the secrets, or with a phone number however it is written."""
    numbers = [re.sub(r"\D", "", phone)[-9:] for phone in PHONES]
    found = []
    for record in records:
        text = whole(record)
        digits = re.sub(r"(?<=\d)[ .-](?=\d)", "", text)
        if any(secret in text for secret in secrets) or any(number in digits for number in numbers):
            found.append(text)
    return found


def work(engine: Engine, number: int) -> None:
    """An edit, a price, and a look, whatever state the trouble before has left behind."""
    Connection.objects.update(stopped="")
    PlatformListing.objects.filter(pk=engine.row.pk).update(
        work="queued", offer_work="queued", attempts=0, seen_at=None, leased_until=None
    )
    engine.edit(name=f"Hạt điều {number}", price=50_000 + number * 1000)
    engine.push()
    PlatformListing.objects.filter(pk=engine.row.pk).exclude(remote_id="").update(work="idle", observed="pending")
    engine.look()


def test_with_every_fault_no_line_holds_a_key_or_a_phone_number(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for number, kind in enumerate((*TROUBLES, *WHIMS)):
        engine.double.plan({"kind": kind, **MORE.get(kind, {})})
        work(engine, number)
    heard = {call["fault"] for call in engine.double.calls()}
    assert heard >= set(TROUBLES) and len(heard & set(WHIMS)) > 12, "the storm has really blown"
    assert {record.name.split(".")[0] for record in caplog.records} >= {"market", "urllib3"}
    assert leaks(caplog.records, [engine.double.key]) == []


def test_tokens_stay_out_of_the_log_as_well(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    engine.double.habits(tokens=600)
    adapter, secrets = adapter_for("santhu"), [engine.double.key]
    assert isinstance(adapter, ApiAdapter)
    row = engine.row.connection
    given = adapter.authorise(settings_of(row), {"key": engine.double.key})
    Connection.objects.filter(pk=row.pk).update(credentials=json.dumps(dict(given.values)))
    secrets += given.values.values()
    engine.double.expire_tokens()
    work(engine, 1)
    renewed = Connection.objects.get(pk=row.pk)
    secrets += json.loads(renewed.credentials).values()
    assert len(set(secrets)) == 6 and engine.row.observed == "pending"
    assert leaks(caplog.records, secrets) == []
    assert not [secret for secret in secrets if secret in f"{given!r} {settings_of(renewed)!r}"]


def test_a_fault_of_ours_is_logged_by_its_place_and_not_by_its_words(
    engine: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*arguments: Any) -> Any:
        raise ValueError(f"{engine.double.key} {WORDS}")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(wire, "creation_body", break_down)
    engine.push()
    assert (engine.state, engine.row.cause) == (("absent", "dead"), "Permanent")
    (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "ValueError" in line.getMessage() and "in break_down" in line.getMessage()
    assert leaks(caplog.records, [engine.double.key]) == []


def test_the_search_would_find_them(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    log = logging.getLogger("some.where")
    for text in (*PHONES, "0912345678", "84912345678", "Bearer key-for-tests"):
        log.debug("%s said %s", "somebody", text)
    try:
        raise ValueError(WORDS)
    except ValueError:
        log.exception("it failed")
    log.info("order 1234 of 2026-03-01 at 10:00")
    assert len(leaks(caplog.records, ["key-for-tests"])) == 7


def pages_of(engine: Engine, people: Client) -> str:
    """Every page where a seller reads of this listing and of what platforms say."""
    sku = [engine.listing.sku]
    addresses = [reverse("seller_on_platforms", args=sku), reverse("seller_listing_edit", args=sku)]
    addresses += [reverse("seller_listings"), reverse("inbox"), "/"]
    answers = [people.get(address, follow=True) for address in addresses]
    assert [answer.status_code for answer in answers] == [200] * len(addresses)
    return "\n".join(answer.content.decode() for answer in answers)


def test_ten_thousand_letters_of_html_reach_nobody_as_html(engine: Engine, browser: Browser) -> None:
    engine.push()
    engine.double.reject(engine.row.remote_id, ("name", NASTY), (NASTY, NASTY))
    engine.look()
    assert engine.state == ("rejected", "blocked")
    assert [(reason["field"], len(reason["remote"])) for reason in engine.row.reasons] == [("title", 1000), ("", 1000)]
    page = pages_of(engine, browser("an"))
    assert html.escape("<script>alert('x')") in page, "what the platform wrote is shown"
    assert "<script>alert" not in page and "<b onclick" not in page
    assert page.count(html.escape("<b onclick")) <= 20, "and cut"


def test_a_name_that_the_platform_made_up_is_cut_and_escaped(engine: Engine, browser: Browser) -> None:
    engine.push()
    engine.double.approve(engine.row.remote_id)
    (item,) = engine.double.listings()
    fault = {"method": "GET", "path": f"/api/listings/{engine.row.remote_id}", "kind": "answer", "status": 200}
    engine.double.plan({**fault, "body": {**item, "name": NASTY, "detail": NASTY, "maker": NASTY}})
    engine.look()
    assert (engine.state, engine.row.remote_id) == (("live", "idle"), str(item["id"]))
    seen = Observation.objects.get()
    assert len(seen.seen_title) == 200
    page = (
        pages_of(engine, browser("an")) + Client().get(reverse("product", args=[engine.listing.slug])).content.decode()
    )
    assert "<script>alert" not in page and "<b onclick" not in page
    snapshot = wire.parse_listing({**item, "name": NASTY}, public_url="https://x.example", seen_at=clock.now())
    assert len(snapshot.title) == wire.TEXT_LIMIT


def test_a_strangers_name_in_the_list_of_differences_is_no_html(engine: Engine, browser: Browser) -> None:
    engine.go_live()
    (item,) = engine.double.listings()
    stranger = {**item, "id": 999, "path": "/p/999", "seller_sku": "<i>LA-1</i>", "name": NASTY}
    edited = {**item, "name": NASTY, "detail": NASTY, "maker": NASTY}
    one = {"method": "GET", "path": f"/api/listings/{item['id']}", "kind": "answer", "status": 200, "body": edited}
    page = {"items": [edited, stranger], "next_page": None}
    engine.double.plan(one, {"method": "GET", "path": "/api/listings", "kind": "answer", "status": 200, "body": page})
    reconcile(Connection.objects.select_related("platform").get(adapter="santhu"))
    assert set(Drift.objects.values_list("kind", flat=True)) == {"edited", "stranger"}
    shown = browser("buu").get(reverse("platform_drifts")).content.decode()
    assert html.escape("<script>alert('x')") in shown and html.escape("<i>LA-1</i>") in shown
    assert not re.search(r"<script>alert|<b onclick|<i>LA-1", shown)
    assert len(shown) < 60_000, "and cut"


@pytest.mark.parametrize("key", ["voso", "postmart"])
def test_reasons_of_a_sheet_are_cut_and_never_a_formula(key: str) -> None:
    adapter = adapter_for(key)
    assert isinstance(adapter, SheetAdapter)
    nowhere = ConnectionSettings()
    pack = adapter.export(nowhere, [document(title="=cmd|' /C calc'!A0", description=NASTY[:4000])])
    (row,) = rows_of(pack)
    heading = {column.field: column.heading for column in adapter.layout.columns}
    assert row[heading["title"]] == "=cmd|' /C calc'!A0" and row[heading["description"]] == NASTY[:4000]
    stream = filled(pack, adapter.layout.sku_heading, {"NM-001": {"Kết quả": "Từ chối", "Lý do": NASTY}})
    (result,) = adapter.import_result(nowhere, stream)
    assert [len(issue.remote_text) for issue in result.issues] == [1000]
