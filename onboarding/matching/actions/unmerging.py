"""Making two households of one again, exactly as they were, with what has been added since left where it was added."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import Viewer
from onboarding.households.events import HouseholdsChanged
from onboarding.households.facts import FACTS, VERIFIED_FACTS
from onboarding.households.models import EndReason, Household, ProductionLine
from onboarding.households.queries import hamlet_of_today
from onboarding.households.writers import note_writers, put_writers
from onboarding.matching.actions.merging import MergeRefused, NotAllowed
from onboarding.matching.actions.rows import RowData, Snapshot, lines_data, move_back, row_data, row_from, value_of
from onboarding.matching.models import DuplicatePair, HouseholdMerge
from onboarding.matching.rules.choosing import COLUMNS, FACTS_OF
from onboarding.matching.rules.rights import DECIDERS

VERIFICATION = ("verified_by_id", "verified_at", "verified_how")
# Counted on or never changed by a merge, or a matter of `_vouch`.
LEFT = frozenset({"id", "version", "changed_at", "record_id", "last_written_by_id", *VERIFICATION})
# The columns of what a verifier looked at.
LOOKED_AT = frozenset(
    column for group, names in COLUMNS.items() if VERIFIED_FACTS & set(FACTS_OF[group]) for column in COLUMNS[group]
)


@transaction.atomic
def unmerge(*, merge: HouseholdMerge, by: Viewer) -> HouseholdMerge:
    """Undo a merge: facts the merge changed are as before unless somebody has changed them since, moved rows go back, the
    ended household lives. Later merges into the same household are undone first. Raises NotAllowed, MergeRefused."""
    rows = Household.objects.select_for_update(of=("self",)).select_related("commune", "hamlet__commune")
    both = {row.pk: row for row in rows.filter(pk__in=[merge.kept_id, merge.absorbed_id]).order_by("pk")}
    merge = HouseholdMerge.objects.select_for_update().get(pk=merge.pk)
    kept, absorbed = both[merge.kept_id], both[merge.absorbed_id]
    if by.user_id is None or not all(by.covers(row.commune, *DECIDERS) for row in (kept, absorbed)):
        raise NotAllowed
    if obstacle := _obstacle(merge, kept, absorbed):
        raise MergeRefused(obstacle)
    snapshot = Snapshot.from_text(merge.snapshot)
    for row in (snapshot.kept, snapshot.kept_after):
        _on_todays_map(row)
    move_back(snapshot.moved, source=absorbed, target=kept)
    _restore_kept(kept, snapshot, by)
    _restore_absorbed(absorbed, snapshot)
    merge.undone_by_id, merge.undone_at = by.user_id, clock.now()
    merge.save(update_fields=["undone_by", "undone_at"])
    _restore_pair(snapshot)
    for one, other in ((kept, absorbed), (absorbed, kept)):
        record(
            "household.unmerged",
            actor_id=by.user_id,
            object_label=f"household:{one.pk}",
            unit_code=one.commune.code,
            changes={"tách khỏi": ("", f"hộ số {other.pk}")},
        )
    emit(HouseholdsChanged((kept.pk, absorbed.pk), frozenset(FACTS)))
    return merge


def _obstacle(merge: HouseholdMerge, kept: Household, absorbed: Household) -> str:
    """Why it cannot be undone now, as a sentence; "" when it can."""
    if merge.undone_at is not None:
        return "Hai hộ này đã được tách lại rồi."
    if absorbed.merged_into_id != kept.pk or absorbed.end_reason != EndReason.MERGED:
        return "Hộ được gộp đã có thay đổi khác từ đó. Hãy xem lại thông tin của hộ này."
    if kept.merged_into_id is not None:
        return f"Hộ được giữ lại sau đó cũng đã gộp vào hộ số {kept.merged_into_id}. Hãy tách lần gộp đó trước."
    later = HouseholdMerge.objects.filter(kept=kept, undone_at__isnull=True, pk__gt=merge.pk).order_by("-pk").first()
    if later is not None:
        return f"Sau đó còn gộp thêm hộ số {later.absorbed_id} vào hộ này. Hãy tách lần gộp đó trước."
    return ""


def _on_todays_map(row: RowData) -> None:
    """The map may have turned since the merge: households went along, and so does what the snapshot says of them."""
    hamlet = hamlet_of_today(row["hamlet_id"])
    if hamlet is not None:
        row["hamlet_id"], row["commune_id"] = hamlet.pk, hamlet.commune_id


def _restore_kept(kept: Household, snapshot: Snapshot, by: Viewer) -> None:
    before, after = snapshot.kept, snapshot.kept_after
    now, lines_now = row_data(kept), lines_data(kept)
    for name in before.keys() - LEFT:
        if before[name] != after[name] and now[name] == after[name]:
            setattr(kept, name, value_of(Household, name, before))
    lines_are_back = _restore_lines(kept, snapshot)
    restored = row_data(kept)
    if lines_data(kept) != lines_now or any(restored[name] != now[name] for name in LOOKED_AT):
        _vouch(
            kept,
            snapshot,
            by,
            is_as_it_was=lines_are_back and all(restored[name] == before[name] for name in LOOKED_AT),
        )
    kept.version += 1
    kept.save()


def _vouch(kept: Household, snapshot: Snapshot, by: Viewer, *, is_as_it_was: bool) -> None:
    """Verified facts become others by the unmerge, so what was verified since does not hold. When all are again exactly as
    they were, writers and verification are as well; else somebody's later words stand among the old ones: all who wrote
    them stay writers, with whoever unmerges, and others must verify."""
    if is_as_it_was and snapshot.writers is not None:
        put_writers(kept, snapshot.writers)
        for name in (*VERIFICATION, "last_written_by_id"):
            setattr(kept, name, value_of(Household, name, snapshot.kept))
        return
    earlier = [user_id for user_id, is_past in snapshot.writers or () if not is_past]
    note_writers({kept.pk: False}, [by.user_id, *earlier])
    for name in VERIFICATION:
        setattr(kept, name, "" if name == "verified_how" else None)
    kept.last_written_by_id = by.user_id


def _restore_lines(kept: Household, snapshot: Snapshot) -> bool:
    """Lines of production as before the merge, unless it left them alone or they were changed since; whether they are."""
    now = lines_data(kept)
    if now == snapshot.kept_lines:
        return True
    if now != snapshot.lines_after:
        return False
    kept.production_lines.all().delete()
    ProductionLine.objects.bulk_create([row_from(ProductionLine, line) for line in snapshot.kept_lines])  # type: ignore[misc]
    return True


def _restore_absorbed(absorbed: Household, snapshot: Snapshot) -> None:
    absorbed.ended_on = value_of(Household, "ended_on", snapshot.absorbed)
    absorbed.end_reason, absorbed.merged_into = snapshot.absorbed["end_reason"], None
    absorbed.version += 1
    absorbed.save(update_fields=["ended_on", "end_reason", "merged_into", "version"])


def _restore_pair(snapshot: Snapshot) -> None:
    """The question is open again, as it was asked."""
    pair: RowData | None = snapshot.pair
    if pair is not None:
        open_again = DuplicatePair.objects.filter(pk=pair["id"], state=DuplicatePair.State.MERGED)
        open_again.update(state=DuplicatePair.State.OPEN, decided_by=None, decided_at=None, note=pair["note"])
