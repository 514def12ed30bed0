"""How often is often. Amounts leave room for a commune office behind one address and none for guessing."""

from __future__ import annotations

from django.conf import settings

from core.people.limits.actions import Limit

MINUTE, HOUR, DAY = 60, 3600, 86_400

# Wrong passwords, PINs and paper codes: right ones are taken back, so that an office can sign in all morning.
PASSWORD_OF_PERSON = Limit("password.person", 10, 15 * MINUTE)
PAPER_CODE_OF_PERSON = Limit("paper_code.person", 10, HOUR)
FAILURES_OF_ADDRESS = Limit("failure.address", 100, 15 * MINUTE)
# Codes sent: what a stranger can make somebody's phone ring, and what it can cost us.
CODES_TO_PHONE = Limit("code.phone", 5, 15 * MINUTE)
CODES_TO_PHONE_A_DAY = Limit("code.phone.day", 12, DAY)
CODES_FROM_ADDRESS = Limit("code.address", 40, HOUR)
# Three codes of the second factor are right at any moment: thirty tries a day find one with a chance of 1 in 11,000.
SECOND_FACTOR = Limit("second_factor.person", 5, 15 * MINUTE)
SECOND_FACTOR_A_DAY = Limit("second_factor.person.day", 30, DAY)
PROOF_OF_PERSON = Limit("proof.person", 10, 15 * MINUTE)

# What everybody may look at; generous, against machines that take everything.
PUBLIC_SEARCH = Limit("search", settings.PUBLIC_REQUESTS_PER_MINUTE, MINUTE)
PUBLIC_CHECK = Limit("check", settings.PUBLIC_REQUESTS_PER_MINUTE, MINUTE)
