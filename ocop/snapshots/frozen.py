"""The canonical text under a snapshot's two digests: the same rows and figures give the same bytes in every database. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def canonical(value: Any) -> str:
    """A value as JSON of which there is only one: keys sorted, nothing escaped that need not be, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(lines: Iterable[str]) -> str:
    """SHA-256 (hex) over lines, each with its line end, in the order given."""
    found = hashlib.sha256()
    for line in lines:
        found.update(line.encode())
        found.update(b"\n")
    return found.hexdigest()


def rows_digest(rows: Iterable[Sequence[Any]]) -> str:
    """Over (subject, number, unit code, former code, sides, evidence digest, traits where there are), by subject and number."""
    return digest(canonical(list(row)) for row in rows)


def figures_digest(head: Mapping[str, Any], figures: Iterable[Sequence[Any]]) -> str:
    """Over what the snapshot is about and its figures (indicator, unit code, former code, …), in their own order."""
    return digest(
        [
            canonical(dict(head)),
            *(canonical(list(each)) for each in sorted(figures, key=lambda row: [str(part) for part in row[:3]])),
        ]
    )


def evidence_digest(evidence: Any) -> str:
    """Over what put one row on its sides."""
    return hashlib.sha256(canonical(evidence).encode()).hexdigest()
