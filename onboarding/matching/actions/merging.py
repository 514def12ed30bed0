"""Making one household of two, by a person's decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import Viewer
from onboarding.households.events import HouseholdsChanged, HouseholdsEnded
from onboarding.households.facts import VERIFIED_FACTS
from onboarding.households.identity import near_key
from onboarding.households.models import EndReason, Household, ProductionLine
from onboarding.households.wording import fact_label
from onboarding.households.writers import note_writers, writers_of
from onboarding.matching.actions.rows import Snapshot, lines_data, move_rows, row_data
from onboarding.matching.models import DuplicatePair, HouseholdMerge
from onboarding.matching.rules.choosing import COLUMNS, FACTS_OF, KEEP, OTHER, differing
from onboarding.matching.rules.rights import can_decide


class NotAllowed(PermissionError):
    """This is not for this person."""


class MergeRefused(Exception):
    """The two cannot be merged (now); the message says why, in Vietnamese."""


@dataclass(frozen=True)
class Locked:
    """A pair with both its households, locked."""

    pair: DuplicatePair
    kept: Household
    absorbed: Household


@transaction.atomic
def decide_distinct(*, pair: DuplicatePair, note: str, by: Viewer) -> DuplicatePair:
    """Two households, not one; `note` says how the officer knows. Raises NotAllowed, MergeRefused when it was decided."""
    pair = _pair(pair.pk, by)
    if pair.state != DuplicatePair.State.OPEN:
        raise MergeRefused("Cặp này đã có người quyết, hoặc không còn giống nhau. Hãy tải lại trang.")
    pair.state, pair.note = DuplicatePair.State.DISTINCT, note
    pair.decided_by_id, pair.decided_at = by.user_id, clock.now()
    pair.save(update_fields=["state", "note", "decided_by", "decided_at"])
    for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
        record(
            "duplicate.distinct",
            actor_id=by.user_id,
            object_label=f"household:{one.pk}",
            unit_code=one.commune.code,
            changes={"khác với": ("", f"hộ số {other.pk}"), "ghi chú": ("", note)},
        )
    return pair


@transaction.atomic
def merge_households(
    *, pair: DuplicatePair, keep_id: int, choices: Mapping[str, str], by: Viewer, seen: str = ""
) -> HouseholdMerge:
    """The two of this pair are one: `keep_id` stays, the other ends today and all that belonged to it goes along. `choices`
    maps groups of differing facts (`rules.choosing`) to "keep" or "other"; what is not named stays as the kept one says.
    Everything is remembered for `unmerge`. `seen` is what `seen_versions` said when the officer looked: whoever has
    changed one of the two since makes them look again. Raises NotAllowed, MergeRefused."""
    locked = _lock(pair, keep_id, by)
    kept, absorbed = locked.kept, locked.absorbed
    if seen and seen != seen_versions(kept, absorbed):
        raise MergeRefused("Một trong hai hộ vừa được sửa. Hãy xem lại rồi gộp.")
    snapshot = Snapshot(
        row_data(kept), row_data(absorbed), lines_data(kept), lines_data(absorbed), pair=row_data(locked.pair),
        writers=writers_of([kept.pk])[kept.pk],
    )  # fmt: skip
    taken = [group for group in differing(kept, absorbed) if choices.get(group, KEEP) == OTHER]
    snapshot.moved = move_rows(source=absorbed, target=kept)
    _take(kept, absorbed, taken, by)
    absorbed.ended_on, absorbed.end_reason, absorbed.merged_into = clock.today(), EndReason.MERGED, kept
    absorbed.version += 1
    absorbed.save(update_fields=["ended_on", "end_reason", "merged_into", "version"])
    snapshot.kept_after, snapshot.lines_after = row_data(kept), lines_data(kept)
    merge = HouseholdMerge.objects.create(
        kept=kept, absorbed=absorbed, snapshot=snapshot.as_text(), merged_by_id=by.user_id or 0, merged_at=clock.now()
    )
    decided = DuplicatePair.objects.filter(pk=locked.pair.pk)
    decided.update(state=DuplicatePair.State.MERGED, decided_by=by.user_id, decided_at=clock.now())
    _note(kept, absorbed, taken, by)
    emit(HouseholdsEnded((absorbed.pk,)))
    emit(
        HouseholdsChanged(
            (kept.pk,), frozenset(name for group in taken for name in FACTS_OF[group]), communes=(kept.commune_id,)
        )
    )
    return merge


def seen_versions(kept: Household, absorbed: Household) -> str:
    """Which versions of the two somebody looks at."""
    return f"{kept.pk}.{kept.version}-{absorbed.pk}.{absorbed.version}"


def _pair(pk: int, by: Viewer) -> DuplicatePair:
    places = ("first__commune", "second__commune")
    pair = DuplicatePair.objects.select_for_update(of=("self",)).select_related(*places).filter(pk=pk).first()
    if pair is None or by.user_id is None or not can_decide(by, pair):
        raise NotAllowed
    return pair


def _lock(pair: DuplicatePair, keep_id: int, by: Viewer) -> Locked:
    """Both households in the order of their keys, then the pair: the order in which every change of a household locks."""
    both = Household.objects.select_for_update(of=("self",)).select_related("commune", "hamlet__commune")
    rows = {row.pk: row for row in both.filter(pk__in=[pair.first_id, pair.second_id]).order_by("pk")}
    pair = _pair(pair.pk, by)
    if keep_id not in rows or len(rows) != 2:
        raise NotAllowed
    if pair.state != DuplicatePair.State.OPEN:
        raise MergeRefused("Cặp này đã có người quyết, hoặc không còn giống nhau. Hãy tải lại trang.")
    if any(row.ended_on for row in rows.values()):
        raise MergeRefused("Một trong hai hộ không còn được tính. Hãy tải lại trang.")
    kept = rows.pop(keep_id)
    return Locked(pair, kept, next(iter(rows.values())))


def _take(kept: Household, absorbed: Household, groups: list[str], by: Viewer) -> None:
    """Write the chosen values of the other one into the kept one; verified facts that change must be verified anew."""
    for group in groups:
        for column in COLUMNS[group]:
            setattr(kept, column, getattr(absorbed, column))
    kept.near_key = near_key(kept.folded_name, kept.birth_year)
    if "production" in groups:
        kept.production_lines.all().delete()
        lines = list(ProductionLine.objects.filter(household=absorbed).order_by("pk"))
        for line in lines:
            line.pk, line.household = None, kept
        ProductionLine.objects.bulk_create(lines)
    if VERIFIED_FACTS & {name for group in groups for name in FACTS_OF[group]}:
        theirs = [user_id for user_id, is_past in writers_of([absorbed.pk])[absorbed.pk] if not is_past]
        note_writers({kept.pk: kept.verified_at is not None}, [by.user_id, *theirs])
        kept.verified_by, kept.verified_at, kept.verified_how = None, None, ""
        kept.last_written_by_id = by.user_id
    kept.version += 1
    kept.save()


def _note(kept: Household, absorbed: Household, taken: list[str], by: Viewer) -> None:
    from_other = dict.fromkeys(map(fact_label, taken), ("", "lấy từ hộ được gộp"))
    for one, changes in (
        (absorbed, {"gộp vào": ("", f"hộ số {kept.pk}")}),
        (kept, {"nhận thêm": ("", f"hộ số {absorbed.pk}"), **from_other}),
    ):
        record(
            "household.merged",
            actor_id=by.user_id,
            object_label=f"household:{one.pk}",
            unit_code=one.commune.code,
            changes=changes,
        )
