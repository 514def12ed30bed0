"""One suite for every platform adapter: the adapters with their outside worlds, and the one way to skip a test.

An API adapter runs against the marketplace double in its own process or against a real server (`tests/servers`), a sheet adapter with a
scripted operator who fills the answer columns. A test is skipped only where a capability says that it cannot apply: `needs` names it in the output.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pytest

from market.platforms.contract import (
    ConnectionSettings,
    FileAdapter,
    ItemOutcome,
    ListingDocument,
    PlatformAdapter,
    RemoteIds,
    ReviewState,
    Submission,
    adapter_for,
)
from market.platforms.sandbox.process import Double
from market.platforms.sheets.adapter import SheetAdapter
from tests.market.platforms.sheet_tools import filled, rows_of

# Those after the sheets run against servers that somebody else wrote: `make test-servers`.
ADAPTERS = ("santhu", "voso", "postmart", "oscar", "medusa", "vendure", "kinto")
LIVE, REJECTED, PENDING = ReviewState.LIVE, ReviewState.REJECTED, ReviewState.PENDING
NOWHERE = RemoteIds("1")


@dataclass(frozen=True)
class Seen:
    """What can be known of a listing after a review, by whatever way."""

    state: ReviewState
    reasons: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True)
class Shown:
    """What people see of a listing on the other side."""

    title: str
    description: str
    producer_name: str
    price: int
    stock: int
    photos: int


@dataclass(frozen=True)
class Branch:
    """Codes of a platform's own tree: a leaf and what stands above it, nearest first."""

    codes: tuple[str, ...]


@dataclass(frozen=True)
class NewOrder:
    """How an order stands that nobody has touched yet, in the platform's own words, and what it takes for bringing the goods and for itself."""

    status: str
    shipping_fee: int = 0
    platform_fee: int = 0


class World(Protocol):
    """One adapter with its outside world; `test` is the name of the test that runs, `creation` the call that makes a listing, `repricing`
    the methods of the calls that change a price."""

    adapter: PlatformAdapter
    connection: ConnectionSettings
    server: Any
    creation: dict[str, Any]
    repricing: tuple[str, ...]
    test: str

    def connect(self, settings: Any) -> None: ...

    def answers(self) -> dict[str, str]: ...

    def environment(self) -> dict[str, str]: ...

    def push(self, ours: ListingDocument, operation: str = "op") -> Submission: ...

    def reviewed(self, ours: ListingDocument, decision: ReviewState, reasons: tuple[str, ...] = ()) -> Seen: ...

    def shown(self, ours: ListingDocument) -> Shown: ...

    def writes(self) -> int: ...


def needs(world: World, **wanted: Any) -> None:
    """Skip, by name, where a capability is another one than this test is about; a set names several that it is about."""
    capabilities = world.adapter.capabilities(world.connection)
    for name, value in wanted.items():
        declared = getattr(capabilities, name)
        if declared not in (value if isinstance(value, set) else {value}):
            pytest.skip(f"{world.test}: capability {name} is {declared}")


class ServerWorld:
    """Behind the adapter: the double, whose moderator obeys."""

    creation: dict[str, Any] = {"method": "POST", "path": "/api/listings"}
    repricing: tuple[str, ...] = ("PATCH",)
    branch = Branch(("TP-GV-NM", "TP-GV", "TP"))
    new_order = NewOrder("new", 15_000, 4_000)

    def __init__(self, adapter: PlatformAdapter, double: Double, test: str) -> None:
        self.adapter, self.server, self.test = adapter, double, test
        self.connection = ConnectionSettings(
            base_url=double.url, credentials={"key": double.key}, allow_private=True, read_timeout=5.0
        )

    def connect(self, settings: Any) -> None:
        """Let the engine find this server."""
        settings.SANDBOX_MARKET = {"url": self.server.url, "key": self.server.key}

    def answers(self) -> dict[str, str]:
        """What a person types in to authorise."""
        return {"key": self.server.key}

    def environment(self) -> dict[str, str]:
        """What a worker process has to be told besides the database."""
        return {}

    def plant(self, *nodes: dict[str, str]) -> None:
        """Another tree of goods."""
        self.server.catalogue(list(nodes))

    def refuse_category(self, code: str) -> str:
        """Have a category refused; returns the server's words for it."""
        body = {"error": {"code": "invalid", "message": "", "fields": {"category": ["Không có ngành này."]}}}
        self.server.plan({**self.creation, "kind": "answer", "status": 422, "body": body})
        return "Không có ngành này."

    @contextmanager
    def ordered(self, remote: RemoteIds) -> Iterator[None]:
        """Somebody waits for it, as long as this lasts."""
        self.server.plan({"method": "DELETE", "kind": "open_order"})
        yield
        self.server.plan()

    def bought(self, remote: RemoteIds, pieces: int) -> str:
        """Nguyễn Bí, whose number ends in 78, buys so many pieces of it; the order's number."""
        (there,) = (each for each in self.server.listings() if str(each["id"]) == remote.product_id)
        line = {"seller_sku": there["seller_sku"], "name": there["name"], "price_vnd": there["price_vnd"]}
        fees = {"shipping_vnd": self.new_order.shipping_fee, "platform_fee_vnd": self.new_order.platform_fee}
        buyer = {"name": "Nguyễn Bí", "phone": "0912345678", "address": "12 Lê Lợi"}
        return str(self.server.order(lines=[{**line, "quantity": pieces}], buyer=buyer, **fees)["id"])

    def orders_at(self, remote: RemoteIds, moments: Sequence[datetime]) -> None:
        """Orders that were placed, and changed last, at these moments."""
        for at in moments:
            self.server.order(placed_at=at.isoformat(), updated_at=at.isoformat())

    def order_stands(self, number: str, status: str) -> str:
        """An order stands so from now on; the words in which the platform tells it."""
        self.server.order(id=number, status=status)
        return status

    def order_breaks(self, number: str) -> None:
        """An order is no longer as documented."""
        self.server.order(id=number, shipping_vnd="hai")

    def push(self, ours: ListingDocument, operation: str = "op") -> Submission:
        """What the engine does: look by our SKU first."""
        found = self.adapter.find(self.connection, ours.reference)
        return self.adapter.put_content(self.connection, ours, found.remote if found else None, operation)

    def reviewed(self, ours: ListingDocument, decision: ReviewState, reasons: tuple[str, ...] = ()) -> Seen:
        """Push, let the moderator decide, ask."""
        submission = self.push(ours)
        assert submission.remote is not None
        if decision is LIVE:
            self.server.approve(submission.remote.product_id)
        elif decision is REJECTED:
            self.server.reject(submission.remote.product_id, *(("", text) for text in reasons))
        review = self.adapter.poll(self.connection, submission)
        return Seen(review.state, tuple(each.remote_text for each in review.reasons), submission.remote.url)

    def shown(self, ours: ListingDocument) -> Shown:
        """As the platform holds it after a push of content and offer."""
        submission = self.push(ours)
        assert submission.remote is not None
        (result,) = self.adapter.put_offers(self.connection, [ours.offer(submission.remote)], "op")
        assert result.outcome is ItemOutcome.DONE
        found = self.adapter.fetch(self.connection, submission.remote)
        return Shown(
            found.title, found.description, found.producer_name, found.price, found.stock, len(found.photo_digests)
        )

    def writes(self) -> int:
        """Calls so far that could change something."""
        return sum(call["method"] != "GET" for call in self.server.calls())


