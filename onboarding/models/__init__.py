"""Gathers the tables of all slices of this storey."""

from onboarding.accounts.models import Observation, OutsideLink, Platform, PlatformAccount
from onboarding.consent.models import Consent, Notice
from onboarding.households.models import Household, ProductionLine
from onboarding.producers.models import Membership, Producer

__all__ = [
    "Consent", "Household", "Membership", "Notice", "Observation", "OutsideLink", "Platform", "PlatformAccount", "Producer",
    "ProductionLine",
]  # fmt: skip
