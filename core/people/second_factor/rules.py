"""Who needs a second factor, and what counts as proof."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from core.people.models import Role

# Staff who see other people's data or change what is counted. Team roles use the phone and a PIN on their device.
ROLES_WITH_SECOND_FACTOR = frozenset(
    {Role.NATIONAL, Role.PROVINCE, Role.COMMUNE, Role.PLATFORM_OPERATOR, Role.ACCOUNTANT, Role.AUDITOR}
)
# The operator is no grant but the superuser; in lists of roles this word stands for it.
OPERATOR = "operator"
# Changing what a log-in rests on (password, phone, second factor) asks for a proof younger than this.
PROOF_LIFE = timedelta(minutes=10)


def needs_second_factor(roles: Collection[str]) -> bool:
    """Whether one of these roles (or OPERATOR) is only held with a second factor."""
    return OPERATOR in roles or not ROLES_WITH_SECOND_FACTOR.isdisjoint(roles)
