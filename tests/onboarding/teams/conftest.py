"""Chi's commune has three hamlets; Tâm and Thu are people who may join teams."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from core.kit import clock
from core.people.models import Role, User
from core.places.models import Hamlet
from onboarding.teams.actions import found_team
from onboarding.teams.models import Team
from tests.people import People


class Village:
    """The commune of the standing people, and how to found a team there."""

    def __init__(self, people: People) -> None:
        self.people, self.commune, self.first = people, people.commune, people.hamlet
        self.second = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
        self.third = Hamlet.objects.create(commune=people.commune, name="Thôn 3")
        self.tam, self.thu = (
            User.objects.create_user(username=name, full_name=name.capitalize()) for name in ("tam", "thu")
        )
        self.today: date = clock.today()
        self.chi = people.viewer("chi")

    def found(self, name: str = "Tổ 1", *hamlets: Hamlet, **changes: Any) -> Team:
        facts: dict[str, Any] = {
            "commune": self.commune, "name": name, "decision_number": "12/QĐ-UBND", "decision_on": self.today,
            "valid_from": self.today, "valid_to": self.today + timedelta(days=365), "hamlets": hamlets or (self.first,),
            "by": self.chi,
        }  # fmt: skip
        return found_team(**{**facts, **changes})

    def held(self, user: User) -> set[tuple[str, str]]:
        """Role and hamlet of everything somebody holds today."""
        rows = user.grants.filter(valid_from__lte=self.today).exclude(valid_to__lte=self.today)
        return {(Role(grant.role).name, grant.hamlet.name if grant.hamlet else "") for grant in rows}


@pytest.fixture
def village(people: People) -> Village:
    return Village(people)
