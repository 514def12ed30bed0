"""Nobody verifies their own words: the database refuses a verification by somebody who has written the household's verified
facts since the last one."""

from __future__ import annotations

from core.kit.refusing import Refusal

OWN_WORDS = Refusal(
    name="household_not_verified_by_writer",
    table="onboarding_household",
    moments=("INSERT", "UPDATE OF verified_by_id"),
    when="NEW.verified_by_id IS NOT NULL",
    witness="""
        SELECT 1 FROM onboarding_householdwriter writer
        WHERE writer.household_id = NEW.id AND writer.user_id = NEW.verified_by_id AND NOT writer.is_past
    """,
)