class OperatorWorld:
    """Behind the adapter: a person with a spreadsheet program."""

    creation: dict[str, Any] = {}
    repricing: tuple[str, ...] = ()

    def __init__(self, adapter: SheetAdapter, double: Double, test: str) -> None:
        self.adapter: FileAdapter = adapter
        self.layout, self.connection, self.test = adapter.layout, ConnectionSettings(), test
        # Nothing of this adapter goes there: that is looked at.
        self.server = double

    def connect(self, settings: Any) -> None:
        """The double is a platform beside this one."""
        settings.SANDBOX_MARKET = {"url": self.server.url, "key": self.server.key}

    def answers(self) -> dict[str, str]:
        """Nothing."""
        return {}

    def environment(self) -> dict[str, str]:
        """Nothing."""
        return {}

    def push(self, ours: ListingDocument, operation: str = "op") -> Submission:
        """The listing joins the next sheet."""
        return self.adapter.put_content(self.connection, ours, None, operation)

    def reviewed(self, ours: ListingDocument, decision: ReviewState, reasons: tuple[str, ...] = ()) -> Seen:
        """Export, let the operator answer, read the answer."""
        self.push(ours)
        answers = {
            LIVE: {"Kết quả": "Đã lên sàn", "Liên kết": self.layout.link_rule.example},
            REJECTED: {"Kết quả": "Từ chối", "Lý do": "\n".join(reasons)},
            PENDING: {"Kết quả": "Đang chờ"},
        }
        pack = self.adapter.export(self.connection, [ours])
        stream = filled(pack, self.layout.sku_heading, {ours.reference.sku: answers[decision]})
        (result,) = self.adapter.import_result(self.connection, stream)
        states = {ItemOutcome.LIVE_CLAIMED: LIVE, ItemOutcome.REJECTED: REJECTED, ItemOutcome.WAITING: PENDING}
        texts = tuple(issue.remote_text for issue in result.issues)
        return Seen(states[result.outcome], texts, result.remote.url if result.remote else "")

    def shown(self, ours: ListingDocument) -> Shown:
        """As the exported sheet shows it."""
        (row,) = rows_of(self.adapter.export(self.connection, [ours]))
        cell = {column.field: row[column.heading] for column in self.layout.columns}
        price, stock = cell["price"], cell["stock"]
        assert isinstance(price, float) and isinstance(stock, float)
        assert price.is_integer() and stock.is_integer()
        photos = [name for name in str(cell["photos"]).split("; ") if name]
        texts = (str(cell[name]) for name in ("title", "description", "producer_name"))
        return Shown(*texts, int(price), int(stock), len(photos))

    def writes(self) -> int:
        """A sheet writes nowhere by itself."""
        return 0


def world_of(key: str, double: Double, test: str) -> World:
    """The world of the adapter that is registered under `key`."""
    adapter = adapter_for(key)
    assert adapter.key == key
    return (
        OperatorWorld(adapter, double, test)
        if isinstance(adapter, SheetAdapter)
        else ServerWorld(adapter, double, test)
    )
