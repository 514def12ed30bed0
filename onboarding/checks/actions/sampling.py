"""Drawing a sample of households to be visited again, and recording what was found."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.checks.drawing import draw, frame_hash, packed
from onboarding.checks.models import Revisit, RevisitSample, SampleFrame
from onboarding.checks.queries import drawn_from_already, frame_of
from onboarding.checks.rules import can_draw, refusal_to_record
from onboarding.checks.teams import other_teams
from onboarding.households.models import Household
from onboarding.teams.models import Team

DRAWN = "Tháng này đã rút mẫu rồi. Mỗi tháng một mẫu, không rút lại."


class SampleRefused(ValueError):
    """There is nothing to draw as asked; the message is a Vietnamese sentence."""


class RevisitRefused(PermissionError):
    """This person may not say what was found there; the message is a Vietnamese sentence."""


@transaction.atomic
def draw_sample(*, commune: Unit, period_from: date, period_to: date, per_mille: int, by: Viewer) -> RevisitSample:
    """Draw from the households of a commune registered in [period_from, period_to), days of Vietnam; `per_mille` is 30 to 50.
    The seed is made here, so that nobody chooses who is drawn. Each household is given to another team than its
    registrar's, those with the fewest first; to none if there is none.

    Raises PermissionError, SampleRefused (period not over, nobody registered, drawn already).
    """
    if not can_draw(by, commune):
        raise PermissionError
    if period_to > clock.today():
        raise SampleRefused("Tháng này chưa hết. Hãy rút mẫu khi hết tháng.")
    known = drawn_from_already(commune, period_from, period_to)
    all_of_period = frame_of(commune, period_from, period_to, clock.today())
    frame = [household for household in all_of_period if household.record_id not in known]
    if not frame:
        raise SampleRefused(DRAWN if known else "Không có hộ nào được ghi trong tháng này, nên không có gì để rút.")
    seed = secrets.token_hex(16)
    try:
        with transaction.atomic():
            sample = RevisitSample.objects.create(
                commune=commune,
                drawn_in=commune,
                period_from=period_from,
                period_to=period_to,
                seed=seed,
                per_mille=per_mille,
                frame_size=len(frame),
                frame_hash=frame_hash(each.record_id for each in frame),
                drawn_by_id=by.user_id,
                drawn_at=clock.now(),
            )
    except IntegrityError as error:
        if not RevisitSample.objects.filter(drawn_in=commune, period_from=period_from, period_to=period_to).exists():
            raise
        raise SampleRefused(DRAWN) from error
    SampleFrame.objects.create(sample=sample, record_ids=packed(each.record_id for each in frame))
    by_record = {each.record_id: each for each in frame}
    drawn = [by_record[key] for key in draw(by_record, seed=seed, per_mille=per_mille)]
    Revisit.objects.bulk_create(
        Revisit(sample=sample, household=household, registrar_id=household.registered_by_id, team=team)
        for household, team in zip(drawn, _given_out(drawn, commune), strict=True)
    )
    record(
        "sample.drawn",
        actor_id=by.user_id,
        object_label=f"sample:{sample.pk}",
        unit_code=commune.code,
        changes={"mẫu": ("", f"{len(drawn)} trong {len(frame)} hộ, hạt giống {seed}, mã khung {sample.frame_hash}")},
    )
    return sample


def _given_out(drawn: Sequence[Household], commune: Unit) -> list[Team | None]:
    load: Counter[int] = Counter()
    given: list[Team | None] = []
    for teams in other_teams(drawn, commune):
        team = min(teams, key=lambda each: (load[each.pk], each.pk), default=None)
        if team is not None:
            load[team.pk] += 1
        given.append(team)
    return given


@transaction.atomic
def record_revisit(*, revisit: Revisit, result: str, note: str, by: Viewer) -> Revisit:
    """Say what the second look found; saying it again corrects it, and the trail keeps both. Raises RevisitRefused."""
    rows = Revisit.objects.select_for_update(of=("self",)).select_related("sample__commune", "household__hamlet")
    revisit = rows.get(pk=revisit.pk)
    if refusal := refusal_to_record(by, revisit):
        raise RevisitRefused(refusal)
    before = revisit.get_result_display() if revisit.result else ""
    revisit.result, revisit.note = Revisit.Result(result), note
    revisit.visited_by_id, revisit.visited_at = by.user_id, clock.now()
    revisit.save(update_fields=["result", "note", "visited_by", "visited_at"])
    record(
        "revisit.recorded",
        actor_id=by.user_id,
        object_label=f"household:{revisit.household_id}",
        unit_code=revisit.sample.commune.code,
        changes={"kết quả kiểm tra lại": (before, revisit.get_result_display())},
    )
    return revisit
