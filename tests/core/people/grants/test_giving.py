"""Giving and ending: Phương works for the province, Chi for the commune, Hạnh leads a team, Dũng has nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.actions import give_grant
from core.people.grants.actions import (
    GrantRefused,
    NotAllowed,
    end_grant,
    end_operator,
    make_operator,
    renew_grant,
    review_grant,
)
from core.people.grants.queries import awaiting_review, grants_visible_to
from core.people.grants.rules import LONGEST_PERIOD, roles_given_by
from core.people.models import Grant, Role, User
from core.people.queries import NOBODY, SYSTEM, Viewer, viewer_for
from core.places.models import Hamlet, Unit
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def quan(people: People) -> Viewer:
    """The operator."""
    user = User.objects.create_user(username="quan", full_name="Quân", is_superuser=True, is_staff=True)
    people.users["quan"] = user
    return viewer_for(user)


@pytest.fixture
def nga(people: People) -> Viewer:
    """National staff."""
    people.users["nga"] = User.objects.create_user(username="nga", full_name="Nga")
    give_grant(user=people.users["nga"], role=Role.NATIONAL, unit=None, given_by=SYSTEM)
    return people.viewer("nga")


def next_commune(people: People) -> Unit:
    units = Unit.objects.filter(level="commune", valid_to=None, parent=people.commune.parent)
    return units.exclude(pk=people.commune.pk).order_by("pk")[0]


def far_province(people: People) -> Unit:
    return Unit.objects.filter(level="province", valid_to=None).exclude(pk=people.commune.parent_id).order_by("pk")[0]


def state() -> list[Any]:
    """What must not change when somebody is refused."""
    return [
        list(Grant.objects.order_by("pk").values_list()),
        list(User.objects.order_by("pk").values_list("pk", "is_superuser", "is_staff")),
        AuditEntry.objects.count(),
    ]


def give(people: People, by: Viewer, role: str, place: str, to: str = "dung") -> Grant:
    """Give for a year; `place` is a word of the tables below."""
    units: dict[str, Unit | None] = {
        "here": people.commune,
        "next": next_commune(people),
        "province": people.commune.parent,
        "far": far_province(people),
        "country": None,
    }
    unit, hamlet = units[place], None
    if role == Role.TEAM_MEMBER and unit is not None:
        hamlet, _ = Hamlet.objects.get_or_create(commune=unit, name="Thôn 1")
    return give_grant(
        user=people.users[to],
        role=role,
        unit=unit,
        hamlet=hamlet,
        given_by=by,
        valid_to=clock.today() + timedelta(days=365),
    )


PLACES = {
    Role.NATIONAL: ("country",),
    Role.PROVINCE: ("province", "far"),
    Role.COMMUNE: ("here", "next"),
    Role.TEAM_LEAD: ("here", "next"),
    Role.TEAM_MEMBER: ("here", "next"),
    Role.PLATFORM_OPERATOR: ("country",),
    Role.ACCOUNTANT: ("country",),
    Role.AUDITOR: ("country", "province", "here"),
}
EVERYTHING = {(role, place) for role, places in PLACES.items() for place in places}
TEAM_HERE = {(Role.TEAM_LEAD, "here"), (Role.TEAM_MEMBER, "here")}
MAY = {
    "quan": EVERYTHING,
    "nga": EVERYTHING,
    "phuong": TEAM_HERE
    | {(Role.PROVINCE, "province"), (Role.COMMUNE, "here"), (Role.COMMUNE, "next")}
    | {(Role.TEAM_LEAD, "next"), (Role.TEAM_MEMBER, "next")},
    "chi": TEAM_HERE,
    "hanh": set(),
    "an": set(),
    "buu": set(),
    "dung": set(),
}


@pytest.mark.parametrize("name", sorted(MAY))
def test_who_gives_what_where(people: People, quan: Viewer, nga: Viewer, name: str) -> None:
    given = set()
    for role, place in sorted(EVERYTHING):
        before = state()
        try:
            give(people, people.viewer(name), role, place, to="binh")
        except NotAllowed:
            assert state() == before
        else:
            given.add((role, place))
            assert AuditEntry.objects.filter(action="grant.given").latest("pk").actor_id == people.users[name].pk
    assert given == MAY[name]


def test_nobody_gives_themselves_anything(people: People, quan: Viewer, nga: Viewer) -> None:
    for name, (role, place) in {
        "quan": (Role.COMMUNE, "here"),
        "nga": (Role.COMMUNE, "here"),
        "phuong": (Role.COMMUNE, "here"),
        "chi": (Role.TEAM_LEAD, "here"),
    }.items():
        before = state()
        with pytest.raises(NotAllowed):
            give(people, people.viewer(name), role, place, to=name)
        assert state() == before
    with pytest.raises(NotAllowed):
        give(people, NOBODY, Role.TEAM_LEAD, "here")


def test_nobody_lengthens_or_confirms_their_own(people: People) -> None:
    own = Grant.objects.get(user=people.users["phuong"])
    Grant.objects.filter(pk=own.pk).update(valid_to=clock.today() + timedelta(days=5))
    before = state()
    with pytest.raises(NotAllowed):
        renew_grant(grant=own, by=people.viewer("phuong"), valid_to=clock.today() + timedelta(days=50))
    with pytest.raises(NotAllowed):
        review_grant(grant=own, by=people.viewer("phuong"))
    assert state() == before


def test_a_viewer_from_before_the_end_gives_nothing(people: People) -> None:
    """Chi's page was open while the province ended her grant."""
    stale = people.viewer("chi")
    end_grant(grant=Grant.objects.get(user=people.users["chi"]), by=people.viewer("phuong"), reason="Chuyển công tác")
    before = state()
    with pytest.raises(NotAllowed):
        give(people, stale, Role.TEAM_LEAD, "here")
    assert state() == before
    locked = people.viewer("phuong")
    User.objects.filter(username="phuong").update(is_active=False)
    with pytest.raises(NotAllowed):
        give(people, locked, Role.COMMUNE, "here")


