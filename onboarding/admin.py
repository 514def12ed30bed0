"""Gathers the staff screens of this storey."""

import onboarding.accounts.admin  # noqa: F401
