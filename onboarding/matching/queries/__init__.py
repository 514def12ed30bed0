"""Reading: households that may be one, pairs awaiting a decision, phones that many share."""

from onboarding.matching.queries.looking import Alike, alike
from onboarding.matching.queries.phones import households_out_of_rates

__all__ = ["Alike", "alike", "households_out_of_rates"]
