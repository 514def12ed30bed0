"""Reading visits and sessions: which teams are active, what was done where, and whom to visit next."""

from onboarding.visits.queries.activity import (
    Coverage,
    active_on,
    coverage_in,
    hamlet_coverage,
    households_without_account,
    is_active,
    with_activity,
    with_team_marks,
)
from onboarding.visits.queries.journal import Entry, Narrowing, entries_of, journal_visible_to, visitors_in

__all__ = [
    "Coverage", "Entry", "Narrowing", "active_on", "coverage_in", "entries_of", "hamlet_coverage", "households_without_account",
    "is_active", "journal_visible_to", "visitors_in", "with_activity", "with_team_marks",
]  # fmt: skip