def test_a_request_that_held_less_gets_no_more_behind_the_lock(people: People) -> None:
    """A session without its second factor has a viewer without grants."""
    with pytest.raises(NotAllowed):
        give(people, Viewer(people.users["phuong"].pk, "Phương"), Role.COMMUNE, "here")


def test_what_an_officer_gave_stays_when_the_officer_goes(people: People) -> None:
    given = give(people, people.viewer("chi"), Role.TEAM_LEAD, "here")
    end_grant(grant=Grant.objects.get(user=people.users["chi"]), by=people.viewer("phuong"), reason="Nghỉ hưu")
    assert people.viewer("dung").has_role(Role.TEAM_LEAD)
    assert Grant.objects.get(pk=given.pk).given_by == people.users["chi"]


def test_the_same_thing_is_not_given_twice(people: People) -> None:
    give(people, people.viewer("phuong"), Role.COMMUNE, "here")
    before = state()
    with pytest.raises(GrantRefused, match="đã có quyền đó đến"):
        give(people, people.viewer("phuong"), Role.COMMUNE, "here")
    assert state() == before
    give(people, people.viewer("phuong"), Role.COMMUNE, "next")  # another place is another grant
    mine = Grant.objects.filter(user=people.users["dung"])
    assert mine.count() == 2
    grant = mine.get(unit=people.commune)
    assert grant.valid_to is not None
    after = give_grant(  # the day it ends, the next may begin
        user=people.users["dung"],
        role=Role.COMMUNE,
        unit=people.commune,
        given_by=people.viewer("phuong"),
        valid_from=grant.valid_to,
        valid_to=grant.valid_to + timedelta(days=30),
    )
    assert mine.count() == 3 and after.pk != grant.pk


