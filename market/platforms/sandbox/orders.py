"""Orders that buyers placed on the marketplace: in one SQLite file, read by their latest change."""

from __future__ import annotations

import base64
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE_SIZE = 20
BUYER = {"name": "Người mua thử", "phone": "0900000000", "address": "1 Đường Thử, Phường Thử"}


class BadCursor(ValueError):
    """A cursor that this marketplace did not give out."""


class OrderBook:
    """All orders. Every method is one transaction; threads may share the object."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "orders.sqlite3"
        with self._open() as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
                " updated_at REAL NOT NULL, body TEXT NOT NULL)"
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._file, timeout=10, isolation_level="IMMEDIATE")
        database.execute("PRAGMA synchronous=OFF")
        try:
            with database:
                yield database
        finally:
            database.close()

    def put(self, given: dict[str, Any]) -> dict[str, Any]:
        """Place an order, or change the one with this `id`. Whatever is given is kept as it is, also what no documentation
        knows; times are ISO texts, the present where none is given."""
        now = time.time()
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            count = database.execute("SELECT coalesce(max(number), 0) + 1 FROM orders").fetchone()[0]
            order_id = str(given.get("id") or f"DH-{count:06}")
            row = database.execute("SELECT body FROM orders WHERE id = ?", [order_id]).fetchone()
            order = {**(json.loads(row[0]) if row else _fresh(now)), **given, "id": order_id}
            order["updated_at"] = given.get("updated_at") or _iso(now)
            changed = datetime.fromisoformat(order["updated_at"]).timestamp()
            database.execute(
                "INSERT INTO orders (id, updated_at, body) VALUES (?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, body = excluded.body",
                [order_id, changed, json.dumps(order, ensure_ascii=False)],
            )
        return order

    def page(self, since: float, cursor: str, *, again: bool = False) -> tuple[list[dict[str, Any]], str]:
        """Orders changed at or after `since`, those behind the cursor, and the next cursor. `again`: the page before this one
        once more. Raises BadCursor."""
        at, number = _behind(cursor) if cursor else (since, 0)
        order, sign = ("DESC", "<=") if again else ("ASC", ">")
        query = (
            f"SELECT updated_at, number, body FROM orders WHERE updated_at >= ? AND (updated_at, number) {sign} (?, ?)"
            f" ORDER BY updated_at {order}, number {order} LIMIT ?"
        )
        with self._open() as database:
            rows = database.execute(query, [since, at, number, PAGE_SIZE + 1]).fetchall()
        if again:
            return [json.loads(row[2]) for row in reversed(rows[:PAGE_SIZE])], cursor
        following = _cursor(rows[PAGE_SIZE - 1]) if len(rows) > PAGE_SIZE else ""
        return [json.loads(row[2]) for row in rows[:PAGE_SIZE]], following

    def reset(self) -> None:
        """Forget everything."""
        with self._open() as database:
            database.execute("DELETE FROM orders")


def _fresh(now: float) -> dict[str, Any]:
    fees = {"shipping_vnd": 0, "platform_fee_vnd": 0}
    return {"status": "new", "placed_at": _iso(now), "lines": [], **fees, "buyer": BUYER}


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _cursor(row: tuple[float, int, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps([row[0], row[1]]).encode()).decode()


def _behind(cursor: str) -> tuple[float, int]:
    try:
        at, number = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return float(at), int(number)
    except (ValueError, TypeError) as error:
        raise BadCursor(cursor) from error
