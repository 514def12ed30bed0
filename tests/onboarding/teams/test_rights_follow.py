"""Whoever is in a team holds its role in its hamlets, for exactly as long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.grants.actions import end_grant, give_grant
from core.people.models import Grant, Role, User
from core.people.queries import NOBODY, SYSTEM, viewer_for
from core.places.models import Unit
from onboarding.households.queries import hamlets_of_team
from onboarding.teams.actions import (
    NotAllowed,
    TeamRefused,
    add_team_member,
    appoint_team_member,
    assign_hamlet,
    end_assignment,
    end_team,
    end_team_member,
    found_teams,
    give_rights_again,
    refound_team,
    set_lead,
)
from onboarding.teams.actions.founding import TeamPlan, Term
from onboarding.teams.actions.rights import rights_missing
from onboarding.teams.models import Team, TeamGrant, TeamHamlet, TeamMember
from onboarding.teams.queries import team_of
from tests.onboarding.teams.conftest import Village

MEMBER_1, MEMBER_2 = ("TEAM_MEMBER", "Thôn 1"), ("TEAM_MEMBER", "Thôn 2")
LEAD_1 = ("TEAM_LEAD", "Thôn 1")


def state() -> tuple[int, ...]:
    tables = (Team, TeamMember, TeamHamlet, TeamGrant, Grant, AuditEntry, User)
    return tuple(table._default_manager.count() for table in tables)


def test_a_member_may_register_in_the_hamlets_of_the_team_only(village: Village) -> None:
    team = village.found("Tổ 1", village.first, village.second)
    assert village.held(village.tam) == set()
    add_team_member(team=team, user=village.tam, by=village.chi)
    assert village.held(village.tam) == {MEMBER_1, MEMBER_2}
    assert [hamlet.name for hamlet in hamlets_of_team(viewer_for(village.tam))] == ["Thôn 1", "Thôn 2"]
    grant = Grant.objects.filter(user=village.tam)[0]
    assert (grant.valid_to, grant.given_by_id) == (team.valid_to, village.chi.user_id)
    before = state()
    add_team_member(team=team, user=village.tam, by=village.chi)  # the same again
    assert state() == before


def test_a_lead_leads_the_own_hamlets_and_not_the_commune(village: Village) -> None:
    team = village.found()
    member = add_team_member(team=team, user=village.tam, is_lead=True, by=village.chi)
    assert village.held(village.tam) == {LEAD_1}
    set_lead(member=member, is_lead=False, by=village.chi)
    assert village.held(village.tam) == {MEMBER_1}
    set_lead(member=member, is_lead=True, by=village.chi)
    assert village.held(village.tam) == {LEAD_1}
    words = AuditEntry.objects.filter(action__startswith="team.lead").order_by("pk").values_list("action", flat=True)
    assert list(words) == ["team.lead_unmade", "team.lead_made"]


def test_hamlets_come_and_go_with_the_rights_in_them(village: Village) -> None:
    team = village.found()
    add_team_member(team=team, user=village.tam, by=village.chi)
    assigned = assign_hamlet(team=team, hamlet=village.second, by=village.chi)
    assert village.held(village.tam) == {MEMBER_1, MEMBER_2}
    end_assignment(assignment=assigned, by=village.chi)
    assert village.held(village.tam) == {MEMBER_1}
    assert team_of(village.second, village.today) is None and team_of(village.first, village.today) == team
    assert end_assignment(assignment=assigned, by=village.chi).valid_to == village.today  # twice is harmless


def test_who_leaves_loses_what_only_the_team_gave(village: Village) -> None:
    team = village.found("Tổ 1", village.first, village.second)
    elsewhere = give_grant(
        user=village.tam, role=Role.TEAM_MEMBER, unit=village.commune, hamlet=village.first, given_by=SYSTEM
    )
    member = add_team_member(team=team, user=village.tam, by=village.chi)
    assert Grant.objects.filter(user=village.tam).count() == 2  # not doubled
    end_team_member(member=member, by=village.chi)
    assert village.held(village.tam) == {MEMBER_1}
    elsewhere.refresh_from_db()
    assert elsewhere.valid_to is None


def test_a_grant_from_elsewhere_that_ends_earlier_is_gone_on_with(village: Village) -> None:
    soon = village.today + timedelta(days=10)
    give_grant(
        user=village.tam,
        role=Role.TEAM_MEMBER,
        unit=village.commune,
        hamlet=village.first,
        given_by=SYSTEM,
        valid_to=soon,
    )
    team = village.found()
    add_team_member(team=team, user=village.tam, by=village.chi)
    periods = Grant.objects.filter(user=village.tam).order_by("pk").values_list("valid_from", "valid_to")
    assert list(periods) == [(village.today, soon), (soon, team.valid_to)]


def test_the_end_of_one_team_leaves_what_the_other_gives(village: Village) -> None:
    one, two = village.found("Tổ 1", village.first), village.found("Tổ 2", village.second)
    for team in (one, two):
        add_team_member(team=team, user=village.tam, by=village.chi)
    add_team_member(team=one, user=village.thu, is_lead=True, by=village.chi)
    end_team(team=one, by=village.chi)
    assert village.held(village.tam) == {MEMBER_2} and village.held(village.thu) == set()
    assert team_of(village.first, village.today) is None
    three = village.found("Tổ 3", village.first)  # the hamlet is free
    add_team_member(team=three, user=village.tam, by=village.chi)
    assert village.held(village.tam) == {MEMBER_1, MEMBER_2}


def test_an_end_ahead_shortens_the_rights(village: Village) -> None:
    team = village.found()
    add_team_member(team=team, user=village.tam, by=village.chi)
    end_team(team=team, by=village.chi, on=village.today + timedelta(days=5))
    assert Grant.objects.get(user=village.tam).valid_to == village.today + timedelta(days=5)
    assert village.held(village.tam) == {MEMBER_1}
    with pytest.raises(TeamRefused):
        end_team(team=team, by=village.chi, on=village.today - timedelta(days=1))


def test_a_team_that_begins_later_gives_rights_from_then(village: Village) -> None:
    start = village.today + timedelta(days=7)
    team = village.found(valid_from=start, valid_to=start + timedelta(days=100))
    add_team_member(team=team, user=village.tam, by=village.chi)
    assert village.held(village.tam) == set()
    grant = Grant.objects.get(user=village.tam)
    assert (grant.valid_from, grant.valid_to) == (start, start + timedelta(days=100))


def test_a_team_without_end_gives_rights_for_two_years(village: Village) -> None:
    team = village.found(valid_to=None)
    add_team_member(team=team, user=village.tam, by=village.chi)
    assert Grant.objects.get(user=village.tam).valid_to == village.today + timedelta(days=731)


def test_what_an_officer_took_back_stays_away_until_it_is_asked_for(village: Village) -> None:
    team = village.found()
    add_team_member(team=team, user=village.tam, by=village.chi)
    end_grant(grant=Grant.objects.get(user=village.tam), by=village.chi, reason="Mất điện thoại")
    assign_hamlet(team=team, hamlet=village.second, by=village.chi)
    assert village.held(village.tam) == {MEMBER_2}
    assert [right.hamlet for right in rights_missing([village.tam.pk])] == [village.first]
    give_rights_again(team=team, by=village.chi)
    assert village.held(village.tam) == {MEMBER_1, MEMBER_2} and rights_missing([village.tam.pk]) == []


def test_a_right_for_the_whole_commune_is_not_missing_in_a_hamlet(village: Village) -> None:
    team = village.found()
    add_team_member(team=team, user=village.tam, is_lead=True, by=village.chi)
    end_grant(grant=Grant.objects.get(user=village.tam), by=village.chi, reason="Mất điện thoại")
    assert len(rights_missing([village.tam.pk])) == 1
    give_grant(user=village.tam, role=Role.TEAM_LEAD, unit=village.commune, hamlet=None, given_by=SYSTEM)
    assert rights_missing([village.tam.pk]) == []


def test_a_new_team_by_a_new_decision_pauses_nobodys_rights(village: Village) -> None:
    team = village.found("Tổ 1", village.first, village.second)
    add_team_member(team=team, user=village.tam, is_lead=True, by=village.chi)
    leaves = add_team_member(team=team, user=village.thu, by=village.chi)
    end_team_member(member=leaves, by=village.chi)
    grants = set(Grant.objects.filter(user=village.tam).values_list("pk", flat=True))
    term = Term("45/QĐ-UBND", village.today, village.today, village.today + timedelta(days=700))
    new = refound_team(team=team, name="Tổ 1", term=term, by=village.chi)
    team.refresh_from_db()
    assert (team.valid_to, new.follows, new.decision_number) == (village.today, team, "45/QĐ-UBND")
    assert village.held(village.tam) == {LEAD_1, ("TEAM_LEAD", "Thôn 2")} and village.held(village.thu) == set()
    assert set(Grant.objects.filter(user=village.tam).values_list("pk", flat=True)) == grants  # lengthened, not new
    assert {grant.valid_to for grant in Grant.objects.filter(user=village.tam)} == {term.valid_to}
    assert team_of(village.second, village.today) == new


def test_a_team_whose_term_ends_is_founded_again_from_that_day(village: Village) -> None:
    team = village.found()
    add_team_member(team=team, user=village.tam, by=village.chi)
    assert team.valid_to is not None
    new = refound_team(team=team, name="Tổ 1", term=Term("9/QĐ", village.today, team.valid_to), by=village.chi)
    assert [member.user for member in new.members.all()] == [village.tam]
    assert [row.valid_from for row in new.hamlets.all()] == [team.valid_to]


def test_somebody_new_gets_a_slip_with_the_team(village: Village) -> None:
    team = village.found()
    joined = appoint_team_member(
        team=team, login="0912 345 678", full_name="Lê  Thị Mới", is_lead=False, by=village.chi
    )
    assert joined.entry_code and joined.member.user.phone == "+84912345678"
    assert village.held(joined.member.user) == {MEMBER_1}
    assert Grant.objects.get(user=joined.member.user).opened_account
    known = appoint_team_member(team=team, login="tam", full_name="Tam", is_lead=True, by=village.chi)
    assert known.entry_code == "" and not Grant.objects.get(user=village.tam).opened_account
    before = state()
    with pytest.raises(ValueError):
        appoint_team_member(team=team, login="thu", full_name="Người khác", is_lead=False, by=village.chi)
    assert state() == before


def test_one_decision_founds_several_teams_or_none(village: Village) -> None:
    term = Term("7/QĐ-UBND", village.today, village.today)
    plans = [TeamPlan("Tổ A", [village.first]), TeamPlan("Tổ B", [village.second, village.third])]
    made = found_teams(commune=village.commune, plans=plans, term=term, by=village.chi)
    assert [(team.name, team.decision_number, team.hamlets.count()) for team in made] == [
        ("Tổ A", "7/QĐ-UBND", 1), ("Tổ B", "7/QĐ-UBND", 2),
    ]  # fmt: skip
    before = state()
    with pytest.raises(TeamRefused, match="đang do «Tổ A» phụ trách"):
        found_teams(
            commune=village.commune,
            plans=[TeamPlan("Tổ C"), TeamPlan("Tổ D", [village.first])],
            term=term,
            by=village.chi,
        )
    with pytest.raises(TeamRefused, match="Xã đã có «Tổ A»"):
        found_teams(commune=village.commune, plans=[TeamPlan("Tổ A")], term=term, by=village.chi)
    assert state() == before


def test_only_officers_of_the_commune_run_its_teams(village: Village) -> None:
    team = village.found()
    member = add_team_member(team=team, user=village.tam, is_lead=True, by=village.chi)
    next_door = Unit.objects.filter(level="commune", valid_to=None, parent=village.commune.parent)
    village.people.users["cuc"] = User.objects.create_user(username="cuc", full_name="Cúc")
    give_grant(
        user=village.people.users["cuc"], role=Role.COMMUNE, given_by=SYSTEM,
        unit=next_door.exclude(pk=village.commune.pk)[0],
    )  # fmt: skip
    before = state()
    for by in (NOBODY, viewer_for(village.tam), *(village.people.viewer(name) for name in ("hanh", "dung", "cuc"))):
        for call in (
            lambda by=by: village.found("Tổ 9", village.second, by=by),
            lambda by=by: end_team(team=team, by=by),
            lambda by=by: add_team_member(team=team, user=village.thu, by=by),
            lambda by=by: appoint_team_member(team=team, login="0912345999", full_name="X", is_lead=False, by=by),
            lambda by=by: end_team_member(member=member, by=by),
            lambda by=by: set_lead(member=member, is_lead=False, by=by),
            lambda by=by: assign_hamlet(team=team, hamlet=village.second, by=by),
            lambda by=by: end_assignment(assignment=team.hamlets.get(), by=by),
            lambda by=by: refound_team(team=team, name="Tổ", term=Term("1", village.today, village.today), by=by),
            lambda by=by: give_rights_again(team=team, by=by),
        ):
            with pytest.raises(NotAllowed):
                call()
    assert state() == before


def test_nobody_gives_themselves_rights(village: Village) -> None:
    team, before = village.found(), state()
    with pytest.raises(TeamRefused, match="không tự cấp quyền"):
        add_team_member(team=team, user=village.people.users["chi"], by=village.chi)
    assert state()[0] == 1 and state()[1:5] == before[1:5]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"name": "  "}, "tên tổ"),
        ({"decision_number": ""}, "số quyết định"),
        ({"decision_on": clock.today() + timedelta(days=3)}, "sau hôm nay"),
        ({"valid_from": clock.today() - timedelta(days=3)}, "trước ngày quyết định"),
        ({"valid_to": clock.today()}, "sau ngày bắt đầu"),
        ({"valid_to": clock.today() + timedelta(days=4000)}, "nhiều nhất 10 năm"),
    ],
)
def test_what_a_decision_cannot_say(village: Village, changes: dict[str, object], word: str) -> None:
    with pytest.raises(TeamRefused, match=word):
        village.found(**changes)
    assert not Team.objects.exists()