def test_an_end_holds_at_once_and_frees_the_place(people: People) -> None:
    grant = give(people, people.viewer("chi"), Role.TEAM_LEAD, "here")
    ended = end_grant(grant=grant, by=people.viewer("chi"), reason="Nhầm người")
    assert (ended.valid_to, ended.end_reason, ended.ended_by_id) == (
        clock.today(), "Nhầm người", people.users["chi"].pk,
    )  # fmt: skip
    assert not people.viewer("dung").has_role(Role.TEAM_LEAD)
    before = state()
    with pytest.raises(GrantRefused, match="đã kết thúc rồi"):
        end_grant(grant=grant, by=people.viewer("chi"), reason="Lần nữa")
    assert state() == before
    give(people, people.viewer("chi"), Role.TEAM_LEAD, "here")
    assert people.viewer("dung").has_role(Role.TEAM_LEAD)


def test_everybody_may_lay_down_their_own(people: People) -> None:
    end_grant(grant=Grant.objects.get(user=people.users["hanh"]), by=people.viewer("hanh"), reason="Bận việc nhà")
    assert not people.viewer("hanh").has_role(Role.TEAM_LEAD)


@pytest.mark.parametrize("name", ["an", "hanh", "buu", "dung"])
def test_outsiders_end_nothing(people: People, name: str) -> None:
    before = state()
    with pytest.raises(NotAllowed):
        end_grant(grant=Grant.objects.get(user=people.users["chi"]), by=people.viewer(name), reason="x")
    assert state() == before


def test_a_commune_officer_ends_no_colleague(people: People) -> None:
    colleague = give(people, people.viewer("phuong"), Role.COMMUNE, "here")
    before = state()
    with pytest.raises(NotAllowed):
        end_grant(grant=colleague, by=people.viewer("chi"), reason="x")
    assert state() == before


def test_periods_and_places_must_make_sense(people: People) -> None:
    today, phuong = clock.today(), people.viewer("phuong")
    other = Hamlet.objects.create(commune=next_commune(people), name="Thôn bên")
    closed = Hamlet.objects.create(commune=people.commune, name="Thôn cũ", valid_to=today)
    year = {"valid_to": today + timedelta(days=365)}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"role": Role.COMMUNE, "unit": people.commune}, "ngày kết thúc"),
        ({"role": Role.COMMUNE, "unit": people.commune, "valid_to": today}, "phải sau"),
        (
            {"role": Role.COMMUNE, "unit": people.commune, "valid_to": today + LONGEST_PERIOD + timedelta(days=1)},
            "hai năm",
        ),
        ({"role": Role.COMMUNE, "unit": people.commune, "valid_from": today - timedelta(days=1), **year}, "trước hôm"),
        ({"role": Role.COMMUNE, "unit": people.commune.parent, **year}, "chọn một xã"),
        ({"role": Role.PROVINCE, "unit": people.commune, **year}, "chọn một tỉnh"),
        ({"role": Role.COMMUNE, "unit": people.commune, "hamlet": people.hamlet, **year}, "bỏ trống ô ấp"),
        ({"role": Role.TEAM_MEMBER, "unit": people.commune, **year}, "chọn ấp"),
        ({"role": Role.TEAM_MEMBER, "unit": people.commune, "hamlet": other, **year}, "không thuộc xã"),
        ({"role": Role.TEAM_MEMBER, "unit": people.commune, "hamlet": closed, **year}, "không còn hiệu lực"),
    ]
    before = state()
    for facts, words in wrong:
        with pytest.raises(GrantRefused, match=words):
            give_grant(user=people.users["dung"], given_by=phuong, **facts)
    old = Unit.objects.filter(level="commune", valid_to__isnull=False).order_by("pk")[0]
    with pytest.raises(GrantRefused, match="không còn hiệu lực"):
        give_grant(user=people.users["dung"], role=Role.COMMUNE, unit=old, given_by=SYSTEM)
    assert state() == before


def test_renewing_makes_it_last_and_counts_as_a_look(people: People) -> None:
    grant = give(people, people.viewer("chi"), Role.TEAM_LEAD, "here")
    later = clock.today() + timedelta(days=500)
    renewed = renew_grant(grant=grant, by=people.viewer("chi"), valid_to=later)
    assert (renewed.valid_to, renewed.reviewed_on, renewed.reviewed_by_id) == (
        later, clock.today(), people.users["chi"].pk,
    )  # fmt: skip
    with pytest.raises(GrantRefused, match="phải sau ngày kết thúc hiện nay"):
        renew_grant(grant=grant, by=people.viewer("chi"), valid_to=later)
    end_grant(grant=grant, by=people.viewer("chi"), reason="Thôi")
    with pytest.raises(GrantRefused, match="đã hết hạn"):
        renew_grant(grant=grant, by=people.viewer("chi"), valid_to=later)


