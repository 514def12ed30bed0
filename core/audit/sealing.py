"""Sealing: a job puts entries into the hash chain after they were written. Writers wait for nothing.

Which order the chain has, and why: docs/decisions/, "The chain has the order of sealing".
"""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from core.audit.chain import START, entry_bytes, link_hash
from core.audit.models import AuditEntry, AuditSeal
from core.kit import clock

AT_ONCE = 2_000
# A transaction that took its number early may commit late. Every run looks this far behind the highest sealed number;
# what came even later is found by the hourly run over everything.
LOOK_BACK = 10_000
_LOCK = 0x5EA1_A0D17  # the sealers' own number among PostgreSQL's advisory locks

COLUMNS = tuple(column.attname for column in AuditEntry._meta.local_concrete_fields)


def seal_due() -> int:
    """The periodic job: seal what was written since the last run; returns how many."""
    return _seal(look_back=LOOK_BACK)


def seal_late() -> int:
    """The hourly job: as `seal_due`, looking at every entry; returns how many."""
    return _seal(look_back=None)


def unsealed(look_back: int | None = LOOK_BACK) -> QuerySet[AuditEntry]:
    """Entries without a seal by number, from `look_back` below the highest sealed one (None: from the first)."""
    rows = AuditEntry.objects.filter(seal__isnull=True).order_by("pk")
    if look_back is None:
        return rows
    highest = AuditSeal.objects.aggregate(highest=Max("entry_id"))["highest"] or 0
    return rows.filter(pk__gt=highest - look_back)


def head() -> AuditSeal | None:
    """The last link of the chain."""
    return AuditSeal.objects.order_by("-position").first()


def _seal(look_back: int | None) -> int:
    done = 0
    while True:
        sealed = seal_once(look_back)
        done += sealed
        if sealed < AT_ONCE:
            return done


@transaction.atomic
def seal_once(look_back: int | None = LOOK_BACK) -> int:
    """Add at most `AT_ONCE` links; returns how many. 0 also when another sealer is at it.

    Should two ever get past the lock, the unique position lets only one commit: the chain never forks.
    """
    if not is_alone():
        return 0
    last = head()
    before, position, now = (last.hash, last.position, clock.now()) if last else (START, 0, clock.now())
    links = []
    for columns in unsealed(look_back).values(*COLUMNS)[:AT_ONCE]:
        position += 1
        before = link_hash(before, position, now, entry_bytes(columns))
        links.append(AuditSeal(position=position, entry_id=columns["id"], hash=before, sealed_at=now))
    AuditSeal.objects.bulk_create(links)
    return len(links)


def is_alone() -> bool:
    """Take the sealers' lock until the end of the transaction, or say at once that another has it.

    SQLite's writing transactions already stand in line.
    """
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])
