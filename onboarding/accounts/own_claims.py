"""Nobody confirms what they claimed themselves: the database refuses an observation "live" by the person who claimed the
link or its account."""

from __future__ import annotations

from core.kit.refusing import Refusal

OWN_CLAIM = Refusal(
    name="observation_not_by_claimant",
    table="onboarding_observation",
    moments=("INSERT",),
    when="NEW.observer = 'person' AND NEW.result = 'live'",
    witness="""
        SELECT 1 FROM onboarding_outsidelink link
        JOIN onboarding_platformaccount account ON account.id = link.account_id
        WHERE link.id = NEW.link_id AND NEW.observed_by_id IN (link.claimed_by_id, account.claimed_by_id)
    """,
)