def test_the_review_names_what_nobody_looked_at_for_six_months(people: People) -> None:
    Grant.objects.update(valid_from="2025-01-01", reviewed_on="2026-07-01")
    with time_machine.travel("2026-01-10T05:00:00Z", tick=False):
        grant = give(people, people.viewer("phuong"), Role.COMMUNE, "here")

    def waiting(day: str, name: str = "phuong") -> list[str]:
        with time_machine.travel(f"{day}T05:00:00Z", tick=False):
            return [found.user.username for found in awaiting_review(people.viewer(name))]

    assert waiting("2026-07-09") == []
    assert waiting("2026-07-10") == ["dung"]
    assert waiting("2026-07-10", "hanh") == []
    assert waiting("2026-07-10", "dung") == []  # one's own is not one's own to confirm
    with time_machine.travel("2026-07-10T05:00:00Z", tick=False):
        review_grant(grant=grant, by=people.viewer("phuong"))
    assert waiting("2026-07-10") == []
    assert AuditEntry.objects.filter(action="grant.reviewed").count() == 1


def test_what_waits_for_a_decision_comes_first(people: People) -> None:
    Grant.objects.update(valid_from="2025-01-01")
    Grant.objects.filter(user=people.users["hanh"]).update(to_decide="Xã đã chia.")
    assert [found.user.username for found in awaiting_review(people.viewer("phuong"))] == ["hanh", "chi"]


def test_everybody_sees_the_grants_of_their_area(people: People, quan: Viewer) -> None:
    seen = {
        name: {found.user.username for found in grants_visible_to(people.viewer(name))}
        for name in ("chi", "phuong", "hanh", "an", "buu", "quan")
    }
    assert seen == {
        "chi": {"chi", "hanh"},
        "phuong": {"chi", "hanh", "phuong"},
        "hanh": set(),
        "an": set(),
        "buu": set(),
        "quan": {"chi", "hanh", "phuong", "buu"},
    }
    assert list(grants_visible_to(NOBODY)) == []


def test_roles_offered_are_roles_that_may_be_given(people: People, quan: Viewer) -> None:
    assert roles_given_by(people.viewer("chi")) == (Role.TEAM_LEAD, Role.TEAM_MEMBER)
    assert roles_given_by(people.viewer("phuong")) == (Role.PROVINCE, Role.COMMUNE, Role.TEAM_LEAD, Role.TEAM_MEMBER)
    assert roles_given_by(people.viewer("hanh")) == roles_given_by(NOBODY) == ()
    assert roles_given_by(quan) == tuple(Role)


def test_the_last_operator_stays(people: People, quan: Viewer) -> None:
    before = state()
    with pytest.raises(GrantRefused, match="cuối cùng"):
        end_operator(user=people.users["quan"], by=quan)
    for name in ("phuong", "chi", "an"):
        with pytest.raises(NotAllowed):
            end_operator(user=people.users["quan"], by=people.viewer(name))
        with pytest.raises(NotAllowed):
            make_operator(user=people.users["dung"], by=people.viewer(name))
    assert state() == before
    make_operator(user=people.users["dung"], by=quan)
    User.objects.filter(username="dung").update(is_active=False)
    with pytest.raises(GrantRefused, match="cuối cùng"):  # somebody locked out is no operator to count on
        end_operator(user=people.users["quan"], by=quan)
    User.objects.filter(username="dung").update(is_active=True)
    end_operator(user=people.users["quan"], by=quan)
    assert not User.objects.get(username="quan").is_superuser
    with pytest.raises(NotAllowed):
        end_operator(user=people.users["dung"], by=quan)
