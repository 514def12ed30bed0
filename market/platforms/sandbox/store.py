"""What the marketplace remembers: listings in one SQLite file, photos as files named by their content."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PENDING, ON_SALE, REFUSED, BLOCKED = "pending_review", "on_sale", "refused", "blocked"
PAGE_SIZE = 50
FORBIDDEN_WORD = re.compile(r"\bcấm\b", re.IGNORECASE)
AUTOMATIC_REASONS = (
    {"field": "name", "text": "Tên có từ không được dùng trên sàn."},
    {"field": "detail", "text": "Mô tả chưa nói rõ hàng được phép bán."},
)
SCHEMA = """
CREATE TABLE IF NOT EXISTS listings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seller_sku TEXT NOT NULL,
    content TEXT NOT NULL,
    price_vnd INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    visible INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL,
    reasons TEXT NOT NULL DEFAULT '[]',
    submitted_at REAL NOT NULL,
    updated_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS listings_by_sku ON listings (seller_sku);
CREATE TABLE IF NOT EXISTS media (id TEXT PRIMARY KEY, content_type TEXT NOT NULL);
"""


class DuplicateSku(Exception):
    """The SKU is taken, and this marketplace was started with unique SKUs."""


@dataclass(frozen=True)
class Listing:
    """One listing; `content` is what a moderator judges, as `intake.read_content` makes it."""

    id: int
    seller_sku: str
    content: dict[str, Any]
    price_vnd: int
    quantity: int
    visible: bool
    state: str
    reasons: list[dict[str, str]]
    submitted_at: float
    updated_at: float

    @property
    def is_public(self) -> bool:
        """Whether a buyer may see the page."""
        return self.visible and self.state == ON_SALE


class Store:
    """The marketplace's memory in `folder`. Every method is one transaction; threads may share the object."""

    def __init__(self, folder: Path, *, auto_review_seconds: float | None = None, unique_sku: bool = False) -> None:
        self.folder = folder
        self.photos = folder / "media"
        self.photos.mkdir(parents=True, exist_ok=True)
        self.auto_review_seconds = auto_review_seconds
        self.unique_sku = unique_sku
        with self._open() as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.executescript(SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self.folder / "market.sqlite3", timeout=10, isolation_level="IMMEDIATE")
        database.row_factory = sqlite3.Row
        try:
            with database:
                yield database
        finally:
            database.close()

    def create(self, seller_sku: str, content: Mapping[str, Any], price_vnd: int, quantity: int) -> Listing:
        """A new listing, waiting for review. Raises DuplicateSku only where SKUs are unique."""
        now = time.time()
        with self._open() as database:
            # The lock comes before the look, or two creates could both find the SKU free.
            database.execute("BEGIN IMMEDIATE")
            taken = database.execute("SELECT 1 FROM listings WHERE seller_sku = ?", [seller_sku]).fetchone()
            if self.unique_sku and taken:
                raise DuplicateSku(seller_sku)
            cursor = database.execute(
                "INSERT INTO listings"
                " (seller_sku, content, price_vnd, quantity, state, submitted_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [seller_sku, _dump(content), price_vnd, quantity, PENDING, now, now],
            )
            return _listing(_row(database, cursor.lastrowid or 0))

    def replace(self, listing_id: int, content: Mapping[str, Any]) -> Listing | None:
        """New content; the review starts again."""
        return self._update(listing_id, content=_dump(content), state=PENDING, reasons="[]", submitted_at=time.time())

    def set_offer(self, listing_id: int, price_vnd: int, quantity: int) -> Listing | None:
        """New price and stock; the review is not touched."""
        return self._update(listing_id, price_vnd=price_vnd, quantity=quantity)

    def set_visible(self, listing_id: int, visible: bool) -> Listing | None:
        """Show or hide."""
        return self._update(listing_id, visible=int(visible))

    def review(self, listing_id: int, state: str, reasons: Sequence[Mapping[str, str]] = ()) -> Listing | None:
        """A moderator's decision."""
        return self._update(listing_id, state=state, reasons=_dump(list(reasons)))

    def delete(self, listing_id: int) -> bool:
        """Remove a listing; False when there was none."""
        with self._open() as database:
            return database.execute("DELETE FROM listings WHERE id = ?", [listing_id]).rowcount == 1

    def get(self, listing_id: int) -> Listing | None:
        """One listing in any state."""
        with self._open() as database:
            row = _row(database, listing_id)
            return _listing(row) if row else None

    def listings(
        self,
        *,
        seller_sku: str | None = None,
        states: Sequence[str] = (),
        page: int = 1,
        size: int = PAGE_SIZE,
    ) -> list[Listing]:
        """Listings by id, one page; one more than `size` tells that another page follows."""
        wanted, values = ["1 = 1"], list[Any]()
        if seller_sku is not None:
            wanted.append("seller_sku = ?")
            values.append(seller_sku)
        if states:
            wanted.append(f"state IN ({','.join('?' * len(states))})")
            values.extend(states)
        query = f"SELECT * FROM listings WHERE {' AND '.join(wanted)} ORDER BY id LIMIT ? OFFSET ?"
        with self._open() as database:
            rows = database.execute(query, [*values, size + 1, (page - 1) * size]).fetchall()
        return [_listing(row) for row in rows]

    def count(self) -> int:
        """How many listings there are, in any state."""
        with self._open() as database:
            return int(database.execute("SELECT count(*) FROM listings").fetchone()[0])

    def review_due(self, now: float) -> None:
        """Decide what has waited long enough, when the marketplace reviews by itself."""
        if self.auto_review_seconds is None:
            return
        with self._open() as database:
            rows = database.execute(
                "SELECT id, content FROM listings WHERE state = ? AND submitted_at <= ?",
                [PENDING, now - self.auto_review_seconds],
            ).fetchall()
            for row in rows:
                name = unicodedata.normalize("NFC", json.loads(row["content"])["name"])
                refused = FORBIDDEN_WORD.search(name) is not None
                database.execute(
                    "UPDATE listings SET state = ?, reasons = ?, updated_at = ? WHERE id = ?",
                    [
                        REFUSED if refused else ON_SALE,
                        _dump(AUTOMATIC_REASONS if refused else []),
                        now,
                        row["id"],
                    ],
                )

    def keep_photo(self, photo: bytes, content_type: str) -> str:
        """Store a photo once by its content; the id says so."""
        digest = hashlib.sha256(photo).hexdigest()
        (self.photos / digest).write_bytes(photo)
        with self._open() as database:
            database.execute("INSERT OR IGNORE INTO media VALUES (?, ?)", [digest, content_type])
        return photo_id(digest)

    def photo(self, media_id: str) -> tuple[Path, str] | None:
        """The file and the content type of a photo."""
        digest = media_id.removeprefix("m-")
        with self._open() as database:
            row = database.execute("SELECT content_type FROM media WHERE id = ?", [digest]).fetchone()
        return (self.photos / digest, row["content_type"]) if row else None

    def reset(self) -> None:
        """Forget everything."""
        with self._open() as database:
            database.execute("DELETE FROM listings")
            database.execute("DELETE FROM media")
        for photo in self.photos.iterdir():
            photo.unlink()

    def _update(self, listing_id: int, **columns: Any) -> Listing | None:
        columns["updated_at"] = time.time()
        changes = ", ".join(f"{name} = ?" for name in columns)
        with self._open() as database:
            database.execute(
                f"UPDATE listings SET {changes} WHERE id = ?",
                [*columns.values(), listing_id],
            )
            row = _row(database, listing_id)
            return _listing(row) if row else None


def photo_id(digest: str) -> str:
    """The marketplace's name for the photo with this SHA-256."""
    return f"m-{digest}"


def _row(database: sqlite3.Connection, listing_id: int) -> sqlite3.Row:
    row: sqlite3.Row = database.execute("SELECT * FROM listings WHERE id = ?", [listing_id]).fetchone()
    return row


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _listing(row: sqlite3.Row) -> Listing:
    values = dict(row)
    values["content"] = json.loads(values["content"])
    values["reasons"] = json.loads(values["reasons"])
    values["visible"] = bool(values["visible"])
    return Listing(**values)
