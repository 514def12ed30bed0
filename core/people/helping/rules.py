"""Who may help whom with signing in: open a locked account, take away a lost second factor, remove devices.

Helping needs a wider area and a higher role than the person helped has, so that nobody can take over the log-in of
somebody who sees more: the operator helps everybody; national staff all but their like; a province its communes and
teams; a commune its teams; a team lead the members of the team.
"""

from __future__ import annotations

from core.people.models import Role

_TEAM = (Role.TEAM_LEAD, Role.TEAM_MEMBER)
HELPS = {
    Role.NATIONAL: (Role.PROVINCE, Role.COMMUNE, *_TEAM, Role.PLATFORM_OPERATOR, Role.ACCOUNTANT, Role.AUDITOR),
    Role.PROVINCE: (Role.COMMUNE, *_TEAM),
    Role.COMMUNE: _TEAM,
    Role.TEAM_LEAD: (Role.TEAM_MEMBER,),
}
HELPERS = tuple(HELPS)
