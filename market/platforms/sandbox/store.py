"""What the marketplace remembers: listings in one SQLite file, photos beside it."""

from __future__ import annotations

import re
import sqlite3
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from market.platforms.sandbox.listing import ON_SALE, PENDING, REFUSED, Fate, Listing, dump, dump_fates, listing_of
from market.platforms.sandbox.photos import PhotoShelf

PAGE_SIZE = 50
FORBIDDEN_WORD = re.compile(r"\bcấm\b", re.IGNORECASE)
AUTOMATIC_REASONS = [
    {"field": "name", "text": "Tên có từ không được dùng trên sàn."},
    {"field": "detail", "text": "Mô tả chưa nói rõ hàng được phép bán."},
]
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
    updated_at REAL NOT NULL,
    created_at REAL NOT NULL DEFAULT 0,
    previous TEXT NOT NULL DEFAULT 'null',
    fates TEXT NOT NULL DEFAULT '[]',
    next_at REAL
);
CREATE INDEX IF NOT EXISTS listings_by_sku ON listings (seller_sku);
CREATE INDEX IF NOT EXISTS listings_by_fate ON listings (next_at) WHERE next_at IS NOT NULL;
"""


class DuplicateSku(Exception):
    """The SKU is taken, and this marketplace keeps SKUs unique."""


class Store:
    """The marketplace's memory in `folder`. Every method is one transaction; threads may share the object."""

    def __init__(self, folder: Path) -> None:
        self.photos = PhotoShelf(folder / "photos")
        # The name says which columns are in it: a file of an earlier marketplace is left alone.
        self._file = folder / "listings-2.sqlite3"
        with self._open() as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.executescript(SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._file, timeout=10, isolation_level="IMMEDIATE")
        database.row_factory = sqlite3.Row
        # A simulation may forget its last second when the power fails; waiting for the disk would set its pace.
        database.execute("PRAGMA synchronous=OFF")
        try:
            with database:
                yield database
        finally:
            database.close()

    def create(
        self,
        seller_sku: str,
        content: Mapping[str, Any],
        price_vnd: int,
        quantity: int,
        *,
        is_unique: bool = False,
        fates: Sequence[Fate] = (),
    ) -> Listing:
        """A new listing, waiting for review. Raises DuplicateSku where SKUs shall be unique."""
        now = time.time()
        with self._open() as database:
            # The lock comes before the look, or two creates could both find the SKU free.
            database.execute("BEGIN IMMEDIATE")
            taken = database.execute("SELECT 1 FROM listings WHERE seller_sku = ?", [seller_sku]).fetchone()
            if is_unique and taken:
                raise DuplicateSku(seller_sku)
            cursor = database.execute(
                "INSERT INTO listings (seller_sku, content, price_vnd, quantity, state, submitted_at, updated_at,"
                " created_at, fates, next_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [seller_sku, dump(content), price_vnd, quantity, PENDING, now, now, now, *_to_come(fates)],
            )
            return listing_of(_row(database, cursor.lastrowid or 0))

    def replace(self, listing_id: int, content: Mapping[str, Any], *, fates: Sequence[Fate] = ()) -> Listing | None:
        """New content; the review starts again."""
        coming, next_at = _to_come(fates)
        return self._update(
            listing_id,
            content=dump(content),
            state=PENDING,
            reasons="[]",
            submitted_at=time.time(),
            fates=coming,
            next_at=next_at,
        )

    def set_offer(self, listing_id: int, price_vnd: int, quantity: int) -> Listing | None:
        """New price and stock; the review is not touched."""
        return self._update(listing_id, price_vnd=price_vnd, quantity=quantity)

    def set_visible(self, listing_id: int, visible: bool) -> Listing | None:
        """Show or hide."""
        return self._update(listing_id, visible=int(visible))

    def review(self, listing_id: int, state: str, reasons: Sequence[Mapping[str, str]] = ()) -> Listing | None:
        """A moderator's decision; nothing else is to come then."""
        return self._update(listing_id, state=state, reasons=dump(list(reasons)), fates="[]", next_at=None)

    def delete(self, listing_id: int) -> bool:
        """Remove a listing; False when there was none."""
        with self._open() as database:
            return database.execute("DELETE FROM listings WHERE id = ?", [listing_id]).rowcount == 1

    def get(self, listing_id: int) -> Listing | None:
        """One listing in any state."""
        with self._open() as database:
            row = _row(database, listing_id)
            return listing_of(row) if row else None

    def listings(
        self,
        *,
        seller_sku: str | None = None,
        states: Sequence[str] = (),
        start: int = 0,
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
            rows = database.execute(query, [*values, size + 1, start]).fetchall()
        return [listing_of(row) for row in rows]

    def count(self) -> int:
        """How many listings there are, in any state."""
        with self._open() as database:
            return int(database.execute("SELECT count(*) FROM listings").fetchone()[0])

    def decide_due(self, now: float, auto_review_seconds: float | None) -> None:
        """Let happen what was to come, and review what has waited long enough (None: a person does)."""
        with self._open() as database:
            if not _due(database, now, auto_review_seconds):
                return
            # Looked at again under the lock: what was sent anew meanwhile is not decided by what it was before.
            database.execute("BEGIN IMMEDIATE")
            for listing in map(listing_of, _due(database, now, auto_review_seconds)):
                _decide(database, listing, now)

    def reset(self) -> None:
        """Forget everything."""
        with self._open() as database:
            database.execute("DELETE FROM listings")
        self.photos.clear()

    def _update(self, listing_id: int, **columns: Any) -> Listing | None:
        columns["updated_at"] = time.time()
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            row = _row(database, listing_id)
            if row is None:
                return None
            columns["previous"] = listing_of(row).version()
            _write(database, listing_id, columns)
            return listing_of(_row(database, listing_id))


def _due(database: sqlite3.Connection, now: float, auto_review_seconds: float | None) -> list[sqlite3.Row]:
    query, values = "SELECT * FROM listings WHERE next_at <= ?", [now]
    if auto_review_seconds is not None:
        query += f" OR (next_at IS NULL AND state = '{PENDING}' AND submitted_at <= ?)"
        values.append(now - auto_review_seconds)
    return database.execute(query, values).fetchall()


def _decide(database: sqlite3.Connection, listing: Listing, now: float) -> None:
    fate, *later = listing.fates or [_by_itself(listing, now)]
    coming, next_at = _to_come(later)
    columns = {"state": fate.state, "reasons": dump(fate.reasons), "fates": coming, "next_at": next_at}
    _write(database, listing.id, {**columns, "updated_at": now, "previous": listing.version()})


def _by_itself(listing: Listing, now: float) -> Fate:
    """What the marketplace's own reviewer decides."""
    is_refused = FORBIDDEN_WORD.search(unicodedata.normalize("NFC", listing.content["name"])) is not None
    return Fate(now, REFUSED, AUTOMATIC_REASONS) if is_refused else Fate(now, ON_SALE)


def _write(database: sqlite3.Connection, listing_id: int, columns: Mapping[str, Any]) -> None:
    changes = ", ".join(f"{name} = ?" for name in columns)
    database.execute(f"UPDATE listings SET {changes} WHERE id = ?", [*columns.values(), listing_id])


def _to_come(fates: Sequence[Fate]) -> tuple[str, float | None]:
    return dump_fates(list(fates)), fates[0].at if fates else None


def _row(database: sqlite3.Connection, listing_id: int) -> sqlite3.Row:
    row: sqlite3.Row = database.execute("SELECT * FROM listings WHERE id = ?", [listing_id]).fetchone()
    return row
