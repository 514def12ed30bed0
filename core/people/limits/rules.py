"""How often is often. Amounts leave room for a commune office behind one address and none for guessing."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from core.people.limits.actions import Limit

MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True)
class Guesses:
    """Tries at one written name: few from one address (or one browser known to it), many from all together, so that
    guessing ends soon where it happens, and a stranger cannot shut the person out."""

    here: Limit
    anywhere: Limit


# Wrong passwords and paper codes: right ones are taken back, so that an office can sign in all morning.
PASSWORD = Guesses(Limit("password.here", 10, 15 * MINUTE), Limit("password.anywhere", 100, HOUR))
PAPER_CODE = Guesses(Limit("paper_code.here", 10, HOUR), Limit("paper_code.anywhere", 100, HOUR))
# Against one machine going through many names; carriers put thousands of people behind one address.
FAILURES_OF_ADDRESS = Limit("failure.address", 500, 15 * MINUTE)
# Codes sent: what a stranger can make somebody's phone ring, and what it can cost us. A phone gets twelve a day at most,
# four of them only for browsers it has signed in from.
CODES_TO_PHONE = Limit("code.phone", 5, 15 * MINUTE)
CODES_TO_PHONE_FROM_ADDRESS = Limit("code.phone.address", 6, DAY)
CODES_TO_PHONE_A_DAY = Limit("code.phone.day", 8, DAY)
CODES_TO_PHONE_RESERVED = Limit("code.phone.reserved", 4, DAY)
CODES_FROM_ADDRESS = Limit("code.address", 40, HOUR)
# Three codes of the second factor are right at any moment: thirty tries a day find one with a chance of 1 in 11,000.
SECOND_FACTOR = Limit("second_factor.person", 5, 15 * MINUTE)
SECOND_FACTOR_A_DAY = Limit("second_factor.person.day", 30, DAY)
PROOF_OF_PERSON = Limit("proof.person", 10, 15 * MINUTE)

# What a person may store through pages: a shop of a hundred goods in a day, not a disk.
PHOTOS_OF_PERSON = Limit("photo.person", 1_000, DAY)
SHEETS_OF_PERSON = Limit("sheet.person", 60, DAY)

# What everybody may look at; generous, against machines that take everything.
PUBLIC_SEARCH = Limit("search", settings.PUBLIC_REQUESTS_PER_MINUTE, MINUTE)
# What the search box proposes is counted apart: typing must not use up searches.
PUBLIC_SUGGESTIONS = Limit("suggestions", settings.PUBLIC_REQUESTS_PER_MINUTE, MINUTE)
PUBLIC_LISTS = Limit("lists", settings.PUBLIC_REQUESTS_PER_MINUTE, MINUTE)
PUBLIC_CHECK = Limit("check", settings.PUBLIC_REQUESTS_PER_MINUTE, MINUTE)
