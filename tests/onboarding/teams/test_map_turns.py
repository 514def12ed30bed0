"""Communes and hamlets merge; teams go along and ask what the new commune decides."""

from __future__ import annotations

from datetime import timedelta

from core.people.grants.actions import give_grant
from core.people.grants.moving import follow_map as move_grants
from core.people.models import Role
from core.people.queries import SYSTEM, viewer_for
from core.places.events import MapTurned, UnitLinkFact
from core.places.models import Hamlet, Unit
from onboarding.households.queries import hamlets_of_team
from onboarding.teams.actions import add_team_member, end_team, settle_team
from onboarding.teams.actions.moving import follow_map
from onboarding.teams.queries import team_of
from onboarding.teams.todos import team_todos
from tests.onboarding.teams.conftest import Village


def turn(event: MapTurned) -> None:
    """As the house does: rights first, then teams; twice, because jobs may run twice."""
    for _ in range(2):
        move_grants(event)
        follow_map(event)


def test_a_merged_commune_takes_the_teams_over_and_asks(village: Village) -> None:
    neighbour = Unit.objects.filter(level="commune", valid_to=None, parent=village.commune.parent).exclude(
        pk=village.commune.pk
    )[0]
    there = village.found("Tổ 1", Hamlet.objects.create(commune=neighbour, name="Ấp 1"), commune=neighbour, by=SYSTEM)
    team = village.found()
    add_team_member(team=team, user=village.tam, by=village.chi)
    new = Hamlet.objects.create(commune=neighbour, name="Thôn 1", valid_from=village.today)
    unit_link = UnitLinkFact(village.commune.pk, neighbour.pk, "whole")
    turn(MapTurned(village.today, "NQ 1", (unit_link,), (UnitLinkFact(village.first.pk, new.pk, "whole"),)))
    team.refresh_from_db()
    assert (team.commune, team.name) == (neighbour, f"Tổ 1 ({village.commune.name})") and there.name == "Tổ 1"
    assert team.to_decide.startswith(f"Từ {village.today:%d/%m/%Y} {village.commune} thành {neighbour}.")
    assert team_of(new, village.today) == team and team_of(village.first, village.today) is None
    assert list(hamlets_of_team(viewer_for(village.tam))) == [new]
    # The right still stands for the team: it ends with it.
    end_team(team=team, by=SYSTEM)
    assert not hamlets_of_team(viewer_for(village.tam)).exists()


def test_two_teams_in_one_hamlet_keep_their_rights_until_somebody_decides(village: Village) -> None:
    one, two = village.found("Tổ 1", village.first), village.found("Tổ 2", village.second)
    add_team_member(team=one, user=village.tam, by=village.chi)
    add_team_member(team=two, user=village.thu, by=village.chi)
    new = Hamlet.objects.create(commune=village.commune, name="Thôn gộp", valid_from=village.today)
    links = tuple(UnitLinkFact(old.pk, new.pk, "whole") for old in (village.first, village.second))
    turn(MapTurned(village.today, "NQ 2", (), links))
    assert team_of(new, village.today) == one
    for user in (village.tam, village.thu):
        assert list(hamlets_of_team(viewer_for(user))) == [new]
    for team in (one, two):
        team.refresh_from_db()
        assert team.to_decide.endswith("Cần quyết định mới.")
    asked = [todo.sentence for todo in team_todos(village.chi)]
    assert [one.name in asked[0], two.name in asked[1]] == [True, True]
    settle_team(team=one, by=village.chi)
    end_team(team=two, by=village.chi)
    assert not hamlets_of_team(viewer_for(village.thu)).exists()
    assert not [todo for todo in team_todos(village.chi) if todo.urgency < 6]


def test_a_divided_hamlet_stays_with_its_default_part_and_asks(village: Village) -> None:
    team = village.found()
    parts = [
        Hamlet.objects.create(commune=village.commune, name=f"Thôn 1{end}", valid_from=village.today) for end in "AB"
    ]
    links = (
        UnitLinkFact(village.first.pk, parts[0].pk, "default"),
        UnitLinkFact(village.first.pk, parts[1].pk, "part"),
    )
    turn(MapTurned(village.today, "NQ 3", (), links))
    team.refresh_from_db()
    assert team_of(parts[0], village.today) == team and team_of(parts[1], village.today) is None
    assert "được chia" in team.to_decide


def test_a_right_joined_to_one_from_elsewhere_outlives_the_team(village: Village) -> None:
    new = Hamlet.objects.create(commune=village.commune, name="Thôn gộp")
    give_grant(user=village.tam, role=Role.TEAM_MEMBER, unit=village.commune, hamlet=new, given_by=SYSTEM)
    team = village.found()
    add_team_member(team=team, user=village.tam, by=village.chi)
    turn(MapTurned(village.today, "NQ 4", (), (UnitLinkFact(village.first.pk, new.pk, "whole"),)))
    end_team(team=team, by=village.chi)
    assert list(hamlets_of_team(viewer_for(village.tam))) == [new]


def test_a_term_that_ends_soon_is_asked_about(village: Village) -> None:
    team = village.found(valid_to=village.today + timedelta(days=20))
    assert f"{team.name} hết hạn ngày" in next(iter(team_todos(village.chi))).sentence
