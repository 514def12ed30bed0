"""Who works at the commune's desk."""

from __future__ import annotations

from core.people.models import Role

# Whose desk it is; a team's lead and the province see their part of it.
DESK_ROLES = (Role.COMMUNE, Role.TEAM_LEAD, Role.PROVINCE)
