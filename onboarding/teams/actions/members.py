"""Who is in a team, and who leads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from core.desk.grants.actions import person_or_new
from core.kit import clock
from core.people.grants.queries import in_period, still_open
from core.people.models import User
from core.people.queries import Viewer
from onboarding.teams.actions.locking import TeamRefused, check_end, lock_living_team, lock_team, note
from onboarding.teams.actions.rights import keep_grants
from onboarding.teams.models import Team, TeamMember
from onboarding.teams.queries import people_of
from onboarding.teams.rules import earlier


@dataclass(frozen=True)
class Joined:
    """The outcome. `entry_code` is shown once; "" when the person has a log-in already."""

    member: TeamMember
    entry_code: str


@transaction.atomic
def appoint_team_member(*, team: Team, login: str, full_name: str, is_lead: bool, by: Viewer) -> Joined:
    """Put the person with this phone or log-in name into the team; who is not known yet gets a log-in and a slip.

    Raises NotAllowed, TeamRefused, GrantRefused.
    """
    team = lock_living_team(team, by)
    if not team.hamlets.filter(still_open()).exists():
        raise TeamRefused("Tổ chưa có ấp nào. Hãy giao ấp cho tổ trước khi thêm người.")
    user, code = person_or_new(login=login, full_name=full_name, by=by)
    return Joined(_join(team, user, is_lead, by, opened=bool(code)), code)


@transaction.atomic
def add_team_member(*, team: Team, user: User, is_lead: bool = False, by: Viewer) -> TeamMember:
    """From today (or the team's first day) the person is in the team, with its rights. The same again changes nothing.

    Raises NotAllowed, TeamRefused, GrantRefused.
    """
    return _join(lock_living_team(team, by), user, is_lead, by)


@transaction.atomic
def end_team_member(*, member: TeamMember, by: Viewer, on: date | None = None) -> TeamMember:
    """From the day `on` (today) the person is not in the team any more; what only it gave ends. Twice is harmless.

    Raises NotAllowed, TeamRefused.
    """
    team = lock_team(member.team, by)
    member = TeamMember.objects.select_related("user").get(pk=member.pk)
    day = on or clock.today()
    check_end(day)
    last = max(day, member.valid_from)
    if member.valid_to is not None and member.valid_to <= last:
        return member
    member.valid_to = earlier(last, team.valid_to)
    member.save(update_fields=["valid_to"])
    note("team.member_ended", team, by, "thành viên", member.user.full_name, "")
    keep_grants([member.user_id], by=by)
    return member


@transaction.atomic
def set_lead(*, member: TeamMember, is_lead: bool, by: Viewer) -> TeamMember:
    """Make a member lead, or a lead an ordinary member again; their rights change with it.

    Raises NotAllowed, TeamRefused (also for one's own), GrantRefused.
    """
    team = lock_living_team(member.team, by)
    member = TeamMember.objects.select_related("user").get(pk=member.pk)
    if member.valid_to is not None and member.valid_to <= clock.today():
        raise TeamRefused("Người này đã thôi ở tổ. Hãy thêm lại trước.")
    if member.is_lead == is_lead:
        return member
    member.is_lead = is_lead
    member.save(update_fields=["is_lead"])
    note("team.lead_made" if is_lead else "team.lead_unmade", team, by, "thành viên", "", member.user.full_name)
    keep_grants([member.user_id], by=by)
    return member


@transaction.atomic
def give_rights_again(*, team: Team, by: Viewer) -> None:
    """Bring the rights of everybody in the team in step, also those that somebody took back or that ran out.

    Raises NotAllowed, TeamRefused, GrantRefused.
    """
    team = lock_living_team(team, by)
    note("team.rights_given_again", team, by)
    keep_grants(people_of(team), by=by, again=True)


def _join(team: Team, user: User, is_lead: bool, by: Viewer, opened: bool = False) -> TeamMember:
    first = max(clock.today(), team.valid_from)
    there = team.members.filter(in_period(first, team.valid_to), user=user).first()
    if there is not None:
        return there
    if not user.is_active:
        raise TeamRefused("Tài khoản này đang bị khóa. Hãy mở khóa trước khi thêm vào tổ.")
    member = TeamMember.objects.create(
        team=team, user=user, is_lead=is_lead, valid_from=first, valid_to=team.valid_to, recorded_by_id=by.user_id
    )
    note("team.member_added", team, by, "thành viên", "", user.full_name + (", tổ trưởng" if is_lead else ""))
    keep_grants([user.pk], by=by, opened=opened)
    return member
