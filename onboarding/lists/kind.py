"""The kind of import: a commune's (or a province's) list of households."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from core.imports.contract import Effect, ImportKind, Outcome, RowVerdict, refused
from core.imports.rules import IMPORTERS
from core.imports.sheet.columns import Values
from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Level, Unit, in_force
from onboarding.households.actions import facts_of
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household
from onboarding.lists import actions
from onboarding.lists.columns import COLUMNS
from onboarding.lists.comparing import (
    changes_in_words,
    changes_to,
    claims_of,
    facts_in,
    match_of,
    objection,
    said_facts,
)
from onboarding.lists.desk import ListDesk, open_list_desk
from onboarding.matching.queries.looking import Alike, alike
from onboarding.matching.rules.likeness import reason_words

_DOUBLES_SHOWN = 2


class HouseholdKind(ImportKind[ListDesk]):
    """Adds households, and facts to those that are there. Nothing is taken away, nobody is merged."""

    code = "ho"
    label = "Danh sách hộ"
    lead = "Thêm các hộ chưa có trong sổ và bổ sung thông tin cho hộ đã có. Ô trống không xóa điều gì. Không tự gộp hộ."
    columns = COLUMNS
    rows_at_once = 500
    said_twice = (
        "Cùng một hộ với dòng {line} nhưng nội dung khác. Hãy giữ lại một dòng; nếu là hai hộ, hãy ghi thêm năm sinh, số điện "
        "thoại hoặc số định danh."
    )

    def units_for(self, viewer: Viewer) -> QuerySet[Unit]:
        """Today's communes and provinces in the viewer's grants as province or commune staff."""
        levels = [Level.PROVINCE, Level.COMMUNE]
        return Unit.objects.filter(viewer.units(*IMPORTERS), in_force(clock.today()), level__in=levels)

    def open_desk(self, *, unit: Unit, viewer: Viewer, rows: Sequence[Values], locked: bool) -> ListDesk:
        """See `open_list_desk`."""
        return open_list_desk(unit=unit, viewer=viewer, rows=rows, locked=locked)

    def preview_row(self, values: Values, desk: ListDesk) -> RowVerdict:
        """New, the same, changed, or refused: a place that is not certain, two households that may be meant, a child."""
        title = values["head_name"].value
        place = desk.place_of(values)
        if place.hamlet is None:
            return refused(*place.reasons, title=title)
        facts, warnings = facts_in(values, place.hamlet)
        title, warnings = f"{title}, {place.hamlet}", (*place.doubts, *warnings)
        if sentence := objection(facts, values["phone"].value if values["phone"] else None):
            return refused(sentence, title=title)
        match = match_of(facts, values, desk)
        if match.reason:
            return refused(match.reason, title=title)
        verdict = _of_known(match.household, facts, title) if match.household else _of_new(facts, values, desk, title)
        claims = claims_of(facts, values, match)
        return RowVerdict(
            verdict.outcome,
            verdict.title,
            verdict.reasons,
            (*warnings, *verdict.warnings),
            changes=verdict.changes,
            claims=claims,
            data=verdict.data,
        )

    def find_doubles(self, verdicts: Sequence[RowVerdict], desk: ListDesk) -> Sequence[tuple[str, ...]]:
        """Living households of the unit that a new one is like, the likeliest first."""
        within = Q(commune=desk.unit) | Q(commune__parent=desk.unit)
        facts = [verdict.data[1] for verdict in verdicts]
        return [tuple(_sentence(each) for each in found[:_DOUBLES_SHOWN]) for found in alike(facts, within=within)]

    def write_row(self, verdict: RowVerdict, desk: ListDesk) -> Effect:
        """One row, as `write_rows`."""
        return self.write_rows([verdict], desk)[0]

    def write_rows(self, verdicts: Sequence[RowVerdict], desk: ListDesk) -> list[Effect]:
        """New households together, then changes together."""
        added = [verdict.data for verdict in verdicts if verdict.outcome == Outcome.CREATED]
        changed = [verdict.data for verdict in verdicts if verdict.outcome == Outcome.CHANGED]
        effects = {
            Outcome.CREATED: iter(actions.add_listed(added, by=desk.viewer)),
            Outcome.CHANGED: iter(actions.change_listed(changed, by=desk.viewer)),
        }
        return [next(effects[verdict.outcome]) for verdict in verdicts]

    def undo_obstacle(self, effect: Effect) -> str:
        """Somebody has changed, verified or used the household since."""
        return self.undo_obstacles([effect])[0]

    def undo_obstacles(self, effects: Sequence[Effect]) -> list[str]:
        """The same of many, in a fixed number of queries."""
        return actions.obstacles_to(effects)

    def undo_row(self, effect: Effect, *, viewer: Viewer) -> None:
        """End what was added, give the facts of before back."""
        actions.take_back(effect, by=viewer)


def _of_known(household: Household, facts: HouseholdFacts, title: str) -> RowVerdict:
    if household.merged_into is not None:
        into = f"«{household.merged_into.head_name}» (hộ số {household.merged_into_id})"
        return RowVerdict(Outcome.UNCHANGED, title, warnings=(f"Hộ này đã gộp vào {into}; dòng này không đổi gì.",))
    if household.ended_on is not None:
        return refused(
            f"Hộ số {household.pk} đã thôi tính từ {household.ended_on:%d/%m/%Y} ({household.get_end_reason_display()}). "
            "Nếu hộ còn sản xuất, hãy mở lại hộ trong sổ.",
            title=title,
        )
    changes = changes_to(household, facts)
    if not changes:
        return RowVerdict(Outcome.UNCHANGED, title)
    shown = changes_in_words(changes, facts_of(household))
    return RowVerdict(Outcome.CHANGED, title, changes=shown, data=(household, changes))


def _of_new(facts: HouseholdFacts, values: Values, desk: ListDesk, title: str) -> RowVerdict:
    record: Any = values["record"].value if values["record"] else None
    # A record that was taken back stays in the register as ended: the household comes anew.
    key = record if record is not None and record not in desk.by_record else uuid.uuid4()
    return RowVerdict(Outcome.CREATED, title, changes=changes_in_words(said_facts(facts), None), data=(key, facts))


def _sentence(found: Alike) -> str:
    return (
        f"Có thể trùng với «{found.head_name}» (hộ số {found.household_id}): {', '.join(reason_words(found.reasons))}."
    )  # fmt: skip
