"""Reading: households that may be one, pairs awaiting a decision, phones that many share."""

from onboarding.matching.queries.looking import Alike, alike
from onboarding.matching.queries.phones import flagged_phones_of, households_out_of_rates

__all__ = ["Alike", "alike", "flagged_phones_of", "households_out_of_rates"]
