"""What a marketplace adapter must do: the one place the engine and the screens import from.

Two kinds stand behind one contract: adapters that call a server, and adapters that hand a person a
sheet and read the sheet that comes back. Callers branch on `Capabilities`, never on a platform's name.
All operations may be repeated after `find`; none keeps state between calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol, TypeAlias, runtime_checkable

from market.platforms.capabilities import (
    AdapterKind,
    AuthWay,
    Capabilities,
    CategoryWay,
    MediaWay,
    OrdersWay,
    ReviewWay,
    TextCount,
)
from market.platforms.connecting import (
    ConnectionSettings,
    Credentials,
    FreeGate,
    Gate,
    Health,
    HealthState,
    RateNotice,
)
from market.platforms.documents import (
    BadgeDocument,
    ListingDocument,
    ListingReference,
    OfferDocument,
    PaperDocument,
    PhotoReference,
    RemoteIds,
    SheetLine,
    SheetTask,
    kept_text,
    normalised_text,
    payload_hash,
)
from market.platforms.failures import (
    AuthExpired,
    AuthRevoked,
    Conflict,
    ConflictKind,
    ContractBroken,
    NotFound,
    OutcomeUnknown,
    Permanent,
    PlatformFailure,
    PushRefused,
    RateLimited,
    RejectedByReview,
    ResultFileRefused,
    Retryable,
    ShopSuspended,
    Unsupported,
    ValidationFailed,
    pause_seconds,
)
from market.platforms.remote import (
    Issue,
    ItemOutcome,
    ItemResult,
    MediaReference,
    RemotePage,
    RemoteSnapshot,
    ReviewResult,
    ReviewState,
    Severity,
    Submission,
    SubmissionState,
    changed_fields,
)
from market.platforms.remote_categories import CategoryPage, RemoteCategory, RuleSet
from market.platforms.remote_orders import OrderPage, OrderState, PushEvent, PushKind, RemoteOrder, RemoteOrderLine

__all__ = [
    "AdapterKind",
    "ApiAdapter",
    "Artifact",
    "AuthExpired",
    "AuthRevoked",
    "AuthWay",
    "BadgeDocument",
    "Capabilities",
    "CategoryPage",
    "CategoryWay",
    "Conflict",
    "ConflictKind",
    "ConnectionSettings",
    "ContractBroken",
    "Credentials",
    "FileAdapter",
    "FreeGate",
    "Gate",
    "Health",
    "HealthState",
    "Issue",
    "ItemOutcome",
    "ItemResult",
    "ListingDocument",
    "ListingReference",
    "MediaReference",
    "MediaWay",
    "NotFound",
    "OfferDocument",
    "OrderPage",
    "OrderState",
    "OrdersWay",
    "OutcomeUnknown",
    "PaperDocument",
    "Permanent",
    "PhotoReference",
    "PlatformAdapter",
    "PlatformFailure",
    "PushEvent",
    "PushKind",
    "PushRefused",
    "RateLimited",
    "RateNotice",
    "RejectedByReview",
    "RemoteCategory",
    "RemoteIds",
    "RemoteOrder",
    "RemoteOrderLine",
    "RemotePage",
    "RemoteSnapshot",
    "ResultFileRefused",
    "Retryable",
    "ReviewResult",
    "ReviewState",
    "ReviewWay",
    "RuleSet",
    "Severity",
    "SheetLine",
    "SheetTask",
    "ShopSuspended",
    "Submission",
    "SubmissionState",
    "TextCount",
    "Unsupported",
    "ValidationFailed",
    "adapter_for",
    "changed_fields",
    "kept_text",
    "normalised_text",
    "pause_seconds",
    "payload_hash",
    "register_adapter",
    "registered_adapters",
]


@dataclass(frozen=True)
class Artifact:
    """A file for a person. `count` listings are inside; `left_out` names the others and why."""

    file_name: str
    content: bytes = field(repr=False)
    content_type: str
    count: int
    left_out: tuple[ItemResult, ...] = ()


class PlatformAdapter(Protocol):
    """The operations that both kinds have. Trouble outside raises PlatformFailure and nothing else.

    `operation_id` is the caller's name for one intended write, for logs and for platforms that know
    idempotency keys.
    """

    @property
    def key(self) -> str:
        """The name the adapter is registered under."""
        ...

    def capabilities(self, connection: ConnectionSettings) -> Capabilities:
        """What the platform can do; no network."""
        ...

    def health(self, connection: ConnectionSettings) -> Health:
        """Whether calls would be served now. Never raises PlatformFailure."""
        ...

    def validate(
        self, connection: ConnectionSettings, document: ListingDocument, *, remote: bool = False
    ) -> tuple[Issue, ...]:
        """What must (BLOCK) or should (WARN) be mended before a push; no network. With `remote` the platform is asked as well
        what it would say of a push, which writes nothing there. Raises Unsupported where it has no dry run (`remote_validate`)."""
        ...

    def categories(self, connection: ConnectionSettings, cursor: str = "") -> CategoryPage:
        """A part of the platform's own categories, parents before children. Raises Unsupported where it tells none."""
        ...

    def category_rules(self, connection: ConnectionSettings, category: str) -> RuleSet:
        """What the platform asks of goods in this category of its own today. Raises NotFound for a category that it does not have,
        Unsupported where it tells no rules."""
        ...

    def find(self, connection: ConnectionSettings, reference: ListingReference) -> RemoteSnapshot | None:
        """The remote object with exactly our SKU, or None. Raises Conflict when there are several,
        Unsupported where the platform cannot be asked."""
        ...

    def put_media(self, connection: ConnectionSettings, photo: PhotoReference, operation_id: str) -> MediaReference:
        """Give the platform one photo, unless it holds the same bytes already."""
        ...

    def put_content(
        self,
        connection: ConnectionSettings,
        document: ListingDocument,
        remote: RemoteIds | None,
        operation_id: str,
    ) -> Submission:
        """Create (`remote` None) or replace a listing's content. Raises ValidationFailed before any call
        when the document has a blocking issue."""
        ...

    def put_offers(
        self, connection: ConnectionSettings, offers: Sequence[OfferDocument], operation_id: str
    ) -> list[ItemResult]:
        """Set price and stock of several listings: one result per offer, in order.
        A bad one stops no other."""
        ...

    def set_visibility(
        self, connection: ConnectionSettings, remote: RemoteIds, visible: bool, operation_id: str
    ) -> Submission:
        """Show or hide a listing without removing it."""
        ...

    def withdraw(self, connection: ConnectionSettings, remote: RemoteIds, operation_id: str) -> Submission:
        """Take a listing off the platform; done as well when it is gone already."""
        ...

    def poll(self, connection: ConnectionSettings, submission: Submission) -> ReviewResult:
        """What became of a submission. UNKNOWN where only a person can say."""
        ...

    def fetch(self, connection: ConnectionSettings, remote: RemoteIds) -> RemoteSnapshot:
        """The remote object as it is now. Raises NotFound, or Unsupported where it cannot be read."""
        ...

    def list_remote(self, connection: ConnectionSettings, cursor: str = "") -> RemotePage:
        """A part of everything this connection holds there, also what we did not make; objects that come or go meanwhile may
        be missing or come twice. Raises Unsupported where it cannot be listed."""
        ...

    def pull_orders(self, connection: ConnectionSettings, since: datetime, cursor: str = "") -> OrderPage:
        """A part of the orders that changed at or after `since` (aware), in the order of their changes. Clocks differ and orders
        come late: asking again for a time before is the caller's job. Raises Conflict (VERSION) for a cursor that the platform no longer takes:
        begin again at `since`; Unsupported where orders cannot be asked for."""
        ...

    def parse_push(
        self, connection: ConnectionSettings, headers: Mapping[str, str], raw: bytes
    ) -> tuple[PushEvent, ...]:
        """The hints in a message that came to us, in its order. The signature is proved on the raw bytes before any of them is
        understood; no network. Header names are compared without regard to case. Raises PushRefused for a wrong signature or a message that is too old to be
        told from a repeated one, ContractBroken when what is signed is not as documented, Unsupported where nothing is pushed."""
        ...


