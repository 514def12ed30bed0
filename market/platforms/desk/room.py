"""Who may be at the platform desk."""

from __future__ import annotations

from core.people.models import Role
from core.people.views import for_roles
from market.platforms.rules import CONFIRMERS

operator_page = for_roles(Role.PLATFORM_OPERATOR)
confirmer_page = for_roles(*CONFIRMERS)
