"""Teams follow the map until the new commune has decided.

The rights of their members were moved by core/people before this is called. Here the rows that say why follow: hamlets
to what they became, teams to the new commune, each with the question what the commune decides. Nothing is taken from
anybody on that day: a team in the field may have records that are still unsent.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db.models import Q

from core.audit.actions import record
from core.kit.text import squeeze
from core.people.grants.queries import in_period, overlapping
from core.people.models import Grant
from core.places.events import MapTurned
from core.places.models import Hamlet, Unit
from onboarding.teams.models import Team, TeamGrant, TeamHamlet

MAX_QUESTION = 200
MAX_NAME = 120


def follow_map(event: MapTurned) -> None:
    """Hamlets, communes and rights of teams go to what they became. Repeating changes nothing."""
    new_ids = event.new_hamlet_ids()
    hamlets = Hamlet.objects.select_related("commune").in_bulk({*new_ids, *new_ids.values()})
    split = {link.old_id for link in event.hamlets if link.kind != "whole"}
    for old_id, new_id in new_ids.items():
        _follow_rights(old_id, hamlets[new_id])
        _follow_hamlet(hamlets[old_id], hamlets[new_id], event.on, old_id in split)
    for old_id, new_id in event.new_unit_ids().items():
        _follow_commune(Unit.objects.get(pk=old_id), Unit.objects.get(pk=new_id), event.on)


def _follow_rights(old_id: int, new: Hamlet) -> None:
    """Grants that stood for a team stand for it in the new hamlet; one that was joined to a grant from elsewhere is
    that grant now, and stays whatever becomes of the team."""
    for link in TeamGrant.objects.filter(grant__hamlet_id=old_id).select_related("grant").order_by("pk"):
        grant = link.grant
        if grant.valid_to is None:
            continue  # was not moved
        equal = overlapping(user_id=grant.user_id, role=grant.role, unit_id=new.commune_id, hamlet_id=new.pk)
        moved = equal.filter(_made_by(grant), valid_from=grant.valid_to, of_team__isnull=True).order_by("pk").first()
        if moved is None:
            link.delete()
        else:
            link.grant = moved
            link.save(update_fields=["grant"])


def _made_by(grant: Grant) -> Q:
    return Q(given_at=grant.given_at, given_by_id=grant.given_by_id)


def _follow_hamlet(old: Hamlet, new: Hamlet, on: date, is_split: bool) -> None:
    rows = TeamHamlet.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), hamlet=old).select_related("team")
    for row in rows.order_by("pk"):
        first, end = max(on, row.valid_from), row.valid_to
        row.valid_to = first
        row.save(update_fields=["valid_to"])
        there = TeamHamlet.objects.filter(in_period(first, end), hamlet=new).select_related("team").first()
        if there is None:
            TeamHamlet.objects.create(
                team=row.team, hamlet=new, valid_from=first, valid_to=end, recorded_by_id=row.recorded_by_id
            )
            if is_split:
                _ask(
                    row.team, f"Từ {on:%d/%m/%Y} {old.name} được chia; tổ đang theo {new.name}. Hãy xem có đúng không."
                )
        elif there.team_id != row.team_id:
            said = f"Từ {on:%d/%m/%Y} {old.name} nhập vào {new.name}, nơi đã có tổ khác. Cần quyết định mới."
            _ask(row.team, said)
            _ask(there.team, f"Từ {on:%d/%m/%Y} {new.name} có hai tổ cùng làm trước đây. Cần quyết định mới.")


def _follow_commune(old: Unit, new: Unit, on: date) -> None:
    rows = Team.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), commune=old)
    for team in rows.order_by("pk"):
        goes = _commune_of_hamlets(team, on) or new
        team.name, team.commune = _free_name(team, old, goes), goes
        team.to_decide = squeeze(f"Từ {on:%d/%m/%Y} {old} thành {goes}. Cần quyết định lập lại tổ.")[:MAX_QUESTION]
        team.save(update_fields=["name", "commune", "to_decide"])
        record(
            "team.moved",
            actor_id=None,
            object_label=f"team:{team.pk}",
            unit_code=goes.code,
            changes={"xã": (str(old), str(goes))},
        )


def _commune_of_hamlets(team: Team, on: date) -> Unit | None:
    """Where most of its hamlets are now; None without hamlets."""
    rows = team.hamlets.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).select_related("hamlet__commune")
    counted = Counter(row.hamlet.commune for row in rows.order_by("pk"))
    return counted.most_common(1)[0][0] if counted else None


def _free_name(team: Team, old: Unit, goes: Unit) -> str:
    """Its name, with the old commune's where the new one has a team of that name already."""
    others = Team.objects.filter(in_period(team.valid_from, team.valid_to), commune=goes).exclude(pk=team.pk)
    taken = set(others.values_list("name", flat=True))
    if team.name not in taken:
        return team.name
    mark = f" ({old.name})"
    name = team.name[: MAX_NAME - len(mark)] + mark
    return name if name not in taken else f"{name[: MAX_NAME - 8]} {team.pk}"


def _ask(team: Team, question: str) -> None:
    Team.objects.filter(pk=team.pk).update(to_decide=squeeze(question)[:MAX_QUESTION])
