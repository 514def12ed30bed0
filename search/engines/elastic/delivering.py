"""Changes in bulk, as fast as the server takes them and no faster."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from search.documents.models import SearchDocument
from search.engines.contract import EngineUnavailable
from search.engines.elastic.connecting import WRITE_SECONDS
from search.engines.elastic.documents import source_of

BULK = 500  # documents in one request, when nothing is in the way
FIRST_PAUSE, LONGEST_PAUSE, MOST_PAUSES = 0.2, 5.0, 8  # seconds, seconds, in a row
# A document that was removed never comes back under its number: no version is later than this one.
REMOVED = 1 << 62
_TOO_MUCH = {429, 413}
_KNOWN = 409  # there already, as new or newer


@dataclass(frozen=True)
class Change:
    """A document as it is now; without a source it is gone."""

    document_id: int
    version: int
    source: dict[str, Any] | None


@dataclass
class Pressure:
    """How much at once: half as much when the server says it is too much, slowly more again afterwards."""

    size: int = BULK
    pauses: int = 0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def less(self) -> None:
        """Half as much, after a pause. Raises EngineUnavailable when that has not helped for long."""
        self.size = max(1, self.size // 2)
        self.pauses += 1
        if self.pauses > MOST_PAUSES:
            raise EngineUnavailable("too much, however little")
        self.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.pauses - 1)))

    def went_well(self) -> None:
        self.pauses = 0
        self.size = min(BULK, self.size + max(1, self.size // 2))


def changes_of(document_ids: Iterable[int]) -> list[Change]:
    """What is to be told of these documents now, whatever happened to them before."""
    wanted = sorted(set(document_ids))
    rows = SearchDocument.objects.in_bulk(wanted)
    return [
        Change(pk, rows[pk].version, source_of(rows[pk])) if pk in rows else Change(pk, REMOVED, None) for pk in wanted
    ]


def deliver(client: Elasticsearch, index: str, changes: Sequence[Change], pressure: Pressure) -> dict[int, str]:
    """Bring changes into an index; returns the reasons of what the server refuses by document. What it knows already, or newer,
    stays. Raises EngineUnavailable (and what was delivered may be delivered again)."""
    waiting, refused = deque(changes), dict[int, str]()
    while waiting:
        chunk = [waiting.popleft() for _ in range(min(pressure.size, len(waiting)))]
        later, reasons = _sent(client, index, chunk)
        refused.update(reasons)
        if not later:
            pressure.went_well()
            continue
        waiting.extendleft(reversed(later))
        pressure.less()
    return refused


def _sent(client: Elasticsearch, index: str, chunk: list[Change]) -> tuple[list[Change], dict[int, str]]:
    """(what was too much, what was refused and why) of one request."""
    operations = [line for change in chunk for line in _operation(change)]
    try:
        # Through an alias of this index alone: an index that is gone is never made again by being written to.
        answer = client.options(request_timeout=WRITE_SECONDS).bulk(
            operations=operations, index=entrance(index), require_alias=True
        )
    except ApiError as problem:
        if problem.status_code == 413 and len(chunk) == 1:
            return [], {chunk[0].document_id: "413 too large for the server"}
        if problem.status_code in _TOO_MUCH:
            return chunk, {}
        raise
    later, refused = [], dict[int, str]()
    for change, item in zip(chunk, answer["items"], strict=True):
        (outcome,) = item.values()
        status = outcome["status"]
        if status in _TOO_MUCH:
            later.append(change)
        elif status >= 500 or _is_gone(outcome):
            raise EngineUnavailable(f"{status} {_kind(outcome)}")
        elif status >= 400 and status != _KNOWN and not (status == 404 and change.source is None):
            refused[change.document_id] = f"{status} {_kind(outcome)}: {_reason(outcome)}"[:300]
    return later, refused


def entrance(index: str) -> str:
    """The alias through which an index is written to."""
    return f"{index}-in"


def _operation(change: Change) -> list[dict[str, Any]]:
    head = {"_id": str(change.document_id), "version": change.version, "version_type": "external_gte"}
    return [{"delete": head}] if change.source is None else [{"index": head}, change.source]


def _is_gone(outcome: dict[str, Any]) -> bool:
    return outcome["status"] == 404 and "index_not_found" in _kind(outcome)


def _kind(outcome: dict[str, Any]) -> str:
    error = outcome.get("error")
    return str(error.get("type", "")) if isinstance(error, dict) else str(error or "")


def _reason(outcome: dict[str, Any]) -> str:
    error = outcome.get("error")
    if not isinstance(error, dict):
        return ""
    cause = error.get("caused_by")
    return f"{error.get('reason', '')} {cause.get('reason', '') if isinstance(cause, dict) else ''}".strip()
