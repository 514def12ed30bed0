"""Asking to sell here, for tests."""

from __future__ import annotations

from onboarding.producers.applications.actions import ApplicationFacts, apply
from onboarding.producers.models import Application
from tests.people import People

CODE = "0100109106"  # a ten-digit code with a right check digit
PHONES = {"binh": "+84912345111", "dung": "+84912345222", "chi": "+84912345333"}


def facts_of(people: People, **others: object) -> ApplicationFacts:
    """A cooperative of the people's commune."""
    known = {
        "kind": "cooperative", "name": "HTX Bình An", "tax_code": CODE, "commune": people.commune,
        "address": "12 Lê Lợi", "contact": "Bình",
    }  # fmt: skip
    return ApplicationFacts(**known | others)  # type: ignore[arg-type]


def application_of(people: People, name: str, **others: object) -> Application:
    """One of them asks, with a phone of their own."""
    user = people.users[name]
    user.phone = PHONES[name]
    user.save()
    return apply(applicant=user, facts=facts_of(people, **others))
