"""How an entry is turned into bytes and into a link of the chain. Pure: no database."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

START = "0" * 64  # what the first link takes for the one before


def entry_bytes(columns: Mapping[str, Any]) -> bytes:
    """The canonical form of an entry: its columns by name, sorted, as JSON in UTF-8; empty ones are left out, so that
    a column added later leaves the form of older entries as it was."""
    said = {name: _plain(value) for name, value in columns.items() if value is not None and value != ""}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def link_hash(before: str, position: int, sealed_at: datetime, entry: bytes) -> str:
    """SHA-256 over the link before, the position, the moment of sealing and the entry; 64 hex digits."""
    head = f"{before}\n{position}\n{_plain(sealed_at)}\n".encode()
    return hashlib.sha256(head + entry).hexdigest()


def changes_text(changes: Mapping[str, tuple[str, str]]) -> str:
    """What changed as stored text: name → [old, new]; names whose value stayed are left out; "" for no change."""
    said = {name: [old, new] for name, (old, new) in changes.items() if old != new}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else ""


def digest(salt: str, text: str) -> str:
    """The salted hash that the entry keeps of a text; without the salt it fits any text."""
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
