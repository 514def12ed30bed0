"""Writing down which households may be one, whenever something about one of them changes. A machine only ever asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from core.audit.actions import record
from core.jobs.actions import enqueue
from core.kit import clock
from onboarding.households.events import HouseholdsChanged, HouseholdsEnded
from onboarding.households.models import Household
from onboarding.matching.actions.phones import count_ended, count_phones
from onboarding.matching.models import DuplicatePair
from onboarding.matching.queries.looking import candidates, full_keys
from onboarding.matching.rules.likeness import STRONG, Likeness, likeness

# As many are looked at within the writer's transaction; more by a job, so that a long list is written quickly.
AT_ONCE = 50
COMPARED = frozenset(
    {"head_name", "hamlet", "birth_year", "phone", "phone_owner", "personal_id", "tax_code", "bank_account"}
)
# Of a name that fills a hamlet only the likeliest are worth anybody's time.
PAIRS_OF_ONE = 20
JOB = "matching.find"
State = DuplicatePair.State
_Key = tuple[int, int]


def follow_change(event: HouseholdsChanged) -> None:
    """Households were registered or changed: count their phones first, then look for pairs."""
    ids = set(count_phones(event))
    if not event.fields.isdisjoint(COMPARED):
        ids |= set(event.ids)
    _look(ids)


def follow_end(event: HouseholdsEnded) -> None:
    """What ended waits for no decision and shares no phone."""
    _of(event.ids).filter(state=State.OPEN).update(state=State.GONE)
    _look(set(count_ended()))


def _look(ids: set[int]) -> None:
    if len(ids) <= AT_ONCE:
        find_pairs(ids=ids)
        return
    for runs in as_runs(ids):
        enqueue(JOB, {"ids": runs})


@transaction.atomic
def find_pairs(*, ids: Collection[int]) -> int:
    """Bring the pairs of these households up to date: new ones open, those no longer alike are gone. What a person called
    two households stays so, unless a number of one person (ID, tax code, account, phone) is newly the same. Returns how
    many pairs are new. May run twice, and beside others."""
    rows = list(Household.objects.filter(pk__in=ids, ended_on__isnull=True).order_by("pk"))
    if not rows:
        return 0
    known = {(pair.first_id, pair.second_id): pair for pair in _of(ids).select_for_update().order_by("pk")}
    alike = _compare(rows, known)
    for key, pair in known.items():
        _update(pair, alike.pop(key, None))
    new = [
        DuplicatePair(
            first_id=first, second_id=second, score=how.score, reasons=list(how.reasons), found_at=clock.now()
        )
        for (first, second), how in sorted(alike.items())
    ]
    DuplicatePair.objects.bulk_create(new, ignore_conflicts=True)  # another writer may find the same pair
    return len(new)


def _of(ids: Iterable[int]) -> QuerySet[DuplicatePair]:
    return DuplicatePair.objects.filter(Q(first__in=list(ids)) | Q(second__in=list(ids)))


def _compare(rows: list[Household], known: Iterable[_Key]) -> dict[_Key, Likeness]:
    """The pairs that are alike enough, both sides read in full: from either side the score is the same."""
    wanted = full_keys(rows)
    found = candidates(list(wanted.values()), within=Q())
    pairs: set[_Key] = set()
    for pk, near in zip(wanted, found, strict=True):
        others = [row.pk for row, _ in near if row.pk != pk]
        pairs |= {_key(pk, other) for other in others[:PAIRS_OF_ONE]}
    pairs |= set(known)
    missing = {pk for pair in pairs for pk in pair} - set(wanted)
    wanted |= full_keys(Household.objects.filter(pk__in=missing, ended_on__isnull=True))
    scored = {pair: likeness(wanted[pair[0]], wanted[pair[1]]) for pair in pairs if set(pair) <= set(wanted)}
    return {pair: how for pair, how in scored.items() if how.is_enough}


def _key(one: int, other: int) -> _Key:
    return (one, other) if one < other else (other, one)


def _update(pair: DuplicatePair, how: Likeness | None) -> None:
    before = (pair.state, pair.score, pair.reasons)
    if pair.state in {State.OPEN, State.GONE}:
        pair.state = State.OPEN if how else State.GONE
        if how:
            pair.score, pair.reasons = how.score, list(how.reasons)
    elif pair.state == State.DISTINCT and how and (STRONG & set(how.reasons)) - set(pair.reasons):
        pair.state, pair.score, pair.reasons = State.OPEN, how.score, list(how.reasons)
        pair.decided_by, pair.decided_at = None, None
        record("duplicate.asked_again", actor_id=None, object_label=f"duplicate_pair:{pair.pk}")
    if before != (pair.state, pair.score, pair.reasons):
        pair.save(update_fields=["state", "score", "reasons", "decided_by", "decided_at"])


def as_runs(ids: Iterable[int], longest: int = 1500) -> list[str]:
    """Ids as short texts for a job's arguments: "100-599,700", each text at most `longest` characters."""
    runs: list[list[int]] = []
    for pk in sorted(set(ids)):
        if runs and runs[-1][1] == pk - 1:
            runs[-1][1] = pk
        else:
            runs.append([pk, pk])
    texts = [""]
    for first, last in runs:
        run = f"{first}-{last}" if last > first else str(first)
        if len(texts[-1]) + len(run) >= longest:
            texts.append("")
        texts[-1] += f",{run}" if texts[-1] else run
    return [text for text in texts if text]


def from_runs(runs: str) -> list[int]:
    """The ids of such a text."""
    ids: list[int] = []
    for run in runs.split(","):
        first, _, last = run.partition("-")
        ids += range(int(first), int(last or first) + 1)
    return ids
