"""One suite for every platform adapter: what the engine may rely on, whatever stands behind the contract.

An API adapter runs against the marketplace double in its own process, a sheet adapter with a scripted
operator who fills the answer columns. A test is skipped only where a capability says that it cannot apply.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import pytest

from market.platforms.contract import (
    AdapterKind,
    ConnectionSettings,
    FileAdapter,
    HealthState,
    ItemOutcome,
    ListingDocument,
    OfferDocument,
    PlatformAdapter,
    RemoteIds,
    ReviewState,
    SubmissionState,
    Unsupported,
    ValidationFailed,
    adapter_for,
    changed_fields,
)
from market.platforms.sandbox.process import Double, running_double
from market.platforms.sheets.adapter import SheetAdapter
from tests.market.platforms.samples import document, photo
from tests.market.platforms.sheet_tools import filled, rows_of

LIVE, REJECTED, PENDING = ReviewState.LIVE, ReviewState.REJECTED, ReviewState.PENDING
NOWHERE = RemoteIds("1")


@dataclass(frozen=True)
class Seen:
    """What can be known of a listing after a review, by whatever way."""

    state: ReviewState
    reasons: tuple[str, ...] = ()
    url: str = ""


class World(Protocol):
    """One adapter with its outside world."""

    adapter: PlatformAdapter
    connection: ConnectionSettings

    def reviewed(self, ours: ListingDocument, decision: ReviewState, reasons: tuple[str, ...] = ()) -> Seen: ...

    def shown(self, ours: ListingDocument) -> tuple[str, int, int]: ...

    def writes(self) -> int: ...


class ServerWorld:
    """Behind the adapter: the double, whose moderator obeys."""

    def __init__(self, adapter: PlatformAdapter, double: Double) -> None:
        self.adapter, self.double = adapter, double
        self.connection = ConnectionSettings(
            base_url=double.url, credentials={"key": double.key}, allow_private=True, read_timeout=5.0
        )

    def remote(self, ours: ListingDocument) -> RemoteIds | None:
        """The object with this SKU."""
        found = self.adapter.find(self.connection, ours.reference)
        return found.remote if found else None

    def reviewed(self, ours: ListingDocument, decision: ReviewState, reasons: tuple[str, ...] = ()) -> Seen:
        """Push, let the moderator decide, ask."""
        submission = self.adapter.put_content(self.connection, ours, self.remote(ours), "op")
        assert submission.remote is not None
        if decision is LIVE:
            self.double.approve(submission.remote.product_id)
        elif decision is REJECTED:
            self.double.reject(submission.remote.product_id, *(("", text) for text in reasons))
        review = self.adapter.poll(self.connection, submission)
        return Seen(review.state, tuple(each.remote_text for each in review.reasons), submission.remote.url)

    def shown(self, ours: ListingDocument) -> tuple[str, int, int]:
        """Title, price and stock as the platform holds them after a push of content and offer."""
        submission = self.adapter.put_content(self.connection, ours, self.remote(ours), "op")
        assert submission.remote is not None
        (result,) = self.adapter.put_offers(self.connection, [ours.offer(submission.remote)], "op")
        assert result.outcome is ItemOutcome.DONE
        found = self.adapter.fetch(self.connection, submission.remote)
        return found.title, found.price, found.stock

    def writes(self) -> int:
        """Calls so far that could change something."""
        return sum(call["method"] != "GET" for call in self.double.calls())


class OperatorWorld:
    """Behind the adapter: a person with a spreadsheet program."""

    def __init__(self, adapter: SheetAdapter) -> None:
        self.adapter: FileAdapter = adapter
        self.layout, self.connection = adapter.layout, ConnectionSettings()

    def reviewed(self, ours: ListingDocument, decision: ReviewState, reasons: tuple[str, ...] = ()) -> Seen:
        """Export, let the operator answer, read the answer."""
        self.adapter.put_content(self.connection, ours, None, "op")
        answers = {
            LIVE: {"Kết quả": "Đã lên sàn", "Liên kết": self.layout.link_rule.example},
            REJECTED: {"Kết quả": "Từ chối", "Lý do": "\n".join(reasons)},
            PENDING: {"Kết quả": "Đang chờ"},
        }
        pack = self.adapter.export(self.connection, [ours])
        stream = filled(pack, self.layout.sku_heading, {ours.reference.sku: answers[decision]})
        (result,) = self.adapter.import_result(self.connection, stream)
        states = {
            ItemOutcome.LIVE_CLAIMED: LIVE,
            ItemOutcome.REJECTED: REJECTED,
            ItemOutcome.WAITING: PENDING,
        }
        texts = tuple(issue.remote_text for issue in result.issues)
        return Seen(states[result.outcome], texts, result.remote.url if result.remote else "")

    def shown(self, ours: ListingDocument) -> tuple[str, int, int]:
        """Title, price and stock as the exported sheet shows them."""
        (row,) = rows_of(self.adapter.export(self.connection, [ours]))
        heading = {column.field: column.heading for column in self.layout.columns}
        price, stock = row[heading["price"]], row[heading["stock"]]
        assert isinstance(price, float) and isinstance(stock, float)
        assert price.is_integer() and stock.is_integer()
        return str(row[heading["title"]]), int(price), int(stock)

    def writes(self) -> int:
        """A sheet writes nowhere by itself."""
        return 0


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    with running_double(tmp_path_factory.mktemp("santhu")) as running:
        yield running


@pytest.fixture(params=["santhu", "voso", "postmart"])
def world(request: pytest.FixtureRequest, double: Double) -> World:
    adapter = adapter_for(request.param)
    assert adapter.key == request.param
    if isinstance(adapter, SheetAdapter):
        return OperatorWorld(adapter)
    double.control("POST", "reset")
    return ServerWorld(adapter, double)


def test_it_says_what_it_is(world: World) -> None:
    capabilities = world.adapter.capabilities(world.connection)
    assert capabilities.rule_version and capabilities.title_maximum >= capabilities.title_minimum > 0
    assert isinstance(world.adapter, FileAdapter) is (capabilities.kind is AdapterKind.FILE)
    assert world.adapter.health(world.connection).state is HealthState.OK


def test_a_complete_listing_has_no_issue_and_an_accepted_one_is_not_live(world: World) -> None:
    assert world.adapter.validate(world.connection, document()) == ()
    submission = world.adapter.put_content(world.connection, document(), None, "op-7")
    is_file = world.adapter.capabilities(world.connection).kind is AdapterKind.FILE
    assert submission.state is (SubmissionState.AWAITING_OPERATOR if is_file else SubmissionState.ACCEPTED)
    assert submission.operation_id == "op-7"
    assert world.adapter.poll(world.connection, submission).state is not LIVE


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"price": 0}, "price"),
        ({"price": 1_000_000_001}, "price"),
        ({"stock": -1}, "stock"),
        ({"photos": tuple(photo(shade) for shade in range(10))}, "photos"),
        ({"photos": (photo(1, content_type="image/svg+xml"),)}, "photos"),
        ({"description": "x" * 20_001}, "description"),
    ],
)
def test_a_blocked_listing_is_refused_before_anything_is_written(
    world: World, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        world.adapter.put_content(world.connection, document(**changes), None, "op")
    assert {issue.field for issue in caught.value.issues} == {field}
    assert all("Hãy" in issue.message_vi for issue in caught.value.issues)
    assert world.writes() == 0


def test_titles_are_counted_in_characters_up_to_the_limit(world: World) -> None:
    limit = world.adapter.capabilities(world.connection).title_maximum
    at_limit = unicodedata.normalize("NFD", "ấ" * limit)
    assert world.adapter.validate(world.connection, document(title=at_limit)) == ()
    assert world.shown(document(title=at_limit))[0] == "ấ" * limit
    with pytest.raises(ValidationFailed):
        world.adapter.put_content(world.connection, document(title="ấ" * (limit + 1)), None, "op")


@pytest.mark.parametrize("price", [1, 999, 55_000, 1_234_567, 1_000_000_000])
def test_money_and_stock_arrive_as_they_are(world: World, price: int) -> None:
    assert world.shown(document(price=price, stock=0))[1:] == (price, 0)
    assert world.shown(document(price=price, stock=1_000_000))[1:] == (price, 1_000_000)


@pytest.mark.parametrize(
    "title",
    [
        "Mắm ruốc Bà Rịa – loại 1 «đặc biệt»",
        "Mật ong 🍯 𠮷",
        "<script>alert(1)</script>",
        '=HYPERLINK("http://evil.example")',
        "+84 không phải số",
        'Giá & chất; "lượng", 100%',
    ],
)
def test_texts_arrive_as_they_are(world: World, title: str) -> None:
    for form in ("NFC", "NFD"):
        shown = world.shown(document(title=unicodedata.normalize(form, title)))[0]
        assert shown == unicodedata.normalize("NFC", title)


def test_pending_then_rejected_with_two_reasons_then_corrected_and_live(world: World) -> None:
    assert world.reviewed(document(), PENDING).state is PENDING
    rejected = world.reviewed(document(), REJECTED, ("Ảnh mờ", "Thiếu giấy <b>ATTP</b>"))
    assert (rejected.state, rejected.reasons) == (REJECTED, ("Ảnh mờ", "Thiếu giấy <b>ATTP</b>"))
    live = world.reviewed(document(title="Nước mắm Phan Thiết"), LIVE)
    assert (live.state, live.reasons) == (LIVE, ())
    assert live.url.startswith(("https://", "http://127.0.0.1:"))


def test_one_bad_offer_is_named_and_stops_no_other(world: World) -> None:
    remote = world.adapter.put_content(world.connection, document(), None, "op").remote or NOWHERE
    offers = [
        OfferDocument("A", remote, 1000, 1),
        OfferDocument("B", remote, 1000, -1),
        OfferDocument("C", remote, 1000, 1),
    ]
    results = world.adapter.put_offers(world.connection, offers, "op")
    fine = ItemOutcome.DONE if world.adapter.capabilities(world.connection).separate_offers else ItemOutcome.WAITING
    assert [(item.sku, item.outcome) for item in results] == [
        ("A", fine),
        ("B", ItemOutcome.FAILED),
        ("C", fine),
    ]
    assert [issue.field for issue in results[1].issues] == ["stock"]


def test_withdrawing_twice_is_as_good_as_once(world: World) -> None:
    if not world.adapter.capabilities(world.connection).can_withdraw:
        pytest.skip("the platform cannot take a listing down")
    remote = world.adapter.put_content(world.connection, document(), None, "op").remote or NOWHERE
    states = {world.adapter.withdraw(world.connection, remote, f"op-{number}").state for number in (1, 2)}
    assert len(states) == 1


def test_what_was_created_is_found_and_read_back_equal(world: World) -> None:
    if not world.adapter.capabilities(world.connection).reads_back:
        pytest.skip("the platform cannot be read")
    adapter, connection, ours = world.adapter, world.connection, document()
    assert adapter.find(connection, ours.reference) is None
    remote = adapter.put_content(connection, ours, None, "op").remote
    assert remote is not None
    found = adapter.find(connection, ours.reference)
    fetched = adapter.fetch(connection, remote)
    assert found is not None and found.remote == fetched.remote == remote
    assert changed_fields(ours, fetched) == ()
    edited = replace(ours, description="Khác", unit="thùng")
    adapter.put_content(connection, edited, remote, "op")
    assert changed_fields(ours, adapter.fetch(connection, remote)) == ("description", "unit")
    other = replace(ours.reference, sku=ours.reference.sku.lower())
    assert adapter.find(connection, other) is None


def test_a_platform_that_cannot_be_read_says_so_instead_of_guessing(world: World) -> None:
    if world.adapter.capabilities(world.connection).reads_back:
        pytest.skip("the platform can be read")
    with pytest.raises(Unsupported):
        world.adapter.find(world.connection, document().reference)
    with pytest.raises(Unsupported):
        world.adapter.fetch(world.connection, NOWHERE)


def test_hiding_and_showing(world: World) -> None:
    capabilities = world.adapter.capabilities(world.connection)
    if not (capabilities.can_hide and capabilities.reads_back):
        pytest.skip("the platform cannot hide a listing, or cannot be read")
    remote = world.adapter.put_content(world.connection, document(), None, "op").remote
    assert remote is not None
    for visible in (False, False, True):
        world.adapter.set_visibility(world.connection, remote, visible, "op")
        assert world.adapter.fetch(world.connection, remote).is_visible is visible
