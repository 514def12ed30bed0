"""Grants follow teams: who is in a team holds its role in each of its hamlets, for as long as all three last.

One comparison of what should be with what is, for whole people: somebody in two teams keeps what the other one gives, and
grants that came from elsewhere are neither doubled nor ended. Called inside the actions' transactions.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import F, Q

from core.kit import clock
from core.people.grants.actions import end_grant, give_grant, renew_grant
from core.people.grants.queries import in_period, overlapping, still_open
from core.people.grants.rules import LONGEST_PERIOD
from core.people.models import Grant, Role, User
from core.people.queries import Viewer
from core.places.models import Hamlet
from onboarding.teams.actions.locking import TeamRefused
from onboarding.teams.models import TeamGrant, TeamHamlet, TeamMember
from onboarding.teams.rules import earlier

# A right that ends this much before it need not is not worth a line in everybody's trail.
SLACK = timedelta(days=30)
REASON = "Theo tổ công nghệ số"


@dataclass
class Right:
    """A role in a hamlet that somebody should hold from a day to a day (None: as long as rights last)."""

    user_id: int
    role: str
    hamlet: Hamlet
    first: date
    end: date | None

    @property
    def key(self) -> tuple[int, str, int]:
        return self.user_id, self.role, self.hamlet.pk


@dataclass
class _Step:
    """One comparison: on whose rights, what is wanted and not yet there, whether rights taken back come again."""

    by: Viewer
    wanted: dict[tuple[int, str, int], Right]
    again: bool
    there: set[tuple[int, str, int]] = field(default_factory=set)


def keep_grants(user_ids: Collection[int], *, by: Viewer, again: bool = False, opened: bool = False) -> None:
    """Give, lengthen, shorten and end the grants of these people as their teams say.

    A right that a person took back stays away, unless `again`. `opened`: the log-in was made just now, for this.
    Raises TeamRefused for one's own rights, GrantRefused, core's NotAllowed.
    """
    people = _lock({*user_ids, *([by.user_id] if by.user_id else [])})
    step = _Step(by, {right.key: right for right in rights_of(user_ids)}, again)
    for link in _links(user_ids):
        _compare(link, step)
    for key, right in sorted(step.wanted.items()):
        if key not in step.there and people[right.user_id].is_active:
            opened = not _give(people[right.user_id], right, by, opened) and opened


def rights_of(user_ids: Collection[int]) -> list[Right]:
    """What these people should hold by their teams from today on."""
    today = clock.today()
    lasting = still_open() & (Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")))
    members = TeamMember.objects.filter(lasting, user__in=user_ids).select_related("team").order_by("pk")
    rows = TeamHamlet.objects.filter(lasting, team__members__user__in=user_ids).distinct()
    hamlets: dict[int, list[TeamHamlet]] = {}
    for row in rows.select_related("hamlet__commune").order_by("pk"):
        hamlets.setdefault(row.team_id, []).append(row)
    found: dict[tuple[int, str, int], Right] = {}
    for member in members:
        for row in hamlets.get(member.team_id, []):
            _add(found, _right(member, row, today))
    return list(found.values())


def rights_missing(user_ids: Collection[int]) -> list[Right]:
    """Which of those are not held today: taken back by an officer, run out, or of somebody locked out."""
    today = clock.today()
    wanted = [right for right in rights_of(user_ids) if right.first <= today]
    rows = Grant.objects.filter(in_period(today, today + timedelta(days=1)), user__in=user_ids)
    # Somebody may hold it anyway, for the whole commune, province or country.
    held = set(rows.values_list("user_id", "role", "unit_id", "hamlet_id"))
    return [right for right in wanted if held.isdisjoint(_ways_to_hold(right))]


def _ways_to_hold(right: Right) -> set[tuple[int, str, int | None, int | None]]:
    commune = right.hamlet.commune
    wider = {(right.user_id, right.role, unit_id, None) for unit_id in (commune.pk, commune.parent_id, None)}
    return wider | {(right.user_id, right.role, commune.pk, right.hamlet.pk)}


def _right(member: TeamMember, row: TeamHamlet, today: date) -> Right:
    role = Role.TEAM_LEAD if member.is_lead else Role.TEAM_MEMBER
    first = max(today, member.valid_from, row.valid_from)
    return Right(member.user_id, role, row.hamlet, first, earlier(member.valid_to, row.valid_to, member.team.valid_to))


def _add(found: dict[tuple[int, str, int], Right], right: Right) -> None:
    if right.end is not None and right.end <= right.first:
        return
    other = found.setdefault(right.key, right)
    other.first = min(other.first, right.first)
    other.end = None if other.end is None or right.end is None else max(other.end, right.end)


def _lock(user_ids: set[int]) -> dict[int, User]:
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=user_ids).order_by("pk")
    return {person.pk: person for person in rows}


def _links(user_ids: Collection[int]) -> list[TeamGrant]:
    rows = TeamGrant.objects.filter(grant__user__in=user_ids)
    return list(rows.select_related("grant__user", "grant__unit", "grant__hamlet").order_by("pk"))


def _compare(link: TeamGrant, step: _Step) -> None:
    """Bring one grant that stands for a team in step; what is there needs no new one."""
    grant = link.grant
    right = step.wanted.get((grant.user_id, grant.role, grant.hamlet_id or 0))
    is_open = grant.valid_to is None or grant.valid_to > max(clock.today(), grant.valid_from)
    if not is_open:
        if right is not None and grant.ended_by_id is not None and not step.again:
            step.there.add(right.key)  # taken back: not again by itself
        else:
            link.delete()
    elif right is None:
        end_grant(grant=grant, by=step.by, reason=REASON)
        link.delete()
    else:
        step.there.add(right.key)
        _fit(grant, right, step)


def _fit(grant: Grant, right: Right, step: _Step) -> None:
    """Shorten or lengthen an open grant to what the team says."""
    longest = max(clock.today(), grant.valid_from) + LONGEST_PERIOD
    end = earlier(right.end, longest) or longest
    if right.end is not None and (grant.valid_to is None or grant.valid_to > right.end):
        end_grant(grant=grant, by=step.by, reason=REASON, on=right.end)
    elif grant.valid_to is not None and grant.valid_to < end and step.by.user_id != grant.user_id:
        was_shortened = grant.ended_by_id is not None and not step.again
        if not was_shortened and (end == right.end or end - grant.valid_to > SLACK):
            renew_grant(grant=grant, by=step.by, valid_to=end)


def _give(user: User, right: Right, by: Viewer, opened: bool) -> bool:
    """Give what is missing beside grants from elsewhere; whether anything was given."""
    hamlet, first = right.hamlet, right.first
    equal = overlapping(user_id=user.pk, role=right.role, unit_id=hamlet.commune_id, hamlet_id=hamlet.pk)
    for other in equal.filter(in_period(first, right.end)).order_by("valid_from"):
        if other.valid_to is None:
            return False
        first = max(first, other.valid_to)
    if (right.end is not None and right.end <= first) or (hamlet.valid_to is not None and hamlet.valid_to <= first):
        return False
    if user.pk == by.user_id:
        raise TeamRefused("Bạn không tự cấp quyền cho mình được. Hãy nhờ cán bộ khác của xã làm việc này.")
    grant = give_grant(
        user=user,
        role=right.role,
        unit=hamlet.commune,
        hamlet=hamlet,
        given_by=by,
        valid_from=first,
        valid_to=earlier(right.end, first + LONGEST_PERIOD),
        opens_account=opened,
    )
    TeamGrant.objects.create(grant=grant)
    return True
