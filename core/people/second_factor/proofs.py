"""Trying a code of the second factor: counted, then used."""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from core.people.limits.actions import count_try, forget_tries, take_back
from core.people.limits.rules import SECOND_FACTOR, SECOND_FACTOR_A_DAY
from core.people.models import User
from core.people.second_factor.actions import use_second_factor


def check_second_factor(user: User, code: str) -> Authenticator:
    """Count the try, use the code; a right one starts the count anew. Raises TooMany, CodeRefused."""
    subject = f"user:{user.pk}"
    count_try(SECOND_FACTOR_A_DAY, subject)
    count_try(SECOND_FACTOR, subject)
    authenticator = use_second_factor(user=user, code=code)
    forget_tries(SECOND_FACTOR, subject)
    take_back(SECOND_FACTOR_A_DAY, subject)
    return authenticator
