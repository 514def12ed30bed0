"""What a marketplace adapter must do: the one place the engine and the screens import from.

Two kinds stand behind one contract: adapters that call a server, and adapters that hand a person a
sheet and read the sheet that comes back. Callers branch on `Capabilities`, never on a platform's name.
All operations may be repeated after `find`; none keeps state between calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Protocol, TypeAlias, runtime_checkable

from market.platforms.documents import (
    BadgeDocument,
    Issue,
    ItemOutcome,
    ItemResult,
    ListingDocument,
    ListingReference,
    MediaReference,
    OfferDocument,
    PhotoReference,
    RemoteIds,
    RemoteSnapshot,
    ReviewResult,
    ReviewState,
    Severity,
    Submission,
    SubmissionState,
    changed_fields,
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
    RateLimited,
    RejectedByReview,
    ResultFileRefused,
    Retryable,
    ShopSuspended,
    Unsupported,
    ValidationFailed,
    pause_seconds,
)

__all__ = [
    "AdapterKind",
    "ApiAdapter",
    "Artifact",
    "AuthExpired",
    "AuthRevoked",
    "BadgeDocument",
    "Capabilities",
    "Conflict",
    "ConflictKind",
    "ConnectionSettings",
    "ContractBroken",
    "FileAdapter",
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
    "OutcomeUnknown",
    "Permanent",
    "PhotoReference",
    "PlatformAdapter",
    "PlatformFailure",
    "RateLimited",
    "RejectedByReview",
    "RemoteIds",
    "RemoteSnapshot",
    "ResultFileRefused",
    "Retryable",
    "ReviewResult",
    "ReviewState",
    "ReviewWay",
    "Severity",
    "ShopSuspended",
    "Submission",
    "SubmissionState",
    "Unsupported",
    "ValidationFailed",
    "adapter_for",
    "changed_fields",
    "normalised_text",
    "pause_seconds",
    "payload_hash",
    "register_adapter",
    "registered_adapters",
]


@dataclass(frozen=True)
class ConnectionSettings:
    """One shop's way to one platform.

    `base_url` is where calls go, `public_url` where buyers look, `credentials` by the adapter's own names
    (never shown in a repr). `allow_private` lets calls reach this machine's own network: for doubles only.
    `read_timeout` bounds one whole answer, in seconds.
    """

    base_url: str = ""
    public_url: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    allow_private: bool = False
    read_timeout: float = 20.0


class AdapterKind(StrEnum):
    """API calls a server; FILE exchanges sheets through a person."""

    API = "api"
    FILE = "file"


class ReviewWay(StrEnum):
    """Whether the platform reviews content, and whether the answer comes at once."""

    NONE = "none"
    SYNC = "sync"
    ASYNC = "async"


class MediaWay(StrEnum):
    """Photos are pushed as bytes, pulled from our address, or packed beside a sheet."""

    PUSH = "push"
    PULL = "pull"
    PACK = "pack"


@dataclass(frozen=True)
class Capabilities:
    """What a platform can do and what it asks for. Limits are data of `rule_version`, not of our code.

    Lengths count Unicode code points of NFC text; money is whole đồng; photo sizes are bytes.
    `reads_back`: find, fetch and poll see the platform itself. `page_links`: buyers' pages can be checked.
    `settling_seconds`: after an unknown outcome, a `find` that finds nothing counts only when this much time
    has passed, for a write may still be under way when our patience ends.
    """

    kind: AdapterKind
    rule_version: str
    reads_back: bool
    lookup_by_reference: bool
    sku_unique: bool
    review: ReviewWay
    rejection_reasons: bool
    media: MediaWay
    separate_offers: bool
    can_hide: bool
    can_withdraw: bool
    title_maximum: int
    description_maximum: int
    photo_maximum: int
    photo_bytes_maximum: int
    title_minimum: int = 1
    photo_minimum: int = 0
    photo_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp")
    price_minimum: int = 1
    price_maximum: int = 1_000_000_000
    stock_maximum: int = 1_000_000
    needs_net_weight: bool = False
    needs_category: bool = False
    page_links: bool = False
    review_hours: int | None = None
    settling_seconds: float = 0.0


class HealthState(StrEnum):
    """DEGRADED: it answers, but not as it should. WRONG_KEY is told apart from DOWN."""

    OK = "ok"
    DEGRADED = "degraded"
    WRONG_KEY = "wrong_key"
    DOWN = "down"


@dataclass(frozen=True)
class Health:
    """The state of a connection at `checked_at` (aware, UTC), with a sentence for its owner."""

    state: HealthState
    checked_at: datetime
    message_vi: str = ""


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

    def validate(self, connection: ConnectionSettings, document: ListingDocument) -> tuple[Issue, ...]:
        """What must (BLOCK) or should (WARN) be mended before a push; no network."""
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


class ApiAdapter(PlatformAdapter, Protocol):
    """The kind that calls a server."""


@runtime_checkable
class FileAdapter(PlatformAdapter, Protocol):
    """The kind that works through a person and a sheet: same data, no network."""

    def export(self, connection: ConnectionSettings, documents: Sequence[ListingDocument]) -> Artifact:
        """The upload pack for these listings. Listings with a blocking issue are left out and named."""
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


def register_adapter(key: str, factory: AdapterFactory) -> None:
    """Make an adapter known under `key`. Raises ValueError when another factory holds the key."""
    if _factories.setdefault(key, factory) is not factory:
        raise ValueError(f"an adapter is registered as {key!r} already")


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