@runtime_checkable
class ApiAdapter(PlatformAdapter, Protocol):
    """The kind that calls a server."""

    @property
    def credential_names(self) -> Mapping[str, str]:
        """What a person types in to authorise: our name → a label in Vietnamese."""
        ...

    def authorise(self, connection: ConnectionSettings, answers: Mapping[str, str]) -> Credentials:
        """Credentials from what a person typed in (`credential_names`), proved by a call. Raises AuthRevoked when they are
        wrong."""
        ...

    def refresh_auth(self, connection: ConnectionSettings) -> Credentials:
        """New credentials for expired ones. The old ones may be worth nothing from now on: the caller holds a lock and saves
        before it uses them. Raises AuthRevoked, or Unsupported where nothing can be renewed."""
        ...


@runtime_checkable
class FileAdapter(PlatformAdapter, Protocol):
    """The kind that works through a person and a sheet: same data, no network."""

    def export(
        self,
        connection: ConnectionSettings,
        documents: Sequence[ListingDocument],
        lines: Mapping[str, SheetLine] | None = None,
        batch: str = "",
    ) -> Artifact:
        """The upload pack for these listings. Listings with a blocking issue are left out and named.

        `lines` by SKU say what shall be done (without them: everything is put up), `batch` is the name that the file bears."""
        ...

    def import_result(self, connection: ConnectionSettings, stream: BinaryIO) -> list[ItemResult]:
        """What the returned sheet claims, one result per filled row. Raises ResultFileRefused."""
        ...

    def check_link(self, url: str) -> RemoteIds:
        """A pasted page address, normalised, with the platform's product number.
        Raises ValidationFailed (field "url") when it is not a product page of this platform."""
        ...


AdapterFactory: TypeAlias = Callable[[], PlatformAdapter]


_factories: dict[str, AdapterFactory] = {}
_labels: dict[str, str] = {}


def register_adapter(key: str, factory: AdapterFactory, *, label: str = "") -> None:
    """Make an adapter known under `key`. `label` names the software in words, for a person who connects a platform with it ("": it serves
    platforms of the reference data alone). Raises ValueError when another factory holds the key."""
    if _factories.setdefault(key, factory) is not factory:
        raise ValueError(f"an adapter is registered as {key!r} already")
    if label:
        _labels[key] = label


def software_of(key: str) -> str:
    """The `label` of an adapter, "" without one."""
    return _labels.get(key, "")


def connectable_adapters() -> dict[str, str]:
    """What a person may connect a platform with: key → label, by label."""
    return dict(sorted(_labels.items(), key=lambda item: item[1]))


def adapter_for(key: str) -> PlatformAdapter:
    """The adapter registered under `key`. Raises Unsupported when there is none."""
    try:
        factory = _factories[key]
    except KeyError:
        raise Unsupported(f"no adapter is registered as {key!r}") from None
    return factory()


def registered_adapters() -> tuple[str, ...]:
    """The keys of all registered adapters, sorted."""
    return tuple(sorted(_factories))
