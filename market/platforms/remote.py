"""What a platform says of a listing, in our words: reviews, refusals, what it holds now, and where that differs from ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from market.platforms.documents import ListingDocument, RemoteIds, normalised_text, payload_hash


class Severity(StrEnum):
    """BLOCK stops the push, WARN only advises."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True)
class Issue:
    """One thing to mend. `field` is a path in ListingDocument ("" when the platform names none of ours).

    `message_vi` is ours; `remote_text` is the platform's own words: untrusted, escaped where shown. `rule_version` is the
    version of the rules that it broke, where one is told.
    """

    code: str
    field: str
    severity: Severity
    message_vi: str
    remote_text: str = ""
    rule_version: str = ""


class ReviewState(StrEnum):
    """What the platform says of a listing. UNKNOWN: it says nothing we may rely on; keep what is known."""

    PENDING = "pending"
    LIVE = "live"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ReviewResult:
    """The review as read at `seen_at` (aware, UTC), with the reasons of a refusal."""

    state: ReviewState
    reasons: tuple[Issue, ...] = ()
    seen_at: datetime | None = None


class SubmissionState(StrEnum):
    """ACCEPTED starts the review clock and is never "live"; AWAITING_OPERATOR waits for a person."""

    ACCEPTED = "accepted"
    AWAITING_OPERATOR = "awaiting_operator"


@dataclass(frozen=True)
class Submission:
    """A write that the other side took. `remote` is None while a sheet has not come back."""

    submission_id: str
    operation_id: str
    state: SubmissionState
    submitted_at: datetime
    remote: RemoteIds | None = None
    expected_by: datetime | None = None


@dataclass(frozen=True)
class MediaReference:
    """A photo that the platform holds: our digest and its id."""

    sha256: str
    remote_id: str


class ItemOutcome(StrEnum):
    """DONE/FAILED answer a call; LIVE_CLAIMED/REJECTED/WAITING/GONE_CLAIMED are what a result sheet says of a row (DONE there:
    the page that is known was changed).

    A claim is not evidence: somebody looks at the page before the listing counts as seen live.
    UNKNOWN: neither may be concluded; the issues say why.
    """

    DONE = "done"
    FAILED = "failed"
    LIVE_CLAIMED = "live_claimed"
    REJECTED = "rejected"
    WAITING = "waiting"
    GONE_CLAIMED = "gone_claimed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ItemResult:
    """What became of one item of a batch. `row` is the line of a sheet as a person counts it (from 1), `batch` the words in
    which it names its batch ("" when it names none)."""

    sku: str
    outcome: ItemOutcome
    remote: RemoteIds | None = None
    issues: tuple[Issue, ...] = ()
    failure: Exception | None = field(default=None, compare=False)
    row: int | None = None
    batch: str = ""


@dataclass(frozen=True)
class RemoteSnapshot:
    """A listing as the platform holds it now, in our words."""

    remote: RemoteIds
    sku: str
    title: str
    description: str
    category_code: str
    price: int
    unit: str
    net_weight_grams: int | None
    stock: int
    photo_digests: tuple[str, ...]
    origin_commune: str
    origin_province: str
    producer_name: str
    badge_codes: tuple[str, ...]
    is_visible: bool
    review: ReviewResult
    updated_at: datetime | None = None
    paper_numbers: tuple[str, ...] | None = None
    ingredients: str | None = None
    warnings: str | None = None
    shelf_life: str | None = None

    @cached_property
    def remote_hash(self) -> str:
        """Equal as long as nothing that people see there has changed."""
        return payload_hash(
            {
                "product_id": self.remote.product_id,
                **{name: getattr(self, name) for name in (*COMPARED, *COMPARED_IF_SHOWN)},
                "photos": list(self.photo_digests),
                "badges": list(self.badge_codes),
                "papers": None if self.paper_numbers is None else list(self.paper_numbers),
                "is_visible": self.is_visible,
                "state": self.review.state.value,
            }
        )


@dataclass(frozen=True)
class RemotePage:
    """A part of everything a connection holds there, and the cursor of the next part ("" at the end)."""

    items: tuple[RemoteSnapshot, ...]
    next_cursor: str = ""


# Fields that a snapshot always tells, and those that are None where a platform keeps no such field.
COMPARED = (
    *("title", "description", "category_code", "price", "unit", "net_weight_grams", "stock"),
    *("origin_commune", "origin_province", "producer_name"),
)
COMPARED_IF_SHOWN = ("ingredients", "warnings", "shelf_life")


def changed_fields(document: ListingDocument, snapshot: RemoteSnapshot) -> tuple[str, ...]:
    """The names of our fields that differ on the platform, in document order (spelling alone is no drift, and neither is a
    field that the platform does not have)."""
    shown = [name for name in COMPARED_IF_SHOWN if getattr(snapshot, name) is not None]
    names = (*COMPARED, *shown)
    changed = [name for name in names if _differs(getattr(document, name), getattr(snapshot, name))]
    if tuple(photo.sha256 for photo in document.photos) != snapshot.photo_digests:
        changed.append("photos")
    if tuple(badge.check_code for badge in document.badges) != snapshot.badge_codes:
        changed.append("badges")
    if snapshot.paper_numbers is not None and tuple(each.number for each in document.papers) != snapshot.paper_numbers:
        changed.append("papers")
    return tuple(changed)


def _differs(ours: str | int | None, theirs: str | int | None) -> bool:
    if isinstance(ours, str) and isinstance(theirs, str):
        return normalised_text(ours) != normalised_text(theirs)
    return ours != theirs
