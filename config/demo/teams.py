"""Demo teams: one that works, one that only exists."""

from __future__ import annotations

import uuid
from datetime import timedelta

from core.kit import clock
from core.people.models import User
from core.people.queries import SYSTEM, viewer_for
from core.places.models import Hamlet
from onboarding.households.models import Household
from onboarding.teams.actions import found_team
from onboarding.teams.models import Team, TeamMember
from onboarding.visits.actions import log_session, log_visit
from onboarding.visits.models import Topic

DECISION = "12/QĐ-UBND (bản mẫu)"
FOUNDED_BEFORE = timedelta(days=120)


def make_teams(people: dict[str, User], hamlets: list[Hamlet]) -> None:
    """Hạnh's team with Tâm for the first two hamlets, active; one for the third that has done nothing."""
    day = clock.today() - FOUNDED_BEFORE
    first = _team("Tổ công nghệ số cộng đồng Thôn 1 và Thôn 2", hamlets[:2])
    _team("Tổ công nghệ số cộng đồng Thôn 3", hamlets[2:])
    # The demo's people hold their rights already, without an end; the rows only say which team they are in.
    for name, is_lead in (("totruong", True), ("to", False)):
        TeamMember.objects.create(
            team=first, user=people[name], is_lead=is_lead, valid_from=day, valid_to=first.valid_to
        )
    _visits(people, hamlets)


def _team(name: str, hamlets: list[Hamlet]) -> Team:
    day = clock.today() - FOUNDED_BEFORE
    return found_team(
        commune=hamlets[0].commune,
        name=name,
        decision_number=DECISION,
        decision_on=day,
        valid_from=day,
        valid_to=clock.add_months(day, 24),
        hamlets=hamlets,
        by=SYSTEM,
        is_demo=True,
    )


def _visits(people: dict[str, User], hamlets: list[Hamlet]) -> None:
    now = clock.now()
    households = list(Household.objects.filter(is_demo=True, hamlet__in=hamlets[:2]).order_by("pk"))
    taught = ([Topic.ACCOUNT], [Topic.PHOTOS, Topic.LISTING], [Topic.PAYMENT, Topic.SAFETY])
    for number, (household, topics) in enumerate(zip(households, taught, strict=False)):
        at = now - timedelta(days=3 + 5 * number)
        log_visit(
            record_id=uuid.uuid5(uuid.NAMESPACE_URL, f"lensan:demo:visit:{number}"),
            hamlet=household.hamlet,
            household=household,
            by=viewer_for(people["to" if number % 2 == 0 else "totruong"]),
            visited_at=at,
            received_at=at + timedelta(hours=2),
            taught=topics,
            note="",
        )
    at = now - timedelta(days=10)
    log_session(
        record_id=uuid.uuid5(uuid.NAMESPACE_URL, "lensan:demo:session:0"),
        hamlet=hamlets[0],
        held_at=at,
        received_at=at,
        topics=[Topic.SAFETY, Topic.ORDERS],
        households=households[:2],
        others=9,
        note="",
        by=viewer_for(people["totruong"]),
    )
