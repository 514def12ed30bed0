"""Claiming accounts and links on platforms, keeping them, and adding what was seen there."""

from onboarding.accounts.actions.claiming import AccountFacts, checked_link, claim_account, claim_link, normalise_link
from onboarding.accounts.actions.doing import record_activity
from onboarding.accounts.actions.keeping import close_account, reopen_account, report_account
from onboarding.accounts.actions.looking import set_robots_may_look, set_seen_within
from onboarding.accounts.actions.observing import is_claimant, observe
from onboarding.accounts.actions.platforms import PlatformFacts, add_platform, change_platform, checked_pattern
from onboarding.accounts.actions.refusals import AccountRefused, LinkRefused, OwnClaim, PlatformRefused, SellerTaken

__all__ = [
    "AccountFacts",
    "AccountRefused",
    "LinkRefused",
    "OwnClaim",
    "PlatformFacts",
    "PlatformRefused",
    "SellerTaken",
    "add_platform",
    "change_platform",
    "checked_link",
    "checked_pattern",
    "claim_account",
    "claim_link",
    "close_account",
    "is_claimant",
    "normalise_link",
    "observe",
    "record_activity",
    "reopen_account",
    "report_account",
    "set_robots_may_look",
    "set_seen_within",
]
