"""Walking the whole chain: is every sealed entry still there, unchanged and in its place?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Min, TextField
from django.db.models.functions import Cast

from core.audit.chain import START, digest, entry_bytes, link_hash
from core.audit.models import AuditDetail, AuditEntry, AuditSeal
from core.audit.sealing import COLUMNS, unsealed
from core.kit.encryption import Undecipherable, decrypt

AT_ONCE = 5_000
# Along the chain time runs forward, but for transactions that took long. None takes a day: what says so was put in later,
# or a clock was wrong. Hashes cannot tell which, so it is a doubt and no break.
PUT_IN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Broken:
    """The first thing that is wrong. `position` is None for an entry that stands in no link."""

    position: int | None
    entry_id: int | None
    reason: str


@dataclass
class Verdict:
    """What a walk found. `head_hash` is START for an empty chain; `oldest_unsealed` the moment of that entry.

    `doubts` counts entries whose time does not fit their place, behind the last noted head that matched.
    """

    checked: int = 0
    head_position: int = 0
    head_hash: str = START
    unsealed: int = 0
    oldest_unsealed: datetime | None = None
    broken: Broken | None = None
    doubts: int = 0
    first_doubt: Broken | None = None
    details_checked: int = 0
    expected: dict[int, str] = field(default_factory=dict)

    def doubt(self, found: Broken) -> None:
        """Count it; the first is kept."""
        self.doubts += 1
        self.first_doubt = self.first_doubt or found


def verify_chain(
    *,
    expected: Mapping[int, str] | None = None,
    with_details: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Verdict:
    """Walk from the first link to the last one there is now, in batches, and stop at the first break.

    `expected` maps positions to hashes noted outside earlier; `with_details` also holds the texts that are still there
    against their digests; `progress` is told how many links are done. Sealing may go on meanwhile. A time that does not
    fit stops nothing: one clock that was wrong for a day must not hide what is behind it.
    """
    verdict = Verdict(expected=dict(expected or {}))
    last = AuditSeal.objects.aggregate(last=Max("position"))["last"] or 0
    walk = _Walk(verdict, with_details)
    for first in range(1, last + 1, AT_ONCE):
        verdict.broken = walk.batch(first, min(first + AT_ONCE - 1, last))
        if verdict.broken:
            return verdict
        if progress:
            progress(verdict.checked)
    verdict.broken = _short_of_expected(verdict)
    if not verdict.broken and (found := _put_in_afterwards()):
        verdict.doubt(found)
    waiting = unsealed(look_back=None).aggregate(oldest=Min("at"))
    verdict.oldest_unsealed = waiting["oldest"]
    verdict.unsealed = unsealed(look_back=None).count() if waiting["oldest"] else 0
    return verdict


class _Walk:
    """Where the walk is: the link before (in the verdict), and the latest times met since a clock was set back."""

    def __init__(self, verdict: Verdict, with_details: bool) -> None:
        self.verdict, self.with_details = verdict, with_details
        self.latest: datetime | None = None
        self.latest_sealed: datetime | None = None

    def batch(self, first: int, last: int) -> Broken | None:
        """Check the links of these positions, both ends included."""
        links = {seal.position: seal for seal in AuditSeal.objects.filter(position__range=(first, last))}
        numbers = [seal.entry_id for seal in links.values()]
        entries = {row["id"]: row for row in AuditEntry.objects.filter(pk__in=numbers).values(*COLUMNS)}
        for position in range(first, last + 1):
            if broken := self._link(position, links.get(position), entries):
                return broken
        return self._details(links, entries) if self.with_details else None

    def _link(self, position: int, seal: AuditSeal | None, entries: Mapping[int, dict[str, Any]]) -> Broken | None:
        if seal is None:
            return Broken(position, None, "its link is missing from the chain")
        entry = entries.get(seal.entry_id)
        if entry is None:
            return Broken(position, seal.entry_id, "the entry was deleted")
        made = link_hash(self.verdict.head_hash, position, seal.sealed_at, entry_bytes(entry))
        if made != seal.hash:
            return Broken(position, seal.entry_id, self._why(seal, entries))
        if self.verdict.expected.get(position, made) != made:
            return Broken(
                position, seal.entry_id, "the hash differs from the one noted outside: the chain was rewritten"
            )
        if doubt := self._doubt(seal, entry["at"]):
            self.verdict.doubt(Broken(position, seal.entry_id, doubt))
        if position in self.verdict.expected:
            self.verdict.doubts, self.verdict.first_doubt = 0, None  # somebody outside has seen all this as it is
        self.verdict.checked, self.verdict.head_position, self.verdict.head_hash = position, position, made
        return None

    def _why(self, seal: AuditSeal, entries: Mapping[int, dict[str, Any]]) -> str:
        """Whether another entry fits this link, or none."""
        for number, entry in entries.items():
            if link_hash(self.verdict.head_hash, seal.position, seal.sealed_at, entry_bytes(entry)) == seal.hash:
                return f"entries were reordered: entry {number} belongs here"
        return "the entry or its link was edited"

    def _doubt(self, seal: AuditSeal, at: datetime) -> str:
        """Why the time does not fit, or ""."""
        if self.latest_sealed and seal.sealed_at < self.latest_sealed - PUT_IN_AFTER:
            # Said once: what follows is measured from here.
            self.latest, self.latest_sealed = min(at, seal.sealed_at), seal.sealed_at
            return "sealed long before the links it follows: a clock was set back, or it was put in"
        self.latest_sealed = max(self.latest_sealed or seal.sealed_at, seal.sealed_at)
        # One server whose clock ran ahead must not make everybody else late: the sealer's clock bounds it.
        latest = self.latest = max(self.latest or at, min(at, seal.sealed_at))
        return "the entry was put in long after the time it says" if at < latest - PUT_IN_AFTER else ""

    def _details(self, links: Mapping[int, AuditSeal], entries: Mapping[int, dict[str, Any]]) -> Broken | None:
        place = {seal.entry_id: position for position, seal in links.items()}
        # The token as it is stored: the field itself would raise on one that cannot be read.
        details = AuditDetail.objects.filter(pk__in=list(place)).annotate(token=Cast("text", TextField()))
        for number, salt, token in details.order_by("pk").values_list("pk", "salt", "token"):
            try:
                text = decrypt(token)
            except Undecipherable as problem:
                return Broken(place[number], number, f"the text of the change cannot be read ({problem})")
            self.verdict.details_checked += 1
            if digest(salt, text) != entries[number]["digest"]:
                return Broken(place[number], number, "the text of the change was edited")
        return None


def _short_of_expected(verdict: Verdict) -> Broken | None:
    missing = sorted(position for position in verdict.expected if position > verdict.head_position)
    if not missing:
        return None
    reason = f"the chain ends at {verdict.head_position}: its tail was cut off"
    return Broken(missing[0], None, reason)


def _put_in_afterwards() -> Broken | None:
    """An entry under an old number with an old time that no run of the sealer has seen."""
    last = AuditSeal.objects.order_by("-position").first()
    if last is None:
        return None
    highest = AuditSeal.objects.aggregate(highest=Max("entry_id"))["highest"]
    since = last.sealed_at - PUT_IN_AFTER
    found = unsealed(look_back=None).filter(pk__lt=highest, at__lt=since).first()
    return Broken(None, found.pk, "the entry was put in among sealed ones") if found else None


def broken_sentence(broken: Broken) -> str:
    """ "position 17, entry 42: the entry was deleted"."""
    where = [] if broken.position is None else [f"position {broken.position}"]
    where += [] if broken.entry_id is None else [f"entry {broken.entry_id}"]
    return f"{', '.join(where)}: {broken.reason}"


def waiting_since(verdict: Verdict, now: datetime) -> Iterator[str]:
    """The unsealed tail in words, if there is one."""
    if verdict.oldest_unsealed:
        age = int((now - verdict.oldest_unsealed).total_seconds())
        yield f"{verdict.unsealed} unsealed, the oldest for {age} s"
